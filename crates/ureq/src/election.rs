//! Elections, which go on whether anybody looks or not.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use kubewire::machine::ElectionEvent;
use kubewire::reading::{Electing, Term};
use kubewire::{Error, Failure, FailureKind, Heard};

use crate::client::Client;
use crate::events::Events;

/// So many events wait at most for whoever pulls; what comes then is not told.
const WAITING: usize = 64;

/// One candidate of a leader election, in a thread of its own: it renews whether the events are pulled or not. Renewals are no
/// events here: [`Election::leading_until`] knows them.
///
/// The iterator gives the events, and blocks. Dropped, it stops leading and gives the lease back, and does not wait for that.
#[derive(Debug)]
pub struct Election {
    client: Client,
    term: Term,
    events: Receiver<Result<ElectionEvent, Error>>,
    wake: SyncSender<Heard>,
    thread: Option<JoinHandle<()>>,
}

impl Election {
    pub(crate) fn new(client: &Client, machine: Electing) -> Result<Self, Error> {
        let (client, term) = (client.clone(), machine.term());
        let (sender, events) = sync_channel(WAITING);
        let election = Events::<Electing>::new(&client, machine);
        let wake = election.under_way.sender().expect("it has threads");
        let work = move || {
            // Whoever does not listen leads all the same.
            election.for_each(|event| drop(sender.try_send(event)));
        };
        let thread = Builder::new().name("kubewire-election".into()).spawn(work).map_err(|error| {
            Error::Transport { call: "elect".into(), failure: Failure::unsent(FailureKind::Other, error) }
        })?;
        Ok(Self { client, term, events, wake, thread: Some(thread) })
    }

    /// The next event, where one is there.
    pub fn try_next(&mut self) -> Option<Result<ElectionEvent, Error>> {
        self.events.try_recv().ok()
    }

    /// Until when we lead; `None` where we do not. Work that takes longer must look again.
    #[must_use]
    pub fn leading_until(&self) -> Option<Instant> {
        self.term.until(self.client.now()).map(|until| Instant::now() + self.client.until(until))
    }

    /// Whether we lead at this moment.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leading_until().is_some()
    }

    /// Stops leading, gives the lease back, and waits for that: at most the renew deadline.
    pub fn stop(mut self) {
        let thread = self.thread.take();
        drop(self);
        thread.map(JoinHandle::join);
    }
}

impl Drop for Election {
    fn drop(&mut self) {
        self.term.stop();
        _ = self.wake.send(Heard::Time);
    }
}

impl Iterator for Election {
    type Item = Result<ElectionEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.events.recv().ok()
    }
}
