//! One line of what a client tells of itself: how long a phase took, and what it holds.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::peak;
use crate::seen::Seen;

/// The start of an informer, or its changes, or a watch.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Phase {
    pub seconds: f64,
    #[serde(flatten)]
    pub seen: Seen,
    /// Bytes that the heap holds; in Go, after a collection.
    pub held: u64,
    /// The most that the heap has held. Go does not tell.
    pub peak: Option<u64>,
    /// The most that was resident; 0 where the system does not tell it as Linux does.
    pub resident: u64,
}

/// Prints one.
pub fn report(took: Duration, (held, peak): (usize, usize), seen: Seen) -> Result<()> {
    let (held, peak) = (held as u64, Some(peak as u64));
    let phase = Phase { seconds: took.as_secs_f64(), seen, held, peak, resident: resident() };
    println!("{}", serde_json::to_string(&phase)?);
    Ok(())
}

/// What the heap holds now, and has held at most: to be read before objects are looked at.
pub fn memory() -> (usize, usize) {
    peak::now()
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() << 10
}
