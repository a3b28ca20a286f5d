//! The tasks of this repository, as `cargo xtask NAME`.

mod apiserver;
mod bench;
mod differential;
mod fuzz;
mod generate;
mod house;
mod js;
mod root;
mod run;
mod simulate;
mod soak;
mod stand_in;
mod test;
mod tools;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask TASK

  test [--only STAGE]...   run all the tests, or some stages of them
  test --list              list the stages
  apiserver build          build the real API server (once, minutes)
  apiserver start [DIR]    start it, and leave it running
  apiserver stop [DIR]     stop it
  generate [--check]       write the table of built-in resources from a real server's discovery; or compare it
  js                       build the npm package, and check what it imports, contains and weighs
  simulate [STORIES]       tell a million seeded stories of informers and a faulty server, or as many as are said
  conformance --differential SEQUENCES [--seed FIRST]
                           so many seeded sequences of requests to the sandbox and to the real API server: the same answers
  conformance --sandbox    the conformance tests on the sandbox, but for those that only the real API server can pass
  conformance --record     write down the answers that the tests compare where there is no real API server
  soak                     the long round of the tests that churn and restart, against the real API server
  bench [PART]...          lists, watches, caches and informers beside those of `kube` and client-go, in one run; or parts of
                           it: list, watch, cache, informer, sandbox
  fuzz [TARGET] [--seconds N]
                           fuzz with nightly Rust, a minute each unless told otherwise
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut words = lexopt::Parser::from_env();
    match words.value() {
        Ok(task) if task == "test" => test::main(words),
        Ok(task) if task == "apiserver" => apiserver::main(words),
        Ok(task) if task == "generate" => generate::main(words),
        Ok(task) if task == "js" => js::main(words),
        Ok(task) if task == "simulate" => simulate::main(words),
        Ok(task) if task == "soak" => soak::main(words),
        Ok(task) if task == "conformance" => differential::main(words),
        Ok(task) if task == "bench" => bench::main(words),
        Ok(task) if task == "fuzz" => fuzz::main(words),
        Ok(task) if task != "help" && task != "--help" && task != "-h" => {
            bail!("there is no task {task:?}\n\n{USAGE}")
        }
        _ => {
            print!("{USAGE}");
            Ok(())
        }
    }
}
