//! Machines: conversations of one or more calls, and the one contract that they all keep.
//!
//! A machine starts *exchanges* and is told what comes of them. It knows nothing of attempts, credentials or retries: those are the
//! [`Driver`](crate::Driver)'s, which stands between any machine and any host.
//!
//! - Inputs may come in any order, and outputs are queued, so nothing need be drained in between.
//! - [`Input::Time`] may come too early, or for nothing: it is harmless.
//! - The same inputs give the same outputs, always: time is an argument, and randomness comes from a seed.

mod backoff;
mod election;
mod informer;
mod log_follow;
mod log_stream;
mod once;
mod pages;
mod shown;
mod wait;
mod watch_stream;
mod watcher;

use alloc::sync::Arc;

use bytes::Bytes;

pub use election::{Candidate, Election, ElectionEvent, LossReason};
pub use informer::{Informer, InformerEvent, Keep, KeepBytes, Shelf};
pub use log_follow::LogFollow;
pub use log_stream::LogStream;
pub use once::Once;
pub use pages::{Next, OnExpired, PageOrder, Pages, RawPage};
pub use wait::{Until, Wait};
pub use watch_stream::WatchStream;
pub use watcher::{InitialList, Watcher, WatcherEvent};

use crate::call::Draft;
use crate::error::Error;
use crate::time::Now;
use crate::wire::Head;

/// A conversation with the API server as a state machine without IO.
pub trait Machine {
    /// What it tells its user.
    type Event;
    /// What its user can tell it, from any thread, while its host sleeps.
    type Command: Send + 'static;

    /// Takes an input in.
    fn handle(&mut self, now: Now, input: Input<Self::Command>);

    /// The next output; `None` until another input.
    #[must_use]
    fn poll(&mut self) -> Option<Output<Self::Event>>;

    /// When [`Input::Time`] is wanted, on the monotonic clock.
    #[must_use]
    fn timeout(&self) -> Option<u64>;
}

/// A machine's own number for an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub u32);

/// One call as a machine wants it made: however many attempts it takes, it is one exchange.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// The machine's number for it.
    pub id: Id,
    /// The call.
    pub draft: Arc<Draft>,
    /// How the answer comes.
    pub shape: Shape,
    /// How long it may take.
    pub limits: Limits,
    /// Whether it may be sent again.
    pub retry: Retry,
}

impl Exchange {
    /// A call whose answer comes as a whole, or as a stream for [`Shape::Stream`], with the usual limits.
    #[must_use]
    pub fn new(id: Id, draft: Arc<Draft>, shape: Shape) -> Self {
        let limits = if matches!(shape, Shape::Whole { .. }) { Limits::CALL } else { Limits::STREAM };
        Self { id, draft, shape, limits, retry: Retry::Advised }
    }

    /// With other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With another retry policy.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }
}

/// How the answer of an exchange comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// As a whole, of at most `max` bytes.
    Whole {
        /// The limit, in bytes.
        max: usize,
    },
    /// Piece by piece.
    Stream,
    /// In both directions, over a WebSocket with one of these subprotocols.
    Socket {
        /// The subprotocols, the best first.
        protocols: &'static [&'static str],
    },
}

impl Shape {
    /// A whole answer of at most 256 MiB: some 40,000 pods.
    pub const WHOLE: Self = Self::Whole { max: 256 << 20 };
}

/// How long an exchange may take, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From a request to the head of its answer.
    pub head: u64,
    /// Between two pieces of the answer.
    pub silence: u64,
    /// From the start to the end, credentials and retries included. `None`: as long as it lasts.
    pub total: Option<u64>,
}

impl Limits {
    /// For calls: the API server itself gives a call up after 60 s.
    pub const CALL: Self = Self { head: 60_000, silence: 30_000, total: Some(120_000) };
    /// For watches and logs: the server ends a watch after less than 290 s, so that longer silence is a dead connection.
    pub const STREAM: Self = Self { head: 60_000, silence: 300_000, total: None };
}

/// Whether an exchange may be sent again after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retry {
    /// Never; the machine decides by itself. (Fresh credentials after a 401 are no retry.)
    Never,
    /// Where that does no harm: see [`Driver`](crate::Driver).
    Advised,
}

/// What a machine is told.
#[non_exhaustive]
pub enum Input<C> {
    /// The answer of a [`Shape::Whole`], or why there is none. A Status that says no is an error.
    Answer(Id, Result<(Head, Bytes), Error>),
    /// A stream or socket is open.
    Opened(Id, Head),
    /// A piece of a stream, or a message of a socket.
    Data(Id, Bytes),
    /// A socket takes more.
    Room(Id),
    /// A stream or socket is closed, or did not open.
    Closed(Id, Result<(), Error>),
    /// The user's word.
    Command(C),
    /// Time has passed.
    Time,
}

/// What a machine wants.
#[non_exhaustive]
pub enum Output<E> {
    /// Make this call.
    Start(Exchange),
    /// Send this over a socket.
    Send(Id, Bytes),
    /// Give an exchange up. Nothing more is told of it.
    Cancel(Id),
    /// Tell the user.
    Event(E),
}

/// The command that ends a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;
