//! A host stays small: what grows in it belongs in the core, where every other host has it too.

use crate::root::root;
use anyhow::{Context, Result};
use std::fs;

/// The sources of a host, and how many lines of code they may have.
const LIMITS: [(&str, usize); 2] = [("crates/ureq/src/", 420), ("crates/tokio/src/", 365)];

pub(super) fn breaches(files: &[String]) -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for (below, limit) in LIMITS {
        let mut lines = 0;
        for file in files.iter().filter(|file| is_counted(file, below)) {
            lines += code(
                &fs::read_to_string(root().join(file)).with_context(|| format!("could not read {file}"))?,
            );
        }
        println!("{below} has {lines} lines of code, {limit} at most");
        breaches.extend(breach(below, limit, lines));
    }
    Ok(breaches)
}

fn is_counted(file: &str, below: &str) -> bool {
    file.starts_with(below)
        && file.ends_with(".rs")
        && !file.ends_with("/tests.rs")
        && !file.contains("/tests/")
}

fn breach(below: &str, limit: usize, lines: usize) -> Option<String> {
    (lines > limit)
        .then(|| format!("{below} has {lines} lines of code, more than {limit}: move logic into the core"))
}

/// The lines that are neither empty, nor a comment, nor in a module of tests. Counts on rustfmt's layout.
fn code(text: &str) -> usize {
    let mut lines = text.lines();
    let mut count = 0;
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed == "#[cfg(test)]" {
            let end = format!("{}}}", &line[..line.len() - trimmed.len()]);
            // A module in a file of its own ends where it is named.
            let _ = lines
                .find(|line| *line == end || line.ends_with(';') && line.trim_start().starts_with("mod "));
        } else if !trimmed.is_empty() && !trimmed.starts_with("//") {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_counts() {
        let text = "\
//! Docs.

/// More.
fn one() {
    // Why.
    two(); // counts
}

#[cfg(test)]
mod tests {
    fn three() {
        four();
    }
}
fn five() {}
";
        assert_eq!(code(text), 4);
        assert_eq!(code("#[cfg(test)]\nmod tests;\nfn one() {}\n"), 1);
    }

    #[test]
    fn a_large_host_is_found() {
        assert_eq!(breach("h/", 300, 300), None);
        assert!(breach("h/", 300, 301).unwrap().starts_with("h/ has 301 lines of code"));
    }

    #[test]
    fn test_files_do_not_count() {
        assert!(is_counted("crates/ureq/src/lib.rs", "crates/ureq/src/"));
        assert!(!is_counted("crates/ureq/src/client/tests.rs", "crates/ureq/src/"));
        assert!(!is_counted("crates/core/src/lib.rs", "crates/ureq/src/"));
    }
}
