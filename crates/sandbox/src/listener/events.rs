//! The body of a watch's answer: its events as they come.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame};
use tokio::sync::watch::Receiver;

use super::answer::Broken;
use super::shared::Shared;
use crate::watch::Watch;

/// So many bytes at least are sent at once where there are as many.
const PIECE: usize = 64 * 1024;

/// It asks the sandbox only while its reader reads: whoever stops reading costs nothing.
pub(super) struct Events(Option<Next>);

/// The next piece, and what gives the one after it; `None` at the end.
type Next = Pin<Box<dyn Future<Output = Result<Option<(Bytes, Option<Feed>)>, Broken>> + Send>>;

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

    /// A body that is lost after its beginning.
    pub(super) fn cut(beginning: Bytes) -> Self {
        Self(Some(Box::pin(async move { Ok(Some((beginning, None))) })))
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let Some(next) = &mut self.0 else { return Poll::Ready(None) };
        let next = ready!(next.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(match next {
            Ok(Some((piece, feed))) => {
                self.0 = Some(match feed {
                    Some(feed) => Box::pin(feed.next()),
                    None => Box::pin(lost()),
                });
                Some(Ok(Frame::data(piece)))
            }
            Ok(None) => None,
            Err(broken) => Some(Err(broken)),
        })
    }
}

/// The loss of the connection, once what came before it is on its way.
async fn lost() -> Result<Option<(Bytes, Option<Feed>)>, Broken> {
    tokio::task::yield_now().await;
    Err(Broken)
}

impl Feed {
    async fn next(mut self) -> Result<Option<(Bytes, Option<Self>)>, Broken> {
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
                (false, _) => return Ok(Some((piece, Some(self)))),
                (true, true) if self.watch.is_lost() => return lost().await,
                (true, true) => return Ok(None),
                (true, false) => self.shared.wait(&mut self.changes, self.watch.timeout()).await,
            }
        }
    }
}
