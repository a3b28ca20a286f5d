//! Whether an answer is one.

use crate::call::{Draft, Verb};
use crate::error::{DecodeError, Error, Status};
use crate::prelude::*;
use crate::wire::Head;

/// A decode error of a call.
pub(crate) fn problem(call: String, problem: DecodeError) -> Error {
    Error::Decode { call, problem }
}

/// The server's Status where the answer is a failure, also one that comes with a 2xx: but for text, in which a pod's log, say, could forge
/// one.
pub(crate) fn refuse_failures(draft: &Draft, head: &Head, body: &[u8]) -> Result<(), Error> {
    if (200..=206).contains(&head.status) && draft.is_text() {
        return Ok(());
    }
    let Some(mut status) = Status::of_answer(head.status, body, draft.attributes.verb == Verb::Create) else {
        return Ok(());
    };
    status.warnings = head.warnings.clone();
    Err(Error::Api { call: draft.summary(), status: Box::new(status) })
}
