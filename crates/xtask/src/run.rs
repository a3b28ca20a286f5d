//! Running programs: shown before, and named when they fail.

use crate::root::root;
use anyhow::{Context, Result, bail, ensure};
use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

/// `cargo WORDS`, to be run at the root.
pub(crate) fn cargo(words: &[&str]) -> Command {
    at(root(), "cargo", words)
}

/// `program WORDS`, to be run in `dir`.
pub(crate) fn at(dir: &Path, program: impl AsRef<OsStr>, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(words).current_dir(dir).stdin(Stdio::null());
    command
}

/// Runs it, with its output for all to see.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("could not run `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs it, and gives what it says.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let line = line(command);
    let out = command.stderr(Stdio::piped()).output().with_context(|| format!("could not run `{line}`"))?;
    if !out.status.success() {
        bail!("`{line}` failed ({}): {}", out.status, String::from_utf8_lossy(&out.stderr).trim_end());
    }
    String::from_utf8(out.stdout).with_context(|| format!("`{line}` said something that is not UTF-8"))
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words: Vec<_> = [program].into_iter().chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_ran() {
        let said = read(&mut at(root(), "sh", &["-c", "echo hello"])).unwrap();
        assert_eq!(said, "hello\n");
        let error = read(&mut at(root(), "sh", &["-c", "echo no >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c echo no >&2; exit 3` failed (exit status: 3): no");
    }
}
