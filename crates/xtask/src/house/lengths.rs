//! No source file is longer than [`LIMIT`] lines: one idea a file, readable in one sitting.

use crate::root::root;
use anyhow::{Context, Result};
use std::{fs, path::Path};

const LIMIT: usize = 500;
const SOURCES: [&str; 7] = ["rs", "ts", "mts", "js", "mjs", "go", "sh"];
/// Written by programs, for programs.
const GENERATED: [&str; 0] = [];

pub(super) fn breaches(files: &[String]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for file in files.iter().filter(|file| is_source(file)) {
        let text = fs::read_to_string(root().join(file)).with_context(|| format!("could not read {file}"))?;
        breaches.extend(breach(file, &text));
    }
    Ok(breaches)
}

fn is_source(file: &str) -> bool {
    let extension = Path::new(file).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| SOURCES.contains(&extension)) && !GENERATED.contains(&file)
}

fn breach(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LIMIT).then(|| format!("{file} has {lines} lines: split it, {LIMIT} is the most"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found() {
        assert_eq!(breach("a.rs", &"x\n".repeat(500)), None);
        let found = breach("a.rs", &"x\n".repeat(501));
        assert_eq!(found.as_deref(), Some("a.rs has 501 lines: split it, 500 is the most"));
    }

    #[test]
    fn only_sources_count() {
        assert!(is_source("crates/core/src/lib.rs") && is_source("bindings/js/src/index.ts"));
        assert!(!is_source("Cargo.lock") && !is_source("tests/cases/get.json") && !is_source(".ci/run"));
    }
}
