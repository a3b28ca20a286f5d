//! One exchange on its way: its attempts, its deadlines, what has come so far.

use bytes::Bytes;

use crate::error::{Deadline, Error};
use crate::machine::{Exchange, Shape};
use crate::prelude::*;
use crate::session::{Ticket, TlsId};
use crate::text::digits;
use crate::wire::Head;

/// An error answer is cut here; nothing says more.
const MAX_ERROR_BODY: usize = 1 << 20;

pub(super) struct Flight {
    pub(super) exchange: Exchange,
    pub(super) phase: Phase,
    pub(super) attempts: u32,
    /// When the exchange began.
    pub(super) started: u64,
    /// What the last request carried, and when it was formed.
    pub(super) carried: Option<(Ticket, TlsId, u64)>,
    /// What the server refused, and its words, should reading it again give the same.
    pub(super) refused: Option<(Refused, Error)>,
    pub(super) head: Option<Head>,
    first: Bytes,
    rest: Vec<u8>,
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// To be prepared now.
    Due,
    /// The session's need of this number is with the host.
    Asking(u32),
    /// To be prepared at this time.
    Waiting(u64),
    /// Sent under this number, at this time.
    Sent(u32, u64),
    /// The answer began under this number; its last piece came at this time.
    Reading(u32, u64),
    /// Over.
    Over,
}

/// What the server, or our TLS, did not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Credentials(Ticket),
    Trust(TlsId),
}

impl Flight {
    pub(super) fn new(exchange: Exchange, now: u64) -> Self {
        Self {
            exchange,
            phase: Phase::Due,
            attempts: 0,
            started: now,
            carried: None,
            refused: None,
            head: None,
            first: Bytes::new(),
            rest: Vec::new(),
        }
    }

    pub(super) fn wire(&self) -> Option<u32> {
        match self.phase {
            Phase::Sent(wire, _) | Phase::Reading(wire, _) => Some(wire),
            _ => None,
        }
    }

    pub(super) fn call(&self) -> String {
        self.exchange.draft.summary()
    }

    pub(super) fn is_whole(&self) -> bool {
        matches!(self.exchange.shape, Shape::Whole { .. })
    }

    /// Whether the pieces go to the machine as they come: the stream is open.
    pub(super) fn is_open(&self) -> bool {
        let code = self.head.as_ref().map(|head| head.status);
        match self.exchange.shape {
            Shape::Whole { .. } => false,
            Shape::Stream => code.is_some_and(|code| (200..=206).contains(&code)),
            Shape::Socket { .. } => code == Some(101),
        }
    }

    /// A new attempt has nothing of the last one.
    pub(super) fn forget(&mut self) {
        self.head = None;
        self.first = Bytes::new();
        self.rest = Vec::new();
    }

    /// Keeps a piece of a whole answer; an answer in one piece is not copied.
    pub(super) fn keep(&mut self, mut piece: Bytes) -> Result<(), Error> {
        let failed = self.head.as_ref().is_some_and(|head| head.status >= 300);
        let (max, cut) = match self.exchange.shape {
            Shape::Whole { max } if !failed => (max, false),
            _ => (MAX_ERROR_BODY, true),
        };
        let room = max.saturating_sub(self.first.len() + self.rest.len());
        if cut {
            piece.truncate(room);
        } else if piece.len() > room {
            let problem = ["the answer is larger than the limit of ", &digits(max as u64), " bytes"].concat();
            return Err(Error::Protocol { call: self.call(), problem });
        }
        if self.first.is_empty() && self.rest.is_empty() {
            self.first = piece;
            return Ok(());
        }
        let first = core::mem::take(&mut self.first);
        self.rest.extend_from_slice(&first);
        self.rest.extend_from_slice(&piece);
        Ok(())
    }

    pub(super) fn take_body(&mut self) -> Bytes {
        if self.rest.is_empty() {
            core::mem::take(&mut self.first)
        } else {
            Bytes::from(core::mem::take(&mut self.rest))
        }
    }

    /// When the driver must look again, and which deadline that is; `None` for the end of a wait.
    pub(super) fn next(&self) -> Option<(u64, Option<(Deadline, u64)>)> {
        let limits = self.exchange.limits;
        let phase = match self.phase {
            Phase::Due => Some((0, None)),
            Phase::Waiting(until) => Some((until, None)),
            Phase::Sent(_, since) => {
                Some((since.saturating_add(limits.head), Some((Deadline::Head, limits.head))))
            }
            Phase::Reading(_, last) => {
                Some((last.saturating_add(limits.silence), Some((Deadline::Silence, limits.silence))))
            }
            Phase::Asking(_) | Phase::Over => None,
        };
        let total =
            limits.total.map(|total| (self.started.saturating_add(total), Some((Deadline::Total, total))));
        match (phase, total) {
            (Some(phase), Some(total)) if phase.0 < total.0 => Some(phase),
            (phase, None) => phase,
            (_, total) => total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Operation, Verb};
    use crate::machine::Id;
    use crate::resource::Builtin;

    #[test]
    fn an_error_is_cut_and_a_value_refused() {
        let mut operation = Operation::new(Verb::Get);
        operation.set("path", "/version").unwrap();
        let draft = operation.draft(&Builtin).unwrap();
        let whole = Shape::Whole { max: 10 };
        for (status, fits) in [(500, true), (200, false)] {
            let mut flight = Flight::new(Exchange::new(Id(0), draft.clone().into(), whole), 0);
            flight.head = Some(Head::new(status));
            let piece = Bytes::from(alloc::vec![b'x'; MAX_ERROR_BODY - 1]);
            assert_eq!(flight.keep(piece.clone()).is_ok() && flight.keep(piece).is_ok(), fits);
            assert_eq!(flight.take_body().len(), if fits { MAX_ERROR_BODY } else { 0 });
        }
    }
}
