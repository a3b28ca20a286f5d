//! Connections that wait for their next request.

use core::time::Duration;
use std::time::Instant;

use crate::prelude::*;

/// Idle connections are closed before servers and balancers do it.
const LIFE: Duration = Duration::from_secs(60);
const MOST: usize = 32;

/// The idle connections of a host that opens them itself: for a minute, and at most 32.
#[derive(Debug)]
pub struct Idle<C> {
    connections: Vec<(Instant, C)>,
}

impl<C> Idle<C> {
    /// Takes the one that was used last: it may be closed all the same.
    pub fn take(&mut self, now: Instant) -> Option<C> {
        self.forget(now);
        self.connections.pop().map(|(_, connection)| connection)
    }

    /// Takes one back whose answer was read to its end.
    pub fn give_back(&mut self, connection: C, now: Instant) {
        self.forget(now);
        if self.connections.len() < MOST {
            self.connections.push((now, connection));
        }
    }

    fn forget(&mut self, now: Instant) {
        self.connections.retain(|(since, _)| now.saturating_duration_since(*since) < LIFE);
    }
}

impl<C> Default for Idle<C> {
    fn default() -> Self {
        Self { connections: Vec::new() }
    }
}
