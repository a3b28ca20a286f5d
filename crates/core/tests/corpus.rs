//! The fuzz targets' corpora, replayed on stable Rust.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut replayed = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        let outcome = std::panic::catch_unwind(|| check(&data));
        assert!(outcome.is_ok(), "{} fails", path.display());
        replayed += 1;
    }
    assert!(replayed > 3, "the corpus of {target} has {replayed} files");
}

#[test]
fn operation() {
    replay("operation", checks::operation::check);
}

#[test]
fn answer() {
    replay("answer", checks::answer::check);
}

#[test]
fn frames() {
    replay("frames", checks::frames::check);
}

#[test]
fn mount() {
    replay("mount", checks::mount::check);
}

#[test]
fn machines() {
    replay("machines", checks::machines::check);
}
