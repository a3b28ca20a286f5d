//! What an async host has under way.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io;

use bytes::Bytes;

use crate::driver::Heard;
use crate::error::Failure;
use crate::prelude::*;
use crate::wire::Head;

/// An answer that an async host reads piece by piece. Dropped before its end, it ends its request.
pub trait Pieces: Sized + Send + 'static {
    /// The next piece and the rest; `None` at the end.
    ///
    /// # Errors
    /// Why there is no more.
    fn next(self) -> impl Future<Output = Result<Option<(Bytes, Self)>, Failure>> + Send;
}

/// The files and requests that an async host has under way, whatever its runtime: they move on while they are polled, and dropped they end.
pub struct UnderWay<A> {
    /// Each under its request's number; a file has none.
    hearings: Vec<(Option<u32>, Hearing<A>)>,
}

/// What is heard next, and the rest of an answer.
type Hearing<A> = Pin<Box<dyn Future<Output = (Heard, Option<A>)> + Send>>;

impl<A: Pieces> UnderWay<A> {
    /// Reads what is [needed](crate::Task::Need) under a number.
    pub fn read(&mut self, number: u32, file: impl Future<Output = io::Result<Vec<u8>>> + Send + 'static) {
        self.begin(None, async move {
            let read = file.await.map(Bytes::from).map_err(Into::into);
            (Heard::Given(number, read), None)
        });
    }

    /// Sends a request, and reads its answer to the end.
    pub fn request(
        &mut self,
        wire: u32,
        sent: impl Future<Output = Result<(Head, A), Failure>> + Send + 'static,
    ) {
        self.begin(Some(wire), async move {
            match sent.await {
                Ok((head, answer)) => (Heard::Head(wire, head), Some(answer)),
                Err(failure) => (Heard::Failed(wire, failure), None),
            }
        });
    }

    /// Lets the machine look at the time when this is over.
    pub fn wake(&mut self, after: impl Future<Output = ()> + Send + 'static) {
        self.begin(None, async move {
            after.await;
            (Heard::Time, None)
        });
    }

    /// Gives a request up.
    pub fn cancel(&mut self, wire: u32) {
        self.hearings.retain(|(number, _)| *number != Some(wire));
    }

    /// What is heard next. What has just been heard of has its next turn after the others.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Heard> {
        let mut ready = None;
        for (place, (_, hearing)) in self.hearings.iter_mut().enumerate() {
            if let Poll::Ready(heard) = hearing.as_mut().poll(context) {
                ready = Some((place, heard));
                break;
            }
        }
        let Some((place, (heard, rest))) = ready else { return Poll::Pending };
        let (number, _) = self.hearings.remove(place);
        if let (Some(wire), Some(rest)) = (number, rest) {
            self.begin(number, next(wire, rest));
        }
        Poll::Ready(heard)
    }

    fn begin(
        &mut self,
        number: Option<u32>,
        hearing: impl Future<Output = (Heard, Option<A>)> + Send + 'static,
    ) {
        self.hearings.push((number, Box::pin(hearing)));
    }
}

async fn next<A: Pieces>(wire: u32, answer: A) -> (Heard, Option<A>) {
    match answer.next().await {
        Ok(Some((piece, rest))) => (Heard::Data(wire, piece), Some(rest)),
        Ok(None) => (Heard::End(wire), None),
        Err(failure) => (Heard::Failed(wire, failure), None),
    }
}

impl<A> Default for UnderWay<A> {
    fn default() -> Self {
        Self { hearings: Vec::new() }
    }
}

impl<A> core::fmt::Debug for UnderWay<A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.hearings.iter().map(|(number, _)| number)).finish()
    }
}
