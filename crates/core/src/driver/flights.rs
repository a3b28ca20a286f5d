//! The table of exchanges that are on their way: everything about them that does not depend on the machine.

use bytes::Bytes;

use super::flight::{Flight, Phase, Refused};
use super::retry;
use super::{Heard, Task};
use crate::answer::refuse_failures;
use crate::error::{Deadline, Error, Failure, FailureKind, Sent};
use crate::machine::{Exchange, Id, Shape};
use crate::prelude::*;
use crate::queue::Queue;
use crate::random::Random;
use crate::session::{Prepared, Session};
use crate::time::Now;
use crate::wire::Head;

pub(super) struct Flights {
    table: Vec<Flight>,
    wires: u32,
    /// What the session needs and the host has not given yet.
    needs: Vec<u32>,
    random: Random,
    tasks: Queue<Task>,
    news: Queue<News>,
}

/// What the machine is to be told.
pub(super) enum News {
    Answer(Id, Result<(Head, Bytes), Error>),
    Opened(Id, Head),
    Data(Id, Bytes),
    Room(Id),
    Closed(Id, Result<(), Error>),
}

impl Flights {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            table: Vec::new(),
            wires: 0,
            needs: Vec::new(),
            random: Random::new(seed),
            tasks: Queue::new(),
            news: Queue::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn task(&mut self) -> Option<Task> {
        self.tasks.pop()
    }

    pub(super) fn news(&mut self) -> Option<News> {
        self.news.pop()
    }

    pub(super) fn timeout(&self) -> Option<u64> {
        self.table.iter().filter_map(Flight::next).map(|(at, _)| at).min()
    }

    pub(super) fn start(&mut self, exchange: Exchange, now: Now) {
        self.table.push(Flight::new(exchange, now.mono));
    }

    pub(super) fn send(&mut self, id: Id, message: Bytes) {
        let open = self.table.iter().find(|flight| flight.exchange.id == id && flight.is_open());
        if let Some(wire) = open.and_then(Flight::wire) {
            self.tasks.push(Task::Send(wire, message));
        }
    }

    pub(super) fn cancel(&mut self, id: Id) {
        for flight in self.table.iter_mut().filter(|flight| flight.exchange.id == id) {
            if let Some(wire) = flight.wire() {
                self.tasks.push(Task::Cancel(wire));
            }
            flight.phase = Phase::Over;
        }
        self.table.retain(|flight| flight.phase != Phase::Over);
        // What was already on its way to the machine is not told any more.
        self.news.retain(|news| news.id() != id);
    }

    /// Nothing that is needed will be given any more.
    pub(super) fn release(&mut self, session: &mut Session) {
        for number in core::mem::take(&mut self.needs) {
            session.release(number);
        }
    }

    pub(super) fn hear(&mut self, session: &mut Session, now: Now, heard: Heard) {
        let (wire, heard) = match heard {
            Heard::Given(number, read) => {
                self.needs.retain(|need| *need != number);
                session.provide(number, read, now);
                for flight in self.table.iter_mut().filter(|flight| flight.phase == Phase::Asking(number)) {
                    flight.phase = Phase::Due;
                }
                return;
            }
            Heard::Time => return self.check_time(now),
            Heard::Head(wire, head) => (wire, Part::Head(head)),
            Heard::Data(wire, piece) => (wire, Part::Data(piece)),
            Heard::End(wire) => (wire, Part::End),
            Heard::Failed(wire, failure) => (wire, Part::Failed(failure)),
            Heard::Room(wire) => (wire, Part::Room),
        };
        let Some(at) = self.table.iter().position(|flight| flight.wire() == Some(wire)) else { return };
        let mut flight = self.table.swap_remove(at);
        self.part(&mut flight, wire, session, now, heard);
        if flight.phase != Phase::Over {
            self.table.push(flight);
        }
    }

    fn part(&mut self, flight: &mut Flight, wire: u32, session: &mut Session, now: Now, part: Part) {
        let id = flight.exchange.id;
        let kept = match part {
            Part::Head(head) => {
                flight.phase = Phase::Reading(wire, now.mono);
                flight.head = Some(head.clone());
                if flight.is_open() {
                    self.news.push(News::Opened(id, head));
                }
                Ok(())
            }
            Part::Data(piece) => {
                flight.phase = Phase::Reading(wire, now.mono);
                if flight.is_open() {
                    self.news.push(News::Data(id, piece));
                    Ok(())
                } else {
                    flight.keep(piece)
                }
            }
            Part::Room => {
                self.news.push(News::Room(id));
                Ok(())
            }
            Part::End if flight.is_open() => return self.finish(flight, Ok((Head::default(), Bytes::new()))),
            Part::End => return self.conclude(flight, session, now),
            Part::Failed(failure) => return self.failed(flight, session, now, failure),
        };
        if let Err(error) = kept {
            self.tasks.push(Task::Cancel(wire));
            self.finish(flight, Err(error));
        }
    }

    /// The whole of an answer is there.
    fn conclude(&mut self, flight: &mut Flight, session: &mut Session, now: Now) {
        let body = flight.take_body();
        let Some(head) = flight.head.take() else {
            let problem = "the answer has no head".into();
            return self.finish(flight, Err(Error::Protocol { call: flight.call(), problem }));
        };
        match refuse_failures(&flight.exchange.draft, &head, &body) {
            Err(error) if head.status == 401 => {
                let Some((ticket, _, since)) = flight.carried else { return self.finish(flight, Err(error)) };
                session.reject(ticket, since);
                self.with_fresh(flight, Refused::Credentials(ticket), error);
            }
            Err(mut error) => {
                retry::note_asked(&head, &mut error, now);
                let wait = retry::after_status(flight, &head, &error, &mut self.random);
                self.again(flight, now, wait, error);
            }
            Ok(()) if flight.is_whole() => self.finish(flight, Ok((head, body))),
            Ok(()) => {
                let problem = "the API server did not open the stream".into();
                self.finish(flight, Err(Error::Protocol { call: flight.call(), problem }));
            }
        }
    }

