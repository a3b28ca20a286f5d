//! What holds for whatever comes in, tried on a thousand things each: always the same ones, so that a failure comes back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../fuzz/checks/mod.rs"]
mod checks;

mod answers;
mod machines;
mod meta;
mod operations;
mod secrets;
mod selectors;
mod strategies;

use proptest::test_runner::{Config, RngSeed};

/// The same cases in every run, and no files left behind.
fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..Config::default() }
}
