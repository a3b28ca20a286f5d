//! What was asked, and what came of it.

use std::collections::VecDeque;

/// A request that the sandbox has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Logged {
    /// When, in milliseconds of [`Now::mono`](kubewire::Now).
    pub at: u64,
    /// Such as `GET`.
    pub method: String,
    /// The path and the query.
    pub target: String,
    /// The HTTP status of the answer; 0 where no answer came.
    pub status: u16,
}

/// So many requests are remembered.
const LENGTH: usize = 10_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Log(VecDeque<Logged>);

impl Log {
    pub(crate) fn push(&mut self, logged: Logged) {
        if self.0.len() == LENGTH {
            self.0.pop_front();
        }
        self.0.push_back(logged);
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Logged> {
        self.0.iter()
    }
}
