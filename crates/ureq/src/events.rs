//! What conversations tell, as iterators that block.

use kubewire::machine::Machine;
use kubewire::reading::{Changes, FollowedLines, Informing, ListPages, LogLines, Reading, Watching};
use kubewire::{Error, Listing, SharedStore};

use crate::client::Client;
use crate::conversation::Conversation;

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
    conversation: Conversation<R::Machine>,
}

impl<R: Reading> Events<R> {
    pub(crate) fn new(client: &Client, machine: R::Machine) -> Self {
        Self { conversation: Conversation::new(client.clone(), machine, false) }
    }

    pub(crate) fn threaded(client: &Client, machine: R::Machine) -> Self {
        Self { conversation: Conversation::new(client.clone(), machine, true) }
    }

    /// The next one as bytes, to be decoded on demand.
    ///
    /// # Errors
    /// As an item's.
    pub fn next_raw(&mut self) -> Option<<R::Machine as Machine>::Event> {
        if let Some(word) = R::ask() {
            self.conversation.say(word);
        }
        self.conversation.next()
    }
}

impl<L: Listing> Informer<L> {
    /// The store that it fills while it is pulled.
    #[must_use]
    pub fn store(&self) -> SharedStore<L::Kept> {
        self.conversation.driver.machine().shelf().clone()
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
