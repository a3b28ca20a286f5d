//! Between any machine and any host: credentials, attempts, deadlines, in one place.
//!
//! A host's loop, in five steps:
//!
//! 1. `driver.handle(session, now, Heard::Time)` to begin.
//! 2. [`Driver::poll`] until `None`: do each [`Task`], hand each event to the user, leave at [`Act::Done`].
//! 3. Wait for whichever comes first: something of a task (a head, a piece, an end, a failure, a file), a command, or
//!    [`Driver::timeout`].
//! 4. Hand it in with [`Driver::handle`] or [`Driver::command`]. What is ready goes in before `Heard::Time`: else a slow host looks like a
//!    silent server.
//! 5. Go on with 2.

mod flight;
mod flights;
mod retry;
mod shown;

use bytes::Bytes;

use crate::error::Failure;
use crate::machine::{Input, Limits, Machine, Output};
use crate::queue::Queue;
use crate::session::{Need, ReadError, Session, TlsId};
use crate::time::Now;
use crate::wire::{Head, Wire};
use flights::{Flights, News};

/// Runs one machine for a host.
///
/// What is sent again (client-go and RFC 9110 section 9.2.2 are the sources), within the exchange's limits and at most six times, over some six seconds where the server does not say when:
///
/// - after a 401, once the token has been read again and is another one; after an untrusted certificate, the same with the authority;
/// - where nothing left the host, any call;
/// - after a 429, any call but an eviction, whose 429 is the disruption budget's answer;
/// - after a lost connection, or a 5xx with a `Retry-After`, calls that do the same when sent twice: not a create, and neither a JSON
///   patch nor a strategic one.
pub struct Driver<M: Machine> {
    machine: M,
    flights: Flights,
    tasks: Queue<Task>,
    events: Queue<M::Event>,
    said_done: bool,
}

/// What a host is to do or to pass on.
#[non_exhaustive]
pub enum Act<E> {
    /// Do this.
    Do(Task),
    /// Hand this to the user.
    Event(E),
    /// Nothing is under way and no timer runs: only a command could start something.
    Done,
}

/// The few things that a host can do.
#[non_exhaustive]
pub enum Task {
    /// Provide this; answer with [`Heard::Given`] and the number.
    Need(u32, Need),
    /// Send a request; answer with [`Heard::Head`], [`Heard::Data`] and [`Heard::End`], or [`Heard::Failed`].
    Request {
        /// The number that its answer comes under. A number is never used again.
        wire: u32,
        /// The request.
        request: Wire,
        /// What [`Session::tls`] answers to.
        tls: TlsId,
        /// Whether the answer is a stream, better kept off a connection that others share.
        stream: bool,
        /// For hosts whose sockets want time-outs. The driver keeps the limits itself.
        limits: Limits,
    },
    /// Open a WebSocket; as a request, with a 101 as its head, a message as a piece, and [`Heard::Room`].
    Upgrade {
        /// As in a request.
        wire: u32,
        /// The request, without the upgrade's own headers.
        request: Wire,
        /// As in a request.
        tls: TlsId,
        /// The subprotocols to offer, in one header.
        protocols: &'static [&'static str],
        /// As in a request.
        limits: Limits,
    },
    /// Send a message over a WebSocket.
    Send(u32, Bytes),
    /// Give a request or WebSocket up, at once. What still comes of it is ignored.
    Cancel(u32),
}

/// What a host reports.
#[non_exhaustive]
pub enum Heard {
    /// What was needed, under its number.
    Given(u32, Result<Bytes, ReadError>),
    /// The head of an answer.
    Head(u32, Head),
    /// A piece of its body.
    Data(u32, Bytes),
    /// The end of its body.
    End(u32),
    /// It failed below HTTP.
    Failed(u32, Failure),
    /// A WebSocket takes more.
    Room(u32),
    /// Time has passed.
    Time,
}

impl<M: Machine> Driver<M> {
    /// Runs `machine`. The seed, from the host's entropy, spreads the retries of many hosts.
    #[must_use]
    pub fn new(machine: M, seed: u64) -> Self {
        Self {
            machine,
            flights: Flights::new(seed),
            tasks: Queue::new(),
            events: Queue::new(),
            said_done: true,
        }
    }

    /// Takes in what the host heard. What belongs to a request that is over is ignored.
    pub fn handle(&mut self, session: &mut Session, now: Now, heard: Heard) {
        let time = matches!(heard, Heard::Time);
        self.flights.hear(session, now, heard);
        if time {
            self.machine.handle(now, Input::Time);
        }
        self.pump(session, now);
    }

    /// Takes in what the user says.
    pub fn command(&mut self, session: &mut Session, now: Now, command: M::Command) {
        self.machine.handle(now, Input::Command(command));
        self.pump(session, now);
    }

    /// The host goes on no further: to be called before a driver is dropped that may still wait for a [`Task::Need`], so that other
    /// drivers of the session do not wait for that file as well. Harmless at any time.
    pub fn release(&mut self, session: &mut Session) {
        self.flights.release(session);
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &M {
        &self.machine
    }

    /// The next thing for the host to do; `None` until something is handed in, first of all [`Heard::Time`].
    #[must_use]
    pub fn poll(&mut self) -> Option<Act<M::Event>> {
        // A user may keep an event for long, or leave at it: what is to be sent or cancelled does not wait for that.
        let act = self.tasks.pop().map(Act::Do).or_else(|| self.events.pop().map(Act::Event));
        if act.is_none() && !self.said_done && self.flights.is_empty() && self.machine.timeout().is_none() {
            self.said_done = true;
            return Some(Act::Done);
        }
        act
    }

    /// When [`Heard::Time`] is wanted, on the monotonic clock. Too early, or for nothing, is harmless.
    #[must_use]
    pub fn timeout(&self) -> Option<u64> {
        [self.machine.timeout(), self.flights.timeout()].into_iter().flatten().min()
    }

    fn pump(&mut self, session: &mut Session, now: Now) {
        self.said_done = false;
        loop {
            while let Some(output) = self.machine.poll() {
                match output {
                    Output::Start(exchange) => self.flights.start(exchange, now),
                    Output::Send(id, message) => self.flights.send(id, message),
                    Output::Cancel(id) => self.flights.cancel(id),
                    Output::Event(event) => self.events.push(event),
                }
            }
            self.flights.advance(session, now);
            while let Some(task) = self.flights.task() {
                self.tasks.push(task);
            }
            let Some(news) = self.flights.news() else { return };
            self.machine.handle(
                now,
                match news {
                    News::Answer(id, answer) => Input::Answer(id, answer),
                    News::Opened(id, head) => Input::Opened(id, head),
                    News::Data(id, piece) => Input::Data(id, piece),
                    News::Room(id) => Input::Room(id),
                    News::Closed(id, end) => Input::Closed(id, end),
                },
            );
        }
    }
}
