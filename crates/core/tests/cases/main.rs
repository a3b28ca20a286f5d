//! The golden cases of `tests/cases`, which the tests of every language read. Their format is described beside them.

// A test may fail in any way that says why; the core itself may not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod answers;
mod bytes;
mod expected;
mod requests;
mod session;
mod sessions;
mod streams;
mod watcher;

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// A kind of case: what one looks like, and how it is checked.
trait Case: DeserializeOwned {
    /// The directory of its files.
    const DIRECTORY: &str;

    fn name(&self) -> &str;
    /// The language that alone runs it, where there is one.
    fn only(&self) -> Option<&str>;
    /// What is wrong, where something is.
    fn check(&self) -> Result<(), String>;
}

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases").join(name)
}

/// Every file of a kind of case with its cases; none is empty, and no name stands twice in a file.
fn read<C: Case>() -> Vec<(String, Vec<C>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory(C::DIRECTORY)).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{}/{}", C::DIRECTORY, path.file_name().unwrap().display());
        let text = fs::read_to_string(&path).unwrap();
        let cases: Vec<C> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!cases.is_empty(), "{name} holds no case");
        let mut names: Vec<&str> = cases.iter().map(C::name).collect();
        names.sort_unstable();
        names.windows(2).for_each(|pair| assert_ne!(pair[0], pair[1], "{name} has two cases of one name"));
        files.push((name, cases));
    }
    assert!(!files.is_empty(), "there is no file of {}", C::DIRECTORY);
    files
}

/// Runs all cases of a kind, and tells of every one that fails.
fn run<C: Case>() {
    let mut failures = String::new();
    let (mut all, mut failed) = (0, 0);
    for (file, cases) in read::<C>() {
        for case in cases.iter().filter(|case| case.only().is_none_or(|language| language == "rust")) {
            all += 1;
            if let Err(why) = case.check() {
                failed += 1;
                failures += &format!("\n{file}: {}\n{why}\n", case.name());
            }
        }
    }
    assert!(failed == 0, "{failed} of {all} cases fail:\n{failures}");
}

/// What differs, as two lines that stand below each other.
fn differ(what: &str, wanted: &dyn std::fmt::Display, got: &dyn std::fmt::Display) -> String {
    format!("  {what}\n    wanted {wanted}\n    got    {got}")
}

#[test]
fn sessions() {
    run::<sessions::SessionCase>();
}

#[test]
fn requests() {
    run::<requests::RequestCase>();
}

#[test]
fn answers() {
    run::<answers::AnswerCase>();
}

#[test]
fn streams() {
    run::<streams::StreamCase>();
}

#[test]
fn watcher() {
    run::<watcher::WatcherCase>();
}

/// A reader that finds nothing proves nothing.
#[test]
fn there_are_enough_cases() {
    fn count<C: Case>() -> usize {
        read::<C>().iter().map(|(_, cases)| cases.len()).sum()
    }
    let counts = [
        count::<sessions::SessionCase>(),
        count::<requests::RequestCase>(),
        count::<answers::AnswerCase>(),
        count::<streams::StreamCase>(),
        count::<watcher::WatcherCase>(),
    ];
    let all: usize = counts.iter().sum();
    assert!(all >= 480, "only {all} cases are found: {counts:?}");
}
