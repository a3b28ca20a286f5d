//! The requests under way: one that whoever pulls reads, or several in threads.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::{Builder, sleep};
use std::time::Duration;

use kubewire::{Failure, FailureKind, Heard};

use crate::transport::Exchange;

/// So many pieces wait at most for whoever pulls.
const WAITING: usize = 4;
/// As good as for ever.
const HOUR: Duration = Duration::from_secs(3600);

/// Dropped, they end: an answer that was not read to its end closes its connection.
pub(crate) enum UnderWay {
    /// One at a time, by whoever pulls.
    Here(Option<(u32, Exchange)>),
    /// Each in a thread of its own.
    InThreads {
        sender: SyncSender<Heard>,
        receiver: Receiver<Heard>,
        /// A thread whose request is no more among them ends with its next piece.
        wanted: Vec<(u32, Arc<()>)>,
    },
}

impl UnderWay {
    pub(crate) fn new(concurrent: bool) -> Self {
        if !concurrent {
            return Self::Here(None);
        }
        let (sender, receiver) = sync_channel(WAITING);
        Self::InThreads { sender, receiver, wanted: Vec::new() }
    }

    /// Begins one. What is heard at once, if anything is, is that it could not.
    pub(crate) fn begin(&mut self, wire: u32, exchange: Exchange) -> Option<Heard> {
        match self {
            // The answer of an attempt that was given up, if any, ends here.
            Self::Here(one) => *one = Some((wire, exchange)),
            Self::InThreads { sender, wanted, .. } => {
                let (sender, token) = (sender.clone(), Arc::new(()));
                let still_wanted = Arc::downgrade(&token);
                wanted.push((wire, token));
                let work = move || read(wire, exchange, &sender, &still_wanted);
                if let Err(error) = Builder::new().name("kubewire".into()).spawn(work) {
                    return Some(Heard::Failed(wire, Failure::unsent(FailureKind::Other, error)));
                }
            }
        }
        None
    }

    pub(crate) fn cancel(&mut self, wire: u32) {
        match self {
            Self::Here(one) => *one = one.take().filter(|(number, _)| *number != wire),
            Self::InThreads { wanted, .. } => wanted.retain(|(number, _)| *number != wire),
        }
    }

    /// What is heard next, at most after so long. What is there comes before time. `None` where nothing will come.
    pub(crate) fn wait(&mut self, left: Option<Duration>) -> Option<Heard> {
        match self {
            Self::Here(one) => match one.take() {
                Some((wire, exchange)) => {
                    let (heard, rest) = exchange.next(wire);
                    *one = rest.map(|rest| (wire, rest));
                    Some(heard)
                }
                None => {
                    sleep(left?);
                    Some(Heard::Time)
                }
            },
            Self::InThreads { receiver, .. } => match receiver.recv_timeout(left.unwrap_or(HOUR).min(HOUR)) {
                Ok(heard) => Some(heard),
                Err(RecvTimeoutError::Timeout) => Some(Heard::Time),
                Err(RecvTimeoutError::Disconnected) => None,
            },
        }
    }

    /// How other threads wake it, where it has threads.
    pub(crate) fn sender(&self) -> Option<SyncSender<Heard>> {
        match self {
            Self::Here(_) => None,
            Self::InThreads { sender, .. } => Some(sender.clone()),
        }
    }
}

/// Sends a request and reads its answer, as long as anybody wants it.
fn read(wire: u32, exchange: Exchange, sender: &SyncSender<Heard>, wanted: &Weak<()>) {
    let mut next = Some(exchange);
    while let Some(exchange) = next.filter(|_| wanted.strong_count() > 0) {
        let (heard, rest) = exchange.next(wire);
        if sender.send(heard).is_err() {
            return;
        }
        next = rest;
    }
}
