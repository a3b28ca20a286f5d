//! Elections, which go on whether anybody looks or not.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use kubewire::Error;
use kubewire::machine::ElectionEvent;
use kubewire::reading::{Electing, Term};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::client::Client;
use crate::events::Events;

/// So many events wait at most for whoever polls; what comes then is not told.
const WAITING: usize = 64;

/// One candidate of a leader election, in a task of its own: it renews whether the stream is polled or not. Renewals are no
/// events here: [`Election::leading_until`] knows them.
///
/// Dropped, it stops leading and gives the lease back, and does not wait for that.
#[derive(Debug)]
pub struct Election {
    client: Client,
    term: Term,
    events: mpsc::Receiver<Result<ElectionEvent, Error>>,
    task: JoinHandle<()>,
    /// Its end stops the election.
    held: oneshot::Sender<()>,
}

impl Election {
    pub(crate) fn new(client: &Client, machine: Electing) -> Self {
        let (client, term) = (client.clone(), machine.term());
        let (sender, events) = mpsc::channel(WAITING);
        let (held, let_go) = oneshot::channel();
        let (mut election, stopped) = (Events::<Electing>::new(&client, machine), term.clone());
        election.under_way.wake(async move {
            _ = let_go.await;
            stopped.stop();
        });
        let task = tokio::spawn(async move {
            while let Some(event) = election.next().await {
                // Whoever does not listen leads all the same.
                _ = sender.try_send(event);
            }
        });
        Self { client, term, events, task, held }
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
        self.term.until(self.client.now()).map(|until| self.client.instant(until))
    }

    /// Whether we lead at this moment.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.leading_until().is_some()
    }

    /// Stops leading, gives the lease back, and waits for that: at most the renew deadline.
    pub async fn stop(self) {
        drop(self.held);
        _ = self.task.await;
    }
}

impl Stream for Election {
    type Item = Result<ElectionEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context)
    }
}
