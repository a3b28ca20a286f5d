//! The tasks of this repository, as `cargo xtask NAME`.

mod apiserver;
mod generate;
mod root;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask TASK

  apiserver build          build the real API server (once, minutes)
  apiserver start [DIR]    start it, and leave it running
  apiserver stop [DIR]     stop it
  generate [--check]       write the table of built-in resources from a real server's discovery; or compare it
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
        Ok(task) if task == "apiserver" => apiserver::main(words),
        Ok(task) if task == "generate" => generate::main(words),
        Ok(task) if task != "help" && task != "--help" && task != "-h" => {
            bail!("there is no task {task:?}\n\n{USAGE}")
        }
        _ => {
            print!("{USAGE}");
            Ok(())
        }
    }
}
