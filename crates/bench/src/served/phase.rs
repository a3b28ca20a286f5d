//! One line of what a client tells of itself: how long a phase took, and what it holds.

use std::time::Instant;

use anyhow::Result;
use cpu_time::ProcessTime;
use serde::{Deserialize, Serialize};

use crate::peak;
use crate::seen::Seen;

/// The start of an informer, or its changes, or a watch.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Phase {
    pub seconds: f64,
    /// What all threads of the process have used meanwhile.
    pub cpu: f64,
    #[serde(flatten)]
    pub seen: Seen,
    /// Bytes that the heap holds; in Go, after a collection.
    pub held: u64,
    /// The most that the heap has held. Go does not tell.
    pub peak: Option<u64>,
    /// The most that was resident; 0 where the system does not tell it as Linux does.
    pub resident: u64,
}

/// Where a phase begins.
pub struct Start(Instant, ProcessTime);

impl Start {
    pub fn now() -> Self {
        Self(Instant::now(), ProcessTime::now())
    }

    /// Ends the phase, and prints what it was once `look` has said of which objects.
    pub fn report(self, look: impl FnOnce() -> Seen) -> Result<()> {
        let (seconds, cpu) = (self.0.elapsed().as_secs_f64(), self.1.elapsed().as_secs_f64());
        let (held, peak) = peak::now();
        let resident = resident();
        let phase =
            Phase { seconds, cpu, seen: look(), held: held as u64, peak: Some(peak as u64), resident };
        println!("{}", serde_json::to_string(&phase)?);
        Ok(())
    }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() << 10
}
