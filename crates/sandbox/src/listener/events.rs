//! The body of a watch's answer: its events as they come.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame};
use tokio::sync::watch::Receiver;

use super::shared::Shared;
use crate::watch::Watch;

/// So many bytes at least are sent at once where there are as many.
const PIECE: usize = 64 * 1024;

/// It asks the sandbox only while its reader reads: whoever stops reading costs nothing.
pub(super) struct Events(Option<Next>);

/// The next piece, and what gives the one after it; `None` at the end.
type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Feed)>> + Send>>;

struct Feed {
    shared: Arc<Shared>,
    changes: Receiver<()>,
    watch: Watch,
}

impl Events {
    pub(super) fn new(shared: Arc<Shared>, watch: Watch) -> Self {
        let feed = Feed { changes: shared.changes(), shared, watch };
        Self(Some(Box::pin(feed.next())))
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(next) = &mut self.0 else { return Poll::Ready(None) };
        let next = ready!(next.as_mut().poll(context));
        let (piece, rest) = next.map(|(piece, feed)| (piece, Box::pin(feed.next()) as Next)).unzip();
        self.0 = rest;
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }
}

impl Feed {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        loop {
            // Whatever comes after this is heard of.
            self.changes.mark_unchanged();
            let watch = &mut self.watch;
            let (piece, ended) = self.shared.step(|sandbox, now| {
                let mut piece = BytesMut::new();
                while piece.len() < PIECE {
                    match sandbox.poll(watch, now) {
                        Poll::Ready(Some(line)) => piece.extend_from_slice(&line),
                        Poll::Ready(None) => return (piece.freeze(), true),
                        Poll::Pending => break,
                    }
                }
                (piece.freeze(), false)
            });
            match (piece.is_empty(), ended) {
                (false, _) => return Some((piece, self)),
                (true, true) => return None,
                (true, false) => self.shared.wait(&mut self.changes, self.watch.timeout()).await,
            }
        }
    }
}
