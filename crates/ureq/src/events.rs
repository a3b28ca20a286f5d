//! What conversations tell, as iterators that block.

use kubewire::host::{Conversation, Step};
use kubewire::reading::{Changes, FollowedLines, Informing, ListPages, LogLines, Reading, Told, Watching};
use kubewire::{Error, Heard, Listing, SharedStore, Task};

use crate::client::{Client, entropy};
use crate::transport::{Exchange, agent};
use crate::under_way::UnderWay;

/// The events of a watch; see [`Client::watch`].
pub type Watch<K> = Events<Changes<K>>;
/// The lines of a log; see [`Client::logs`].
pub type Logs = Events<LogLines>;
/// The lines of a log that goes on through lost connections; see [`Client::follow_logs`].
pub type FollowedLogs = Events<FollowedLines>;
/// The pages of a list; see [`Client::pages`].
pub type Pages<L> = Events<ListPages<L>>;

/// What there is, and every change; see [`Client::watcher`].
pub type Watcher<L> = Events<Watching<L>>;
/// The changes of a store; see [`Client::informer`].
pub type Informer<L> = Events<Informing<L>>;

/// An iterator over what comes of a request. Dropped, it ends the request.
///
/// What cannot be decoded is one item that is an error; the next may be whole.
pub struct Events<R: Reading> {
    client: Client,
    conversation: Conversation<R>,
    pub(crate) under_way: UnderWay,
}

impl<R: Reading> Events<R> {
    pub(crate) fn new(client: &Client, machine: R::Machine) -> Self {
        let conversation = Conversation::new(&client.session, client.now(), machine, entropy());
        Self { client: client.clone(), conversation, under_way: UnderWay::new(R::CONCURRENT) }
    }

    /// The next one as bytes, to be decoded on demand.
    ///
    /// # Errors
    /// As an item's.
    pub fn next_raw(&mut self) -> Option<Told<R>> {
        loop {
            let heard = match self.conversation.step(self.client.now()) {
                Step::Tell(event) => return Some(event),
                Step::Do(task) => self.perform(task),
                Step::Wait(until) => Some(self.under_way.wait(until.map(|until| self.client.until(until)))?),
                Step::Done => return None,
            };
            if let Some(heard) = heard {
                self.conversation.hear(self.client.now(), heard);
            }
        }
    }

    /// What comes of it at once is given back.
    fn perform(&mut self, task: Task) -> Option<Heard> {
        match task {
            Task::Need(number, need) => Some(Heard::Given(number, need.read_by(|path| std::fs::read(path)))),
            Task::Request { wire, request, tls, limits, .. } => {
                let agent = self.client.agents.get(&self.client.session, tls, agent);
                self.under_way.begin(wire, Exchange::Request(agent, request, limits))
            }
            Task::Cancel(wire) => {
                self.under_way.cancel(wire);
                None
            }
            _ => None,
        }
    }
}

impl<L: Listing> Informer<L> {
    /// The store that it fills while it is pulled.
    #[must_use]
    pub fn store(&self) -> SharedStore<L::Kept> {
        self.conversation.machine().shelf().clone()
    }
}

impl<R: Reading> Iterator for Events<R> {
    type Item = Result<R::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_raw()?.and_then(R::read))
    }
}

impl<R: Reading> std::fmt::Debug for Events<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}
