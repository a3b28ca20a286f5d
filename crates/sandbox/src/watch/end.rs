//! How a watch ends before its time.

use std::task::Poll;

use bytes::Bytes;

use super::{Watch, event};
use crate::server::Server;
use crate::wire::Problem;

/// An end that a fault brings about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// It comes too late from the start.
    Expired,
    /// After so many events.
    After {
        /// Still to be told.
        events: usize,
        /// By the loss of the connection.
        lost: bool,
    },
}

impl Watch {
    /// Whether the connection was lost, where [`Sandbox::poll`](crate::Sandbox::poll) told the end: a host tells its client of a failure then. Nothing
    /// but a [`Fault`](crate::Fault), and [`Sandbox::drop_watches`](crate::Sandbox::drop_watches), bring this about.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// The same watch, which a fault ends.
    pub(crate) fn ended_by(mut self, end: End) -> Self {
        self.end = Some(end);
        self
    }

    /// What a fault makes of the next event, where one does.
    pub(super) fn cut_short(&mut self, server: &Server) -> Option<Poll<Option<Bytes>>> {
        if self.ended {
            return Some(Poll::Ready(None));
        }
        let dropped = self.start != server.starts;
        match self.end {
            _ if dropped => self.lost = true,
            Some(End::After { events: 0, lost }) => self.lost = lost,
            Some(End::Expired) => {
                self.ended = true;
                let (at, present) = (self.revision, server.store.revision());
                let problem = Problem::expired(format!("too old resource version: {at} ({present})"));
                return Some(Poll::Ready(Some(event::line("ERROR", &problem.value()))));
            }
            _ => return None,
        }
        self.ended = true;
        Some(Poll::Ready(None))
    }
}
