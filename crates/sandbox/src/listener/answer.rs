//! From a request to its answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::events::Events;
use super::shared::Shared;
use crate::reply::Reply;

/// One byte more than the real server takes, so that the sandbox refuses such a body in its words, at its place among the checks.
const LIMIT: usize = 3 * 1024 * 1024 + 1;
/// So much more is read and thrown away, that the refusal reaches a client that reads only once it has written.
const WASTE: usize = 32 * 1024 * 1024;
/// A body has to be there within this time.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) type Answer = Response<Either<Full<Bytes>, Events>>;

/// Answers.
///
/// # Errors
/// Those of the connection, which ends with them: the client went away, sent what is no body, or kept it back.
pub(super) async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Answer, Broken> {
    let (parts, body) = request.into_parts();
    let body = timeout(PATIENCE, read(body)).await.map_err(|_| Broken)??;
    let request = Request::from_parts(parts, body);
    let mut changes = shared.changes();
    let mut reply = shared.step(|sandbox, now| sandbox.handle(now, request));
    while let Reply::Parked(parked) = reply {
        shared.wait(&mut changes, parked.timeout()).await;
        reply = shared.step(|sandbox, now| sandbox.resume(now, parked));
    }
    match reply {
        Reply::Whole(answer) => Ok(answer.map(|body| Either::Left(Full::new(body)))),
        Reply::Watch(answer) => Ok(answer.map(|watch| Either::Right(Events::new(shared, watch)))),
        Reply::Lost(Some(answer)) => Ok(answer.map(|body| Either::Right(Events::cut(body)))),
        Reply::Lost(None) | Reply::Parked(_) => Err(Broken),
    }
}

async fn read(mut body: Incoming) -> Result<Bytes, Broken> {
    let (mut kept, mut wasted) = (BytesMut::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let piece = frame.map_err(|_| Broken)?.into_data().unwrap_or_default();
        let room = LIMIT.saturating_sub(kept.len()).min(piece.len());
        kept.extend_from_slice(piece.get(..room).unwrap_or_default());
        wasted += piece.len() - room;
        if wasted > WASTE {
            break;
        }
    }
    Ok(kept.freeze())
}

/// A connection that is of no more use.
#[derive(Debug)]
pub(super) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the request did not come whole")
    }
}

impl std::error::Error for Broken {}
