//! Drivers against a model of the API server, in virtual time and with seeded faults.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

mod chaos;
mod cluster;
mod credentials;
mod echo;
mod election;
mod host;
mod informer;
mod log_follow;
mod pages;
mod pair;
mod random;
mod server;
mod single;
mod world;

use std::sync::Arc;

use kubewire::machine::{Exchange, Limits, Once, Retry, Shape};
use kubewire::{Builtin, Draft, Driver, Operation};

/// Shorter than the usual ones, so that faults meet them.
const LIMITS: Limits = Limits { head: 5_000, silence: 3_000, total: Some(20_000) };

fn draft(json: &str) -> Arc<Draft> {
    let operation: Operation = serde_json::from_str(json).unwrap();
    Arc::new(operation.draft(&Builtin).unwrap())
}

fn get() -> Arc<Draft> {
    draft(r#"{"verb":"get","resource":"pods","namespace":"shop","name":"web"}"#)
}

/// One call.
fn call(draft: Arc<Draft>, retry: Retry, seed: u64) -> Driver<Once> {
    let once =
        Once::with(|id| Exchange::new(id, draft, Shape::Whole { max: 10_000 }).limits(LIMITS).retry(retry));
    Driver::new(once, seed)
}

/// The stories to tell: `KUBEWIRE_SEED` is one of them, `KUBEWIRE_SEEDS` says how many; else it is the usual number.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let number = |name| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
    };
    match number("KUBEWIRE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("KUBEWIRE_SEEDS").unwrap_or(usual),
    }
}
