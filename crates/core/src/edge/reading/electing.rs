//! An election as hosts run it: by itself, and asked from other threads.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Reading;
use crate::error::Error;
use crate::machine::{Election, ElectionEvent, Input, Machine, Output, Stop};
use crate::time::Now;

/// An [`Election`] whose [`Term`] others look at. Renewals are no events here: the term knows them.
pub struct Electing {
    election: Election,
    term: Term,
}

/// Until when a candidate leads, known in every thread. Clones are the same term.
#[derive(Clone, Debug, Default)]
pub struct Term(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Milliseconds on the monotonic clock; 0 where it does not lead.
    until: AtomicU64,
    stopped: AtomicBool,
}

impl Term {
    /// Until when it leads (milliseconds on the monotonic clock); `None` where it does not lead at this moment.
    ///
    /// It ends by the clock: nobody need have noticed that it ended.
    #[must_use]
    pub fn until(&self, now: Now) -> Option<u64> {
        Some(self.0.until.load(Ordering::SeqCst)).filter(|until| *until > now.mono)
    }

    /// Stops leading and gives the lease back, as [`Stop`] does, from any thread. The election does so with what it is told next: hand it
    /// [`Heard::Time`](crate::Heard::Time).
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
    }
}

impl Electing {
    pub(super) fn new(election: Election) -> Self {
        Self { election, term: Term::default() }
    }

    /// What other threads look at.
    #[must_use]
    pub fn term(&self) -> Term {
        self.term.clone()
    }
}

impl Reading for Electing {
    type Machine = Self;
    type Told = ElectionEvent;
    type Item = ElectionEvent;
    const CONCURRENT: bool = true;

    fn read(event: ElectionEvent) -> Result<ElectionEvent, Error> {
        Ok(event)
    }
}

impl Machine for Electing {
    type Event = Result<ElectionEvent, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        self.election.handle(now, input);
        if self.term.0.stopped.load(Ordering::SeqCst) {
            self.election.handle(now, Input::Command(Stop));
        }
        // Known before it is told.
        self.term.0.until.store(self.election.leading_until().unwrap_or(0), Ordering::SeqCst);
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        loop {
            match self.election.poll()? {
                Output::Event(Ok(ElectionEvent::Renewed { .. })) => {}
                output => return Some(output),
            }
        }
    }

    fn timeout(&self) -> Option<u64> {
        self.election.timeout()
    }
}
