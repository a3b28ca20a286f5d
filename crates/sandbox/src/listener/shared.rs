//! The sandbox under its lock, its clock, and the word that it has changed.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use kubewire::Now;
use tokio::sync::watch;

use crate::sandbox::Sandbox;

pub(super) struct Shared {
    /// Held for one step of the sandbox, and never while anything is waited for.
    sandbox: Mutex<Sandbox>,
    started: Instant,
    changed: watch::Sender<()>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("started", &self.started).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox: Mutex::new(sandbox), started: Instant::now(), changed: watch::Sender::new(()) }
    }

    /// Takes a step, and tells whoever waits for changes where it was one.
    pub(super) fn step<T>(&self, step: impl FnOnce(&mut Sandbox, Now) -> T) -> T {
        let (before, taken, after) = {
            let mut sandbox = self.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
            let before = sandbox.revision();
            let taken = step(&mut sandbox, self.now());
            (before, taken, sandbox.revision())
        };
        if before != after {
            self.changed.send_replace(());
        }
        taken
    }

    /// The same for whoever may do anything, such as forget old versions or put another sandbox in the place of this one.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Sandbox, Now) -> T) -> T {
        let taken = self.step(look);
        self.changed.send_replace(());
        taken
    }

    /// Hears of changes after this call.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Until the next change, or a time of the clock.
    pub(super) async fn wait(&self, changes: &mut watch::Receiver<()>, until: u64) {
        let rest = Duration::from_millis(until.saturating_sub(self.now().mono));
        // Too late is as good as changed, and the sender is ours.
        let _ = tokio::time::timeout(rest, changes.changed()).await;
    }

    fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now { mono: millis(self.started.elapsed()), wall: millis(wall) }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
