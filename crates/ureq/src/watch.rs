//! Watches as iterators.

use std::marker::PhantomData;

use kubewire::machine::WatchStream;
use kubewire::{Error, Item, RawEvent, WatchEvent};

use crate::conversation::Conversation;

/// The events of a watch; see [`Client::watch`](crate::Client::watch). Dropped, it ends its request.
///
/// An object that does not fit its type is one item that is an error; the watch goes on.
pub struct Watch<K> {
    conversation: Conversation<WatchStream>,
    object: PhantomData<fn() -> K>,
}

impl<K> Watch<K> {
    pub(crate) fn new(conversation: Conversation<WatchStream>) -> Self {
        Self { conversation, object: PhantomData }
    }

    /// The next event with its object as bytes, to be decoded on demand.
    ///
    /// # Errors
    /// As an item's.
    pub fn next_raw(&mut self) -> Option<Result<RawEvent, Error>> {
        self.conversation.next()
    }
}

impl<K: Item> Iterator for Watch<K> {
    type Item = Result<WatchEvent<K>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_raw()?.and_then(|event| event.decode()))
    }
}

impl<K> std::fmt::Debug for Watch<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}
