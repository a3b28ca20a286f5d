//! What must hold whatever comes in. Each check takes bytes from a fuzzer, or from its corpus in a plain test.

// Checks fail by panicking: that is what a fuzzer looks for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// Each user of this file uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod answer;
pub mod frames;
pub mod machines;
pub mod mount;
pub mod operation;
pub mod request_info;