    fn failed(&mut self, flight: &mut Flight, session: &mut Session, now: Now, failure: Failure) {
        let (kind, sent) = (failure.kind, failure.sent);
        let error = Error::Transport { call: flight.call(), failure };
        match flight.carried {
            _ if flight.is_open() => self.finish(flight, Err(error)),
            Some((_, tls, since)) if kind == FailureKind::Untrusted => {
                session.distrust(tls, since);
                self.with_fresh(flight, Refused::Trust(tls), error);
            }
            _ if kind == FailureKind::Unsupported => self.finish(flight, Err(error)),
            _ => {
                let wait = retry::after_loss(flight, sent, &mut self.random);
                self.again(flight, now, wait, error);
            }
        }
    }

    /// Another attempt with what the session reads anew; should that be what was refused, the error stands.
    fn with_fresh(&mut self, flight: &mut Flight, refused: Refused, error: Error) {
        if flight.attempts >= retry::ATTEMPTS {
            return self.finish(flight, Err(error));
        }
        flight.refused = Some((refused, error));
        flight.phase = Phase::Due;
    }

    /// Another attempt after `wait`, if there is one and it can end in time; else the error.
    fn again(&mut self, flight: &mut Flight, now: Now, wait: Option<u64>, error: Error) {
        let until = wait.map(|wait| now.mono.saturating_add(wait));
        let end = flight.exchange.limits.total.map(|total| flight.started.saturating_add(total));
        match until {
            Some(until) if end.is_none_or(|end| until < end) => flight.phase = Phase::Waiting(until),
            _ => self.finish(flight, Err(error)),
        }
    }

    fn finish(&mut self, flight: &mut Flight, result: Result<(Head, Bytes), Error>) {
        flight.phase = Phase::Over;
        let id = flight.exchange.id;
        self.news.push(if flight.is_whole() {
            News::Answer(id, result)
        } else {
            News::Closed(id, result.map(drop))
        });
    }

    fn check_time(&mut self, now: Now) {
        for mut flight in core::mem::take(&mut self.table) {
            if let Some((_, Some((deadline, after_ms)))) = flight.next().filter(|(at, _)| *at <= now.mono) {
                self.late(&mut flight, now, deadline, after_ms);
            }
            if flight.phase != Phase::Over {
                self.table.push(flight);
            }
        }
    }

    fn late(&mut self, flight: &mut Flight, now: Now, deadline: Deadline, after_ms: u64) {
        let error = Error::Timeout { call: flight.call(), deadline, after_ms };
        if let Some(wire) = flight.wire() {
            self.tasks.push(Task::Cancel(wire));
        }
        if deadline == Deadline::Total || flight.is_open() {
            return self.finish(flight, Err(error));
        }
        let wait = retry::after_loss(flight, Sent::Maybe, &mut self.random);
        self.again(flight, now, wait, error);
    }

    /// Prepares and sends whatever is due.
    pub(super) fn advance(&mut self, session: &mut Session, now: Now) {
        for mut flight in core::mem::take(&mut self.table) {
            let due = match flight.phase {
                Phase::Due => true,
                Phase::Waiting(until) => until <= now.mono,
                _ => false,
            };
            if due {
                self.prepare(&mut flight, session, now);
            }
            if flight.phase != Phase::Over {
                self.table.push(flight);
            }
        }
    }

    fn prepare(&mut self, flight: &mut Flight, session: &mut Session, now: Now) {
        // A host that slept, or a file that came late: nothing is sent any more once the time for all of it is over.
        if let Some(total) =
            flight.exchange.limits.total.filter(|total| now.mono >= flight.started.saturating_add(*total))
        {
            return self.late(flight, now, Deadline::Total, total);
        }
        let (request, tls, ticket) = match session.prepare(&flight.exchange.draft, now) {
            Err(error) => return self.finish(flight, Err(error)),
            Ok(Prepared::Need(number, need)) => {
                flight.phase = Phase::Asking(number);
                self.needs.push(number);
                return self.tasks.push(Task::Need(number, need));
            }
            Ok(Prepared::Wait(until)) => return flight.phase = Phase::Waiting(until),
            Ok(Prepared::Ready { wire, tls, ticket }) => (wire, tls, ticket),
        };
        if let Some((refused, error)) = flight.refused.take() {
            // Read again, and still the same: the first refusal stands, in its own words.
            if refused == Refused::Credentials(ticket) || refused == Refused::Trust(tls) {
                return self.finish(flight, Err(error));
            }
        }
        flight.forget();
        flight.attempts += 1;
        flight.carried = Some((ticket, tls, now.mono));
        self.wires = self.wires.wrapping_add(1);
        let wire = self.wires;
        flight.phase = Phase::Sent(wire, now.mono);
        let limits = flight.exchange.limits;
        self.tasks.push(match flight.exchange.shape {
            Shape::Socket { protocols } => Task::Upgrade { wire, request, tls, protocols, limits },
            shape => Task::Request { wire, request, tls, stream: shape == Shape::Stream, limits },
        });
    }
}

/// What was heard of one request.
enum Part {
    Head(Head),
    Data(Bytes),
    End,
    Failed(Failure),
    Room,
}

impl News {
    fn id(&self) -> Id {
        match self {
            Self::Answer(id, _)
            | Self::Opened(id, _)
            | Self::Data(id, _)
            | Self::Room(id)
            | Self::Closed(id, _) => *id,
        }
    }
}
