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

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

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
fn seeds(usual: u64) -> Range<u64> {
    let number = |name| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
    };
    match number("KUBEWIRE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("KUBEWIRE_SEEDS").unwrap_or(usual),
    }
}

/// Tells the stories on all cores, and gives what each told, in no order.
///
/// # Errors
/// A seed whose story went wrong: the first that was found.
fn tell_all<T: Send>(
    seeds: Range<u64>,
    tell: impl Fn(u64) -> Result<T, String> + Sync,
) -> Result<Vec<T>, u64> {
    let (next, all, wrong) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()), Mutex::new(None));
    let work = || {
        let mut told = Vec::new();
        while wrong.lock().unwrap().is_none() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            match tell(seed) {
                Ok(one) => told.push(one),
                Err(_) => *wrong.lock().unwrap() = Some(seed),
            }
        }
        all.lock().unwrap().append(&mut told);
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    match wrong.into_inner().unwrap() {
        Some(seed) => Err(seed),
        None => Ok(all.into_inner().unwrap()),
    }
}
