//! Elections, which go on whether anybody looks or not.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use futures_core::Stream;
use kubewire::Error;
use kubewire::machine::{self, ElectionEvent, Stop};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::client::Client;
use crate::conversation::{Conversation, Mail};

/// So many events wait at most for whoever polls; what comes then is not told.
const WAITING: usize = 64;

/// One candidate of a leader election, in a task of its own: it renews whether the stream is polled or not. Renewals are no
/// events here: [`Election::leading_until`] knows them.
///
/// Dropped, it stops leading and gives the lease back, and does not wait for that.
#[derive(Debug)]
pub struct Election {
    client: Client,
    events: Receiver<Result<ElectionEvent, Error>>,
    words: Sender<Mail<Stop>>,
    /// Milliseconds on the client's clock; 0 where we do not lead.
    until: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Election {
    pub(crate) fn new(client: &Client, machine: machine::Election) -> Self {
        let (sender, events) = channel(WAITING);
        let until = Arc::new(AtomicU64::new(0));
        let mut conversation = Conversation::new(client.clone(), machine);
        let words = conversation.sender();
        let told = Arc::clone(&until);
        let task = tokio::spawn(async move {
            while let Some(event) = poll_fn(|context| conversation.poll_next(context)).await {
                // Known before it is told.
                told.store(conversation.driver.machine().leading_until().unwrap_or(0), Ordering::SeqCst);
                if !matches!(event, Ok(ElectionEvent::Renewed { .. })) {
                    // Whoever does not listen leads all the same.
                    _ = sender.try_send(event);
                }
            }
        });
        Self { client: client.clone(), events, words, until, task }
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// Why an attempt failed. The election goes on.
    pub async fn next(&mut self) -> Option<Result<ElectionEvent, Error>> {
        self.events.recv().await
    }

    /// Until when we lead; `None` where we do not. Work that takes longer must look again.
    #[must_use]
    pub fn leading_until(&self) -> Option<Instant> {
        let until = self.client.instant(self.until.load(Ordering::SeqCst));
        (until > Instant::now()).then_some(until)
    }

    /// Whether we lead at this moment.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leading_until().is_some()
    }

    /// Stops leading, gives the lease back, and waits for that: at most the renew deadline.
    pub async fn stop(mut self) {
        _ = self.words.send(Mail::Word(Stop)).await;
        _ = (&mut self.task).await;
    }
}

impl Drop for Election {
    fn drop(&mut self) {
        let words = self.words.clone();
        if !self.task.is_finished() && words.try_send(Mail::Word(Stop)).is_err() {
            tokio::spawn(async move { drop(words.send(Mail::Word(Stop)).await) });
        }
    }
}

impl Stream for Election {
    type Item = Result<ElectionEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context)
    }
}
