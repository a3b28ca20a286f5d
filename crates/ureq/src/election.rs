//! Elections, which go on whether anybody looks or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use kubewire::machine::{self, ElectionEvent, Stop};
use kubewire::{Error, Failure, FailureKind, Sent};

use crate::client::Client;
use crate::conversation::{Conversation, Mail};

/// So many events wait at most for whoever pulls; what comes then is not told.
const WAITING: usize = 64;

/// One candidate of a leader election, in a thread of its own: it renews whether the events are pulled or not. Renewals are no
/// events here: [`Election::leading_until`] knows them.
///
/// The iterator gives the events, and blocks. Dropped, it stops leading and gives the lease back, and does not wait for that.
#[derive(Debug)]
pub struct Election {
    client: Client,
    events: Receiver<Result<ElectionEvent, Error>>,
    words: SyncSender<Mail<Stop>>,
    /// Milliseconds on the client's clock; 0 where we do not lead.
    until: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Election {
    pub(crate) fn new(client: &Client, machine: machine::Election) -> Result<Self, Error> {
        let (sender, events) = sync_channel(WAITING);
        let until = Arc::new(AtomicU64::new(0));
        let mut conversation = Conversation::new(client.clone(), machine, true);
        let words = conversation.sender().expect("it has threads");
        let told = Arc::clone(&until);
        let work = move || {
            while let Some(event) = conversation.next() {
                // Known before it is told.
                told.store(conversation.driver.machine().leading_until().unwrap_or(0), Ordering::SeqCst);
                if !matches!(event, Ok(ElectionEvent::Renewed { .. })) {
                    // Whoever does not listen leads all the same.
                    _ = sender.try_send(event);
                }
            }
        };
        let thread = Builder::new().name("kubewire-election".into()).spawn(work).map_err(|error| {
            let failure = Failure::new(FailureKind::Other, Sent::No, error.to_string());
            Error::Transport { call: "elect".into(), failure }
        })?;
        Ok(Self { client: client.clone(), events, words, until, thread: Some(thread) })
    }

    /// The next event, where one is there.
    pub fn try_next(&mut self) -> Option<Result<ElectionEvent, Error>> {
        self.events.try_recv().ok()
    }

    /// Until when we lead; `None` where we do not. Work that takes longer must look again.
    #[must_use]
    pub fn leading_until(&self) -> Option<Instant> {
        let left = self.client.until(self.until.load(Ordering::SeqCst));
        (left > Duration::ZERO).then(|| Instant::now() + left)
    }

    /// Whether we lead at this moment.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leading_until().is_some()
    }

    /// Stops leading, gives the lease back, and waits for that: at most the renew deadline.
    pub fn stop(mut self) {
        _ = self.words.send(Mail::Word(Stop));
        self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Election {
    fn drop(&mut self) {
        _ = self.words.send(Mail::Word(Stop));
    }
}

impl Iterator for Election {
    type Item = Result<ElectionEvent, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.events.recv().ok()
    }
}
