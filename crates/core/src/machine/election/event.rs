//! What an election tells.

use crate::prelude::*;

/// One turn of an election. Times are on the host's monotonic clock (milliseconds).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElectionEvent {
    /// We lead. client-go's `OnStartedLeading`.
    Leading {
        /// From this moment on we must not act any more, unless a renewal says otherwise.
        until: u64,
        /// How many leaders there were before.
        transitions: u64,
    },
    /// We go on leading.
    Renewed {
        /// As in `Leading`.
        until: u64,
    },
    /// We lead no more, and must not act. client-go's `OnStoppedLeading`. The election goes on: we may lead again.
    Lost {
        /// Why.
        reason: LossReason,
    },
    /// Another leads. client-go's `OnNewLeader`.
    Following {
        /// Its identity.
        leader: String,
    },
    /// The lease was given back, for others to take at once: after a stop.
    Released,
}

/// Why we lead no more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossReason {
    /// No renewal came through in time.
    Deadline,
    /// The lease has another holder, or none: somebody wrote it by hand, or this program slept.
    Taken,
    /// We were told to stop.
    Stopped,
}
