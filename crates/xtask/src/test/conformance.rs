//! Both hosts against the real API server, which is started for the run and stopped after it; then against the sandbox.

use super::stage::Outcome;
use crate::{
    apiserver::with_cluster,
    generate, js,
    run::{at, cargo, read, run as execute},
    stand_in, tools,
};
use anyhow::{Result, ensure};
use kubewire_apiserver::{Binaries, STATE_VARIABLE, State, on_path};

pub(super) fn run() -> Result<Outcome> {
    if Binaries::cached()?.is_none() && on_path("go").is_none() {
        let how = "no Go on the PATH to build the API server with: install it from https://go.dev/dl";
        return Ok(Outcome::LeftOut(how.to_owned()));
    }
    with_cluster("conformance", against)
}

fn against(state: &State) -> Result<Outcome> {
    println!("{} is ready; its logs: {}", state.server, state.dir.display());
    let path = state.path();
    generate::check(state)?;
    execute(
        cargo(&["test", "-p", "kubewire-apiserver", "--test", "real", "--", "--ignored"])
            .env(STATE_VARIABLE, &path),
    )?;

    let package = ["test", "-p", "kubewire-conformance"];
    let listed = read(cargo(&package).args(["--quiet", "--", "--list"]))?;
    ensure!(
        count(&listed) > 0,
        "tests/conformance has no tests yet: write some, a run of none proves nothing"
    );
    execute(cargo(&package).env(STATE_VARIABLE, &path))?;
    stand_in::main(&state.binaries)?;

    if let Some(missing) = tools::missing_node() {
        return Ok(Outcome::LeftOut(format!("JavaScript, {missing}")));
    }
    js::prepare()?;
    execute(at(&js::dir(), "npm", &["run", "test:conformance"]).env(STATE_VARIABLE, &path))?;
    Ok(Outcome::Done)
}

/// How many tests `cargo test -- --list` lists.
fn count(listed: &str) -> usize {
    listed.lines().filter(|line| line.ends_with(": test")).count()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn tests_are_counted() {
        assert_eq!(count("a::b: test\nc: benchmark\nd: test\n\n2 tests, 1 benchmark\n"), 2);
        assert_eq!(count("0 tests, 0 benchmarks\n"), 0);
    }
}
