//! What conversations tell, as streams.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
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

/// A stream of what comes of a request. Dropped, it ends the request at once.
///
/// What cannot be decoded is one item that is an error; the next may be whole.
pub struct Events<R: Reading> {
    conversation: Conversation<R::Machine>,
    /// Whether the user has asked for one more.
    asked: bool,
}

impl<R: Reading> Events<R> {
    pub(crate) fn new(client: &Client, machine: R::Machine) -> Self {
        Self { conversation: Conversation::new(client.clone(), machine), asked: false }
    }

    /// The next one; `None` at the end. It can be dropped without loss.
    ///
    /// # Errors
    /// As an item's.
    pub async fn next(&mut self) -> Option<Result<R::Item, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// The next one as bytes, to be decoded on demand.
    ///
    /// # Errors
    /// As an item's.
    pub async fn next_raw(&mut self) -> Option<<R::Machine as Machine>::Event> {
        poll_fn(|context| self.poll_raw(context)).await
    }

    fn poll_raw(&mut self, context: &mut Context<'_>) -> Poll<Option<<R::Machine as Machine>::Event>> {
        if !self.asked {
            self.asked = true;
            R::ask().into_iter().for_each(|word| self.conversation.say(word));
        }
        let next = self.conversation.poll_next(context);
        self.asked = next.is_pending();
        next
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Item, Error>>> {
        self.poll_raw(context).map(|event| event.map(|event| event.and_then(R::read)))
    }
}

impl<L: Listing> Informer<L> {
    /// The store that it fills while it is polled.
    #[must_use]
    pub fn store(&self) -> SharedStore<L::Kept> {
        self.conversation.driver.machine().shelf().clone()
    }
}

impl<R: Reading> Unpin for Events<R> {}

impl<R: Reading> Stream for Events<R> {
    type Item = Result<R::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<R: Reading> std::fmt::Debug for Events<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}
