//! Answers that say no more than yes.

use bytes::Bytes;

use crate::answer::problem;
use crate::call::Draft;
use crate::edge::Answer;
use crate::error::{DecodeError, Error};
use crate::json;
use crate::wire::Head;

/// The answer of a call that gives no object: a [`Status`](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/)
/// that says `Success`. An eviction and a binding answer so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Success;

impl Answer for Success {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        match json::text(&body, &["status"]).as_deref() {
            Some("Success") => Ok(Self),
            _ => Err(problem(draft.summary(), DecodeError::new("status", "it is not `Success`"))),
        }
    }
}
