//! The fuzz target's seeds, replayed on stable Rust: `cargo xtask fuzz requests` looks for more.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "tests fail by panicking"
)]

use std::path::Path;

#[path = "../../core/fuzz/checks/requests.rs"]
mod requests;

#[test]
fn requests_of_the_corpus_are_answered() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/fuzz/corpus/requests");
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        requests::check(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 9, "only {count} seeds");
}
