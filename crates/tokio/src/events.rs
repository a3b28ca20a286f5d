//! What conversations tell, as streams.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use kubewire::host::{Conversation, Step, UnderWay};
use kubewire::reading::{Changes, FollowedLines, Informing, ListPages, LogLines, Reading, Told, Watching};
use kubewire::{Error, Heard, Listing, SharedStore, Task};
use tokio::time::{Sleep, sleep};

use crate::client::{Client, entropy};
use crate::transport::{Answer, Pool};

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
    client: Client,
    conversation: Conversation<R>,
    pub(crate) under_way: UnderWay<Answer>,
    sleep: Pin<Box<Sleep>>,
}

impl<R: Reading> Events<R> {
    pub(crate) fn new(client: &Client, machine: R::Machine) -> Self {
        let conversation = Conversation::new(&client.session, client.now(), machine, entropy());
        let sleep = Box::pin(sleep(Duration::ZERO));
        Self { client: client.clone(), conversation, under_way: UnderWay::default(), sleep }
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
    pub async fn next_raw(&mut self) -> Option<Told<R>> {
        poll_fn(|context| self.poll_raw(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R::Item, Error>>> {
        self.poll_raw(context).map(|event| event.map(|event| event.and_then(R::read)))
    }

    fn poll_raw(&mut self, context: &mut Context<'_>) -> Poll<Option<Told<R>>> {
        loop {
            match self.conversation.step(self.client.now()) {
                Step::Tell(event) => return Poll::Ready(Some(event)),
                Step::Do(task) => self.perform(task),
                Step::Wait(until) => {
                    let heard = ready!(self.hear(until, context));
                    self.conversation.hear(self.client.now(), heard);
                }
                Step::Done => return Poll::Ready(None),
            }
        }
    }

    /// What is there goes in before time.
    fn hear(&mut self, until: Option<u64>, context: &mut Context<'_>) -> Poll<Heard> {
        if let Poll::Ready(heard) = self.under_way.poll(context) {
            return Poll::Ready(heard);
        }
        let Some(until) = until else { return Poll::Pending };
        self.sleep.as_mut().reset(self.client.instant(until));
        self.sleep.as_mut().poll(context).map(|()| Heard::Time)
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Need(number, need) => {
                self.under_way.read(number, async move { tokio::fs::read(need.path()).await });
            }
            Task::Request { wire, request, tls, .. } => {
                let pool = self.client.pools.get(&self.client.session, tls, Pool::new);
                self.under_way.request(wire, async move { pool?.send(request).await });
            }
            Task::Cancel(wire) => self.under_way.cancel(wire),
            _ => {}
        }
    }
}

impl<L: Listing> Informer<L> {
    /// The store that it fills while it is polled.
    #[must_use]
    pub fn store(&self) -> SharedStore<L::Kept> {
        self.conversation.machine().shelf().clone()
    }
}

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
