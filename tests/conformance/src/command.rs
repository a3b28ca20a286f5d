//! The `kubewire` command and bash, as a person runs them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What a command gave.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs `kubewire` with these words and nothing of the pod's environment but `env`.
///
/// # Panics
/// Where it cannot be built or run.
#[must_use]
pub fn kubewire(words: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(program());
    command.args(words).env_remove("KUBERNETES_SERVICE_HOST").env_remove("KUBERNETES_SERVICE_PORT");
    run(command.envs(env.iter().copied()))
}

/// The `kubewire` program, built once.
///
/// # Panics
/// Where it cannot be built.
#[must_use]
pub fn program() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(build)
}

/// Runs a line in bash.
///
/// # Panics
/// Where bash cannot be run.
#[must_use]
pub fn bash(line: &str) -> Ran {
    run(Command::new("bash").args(["-c", line]))
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--package", "kubewire-cli", "--message-format", "json"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("cargo writes JSON");
    let executable = messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executable.expect("cargo names the executable")
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("the command writes UTF-8");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
