//! Why the server said no, to a call that asked for protobuf.

use super::{messages, number, open, text};
use crate::error::{Cause, Status, StatusDetails};
use crate::prelude::*;

/// Reads a Status. `None` where the message is something else.
pub(crate) fn status(bytes: &[u8]) -> Option<Status> {
    let (_, message) = open(bytes).filter(|(kind, _)| *kind == "Status")?;
    let own = |field| text(message, field).to_owned();
    let details = messages(message, 5).next().unwrap_or_default();
    let detail = |field| text(details, field).to_owned();
    let cause = |cause| Cause {
        reason: text(cause, 1).to_owned(),
        message: text(cause, 2).to_owned(),
        field: text(cause, 3).to_owned(),
    };
    let mut status = Status {
        code: number(message, 6).try_into().unwrap_or_default(),
        reason: own(4),
        message: own(3),
        details: StatusDetails {
            name: detail(1),
            group: detail(2),
            kind: detail(3),
            uid: detail(6),
            causes: messages(details, 4).map(cause).collect(),
            retry_after_seconds: Some(number(details, 5)).filter(|seconds| *seconds > 0),
        },
        ..Status::default()
    };
    if let Some(metadata) = messages(message, 1).next() {
        status.continue_token = text(metadata, 3).to_owned();
    }
    Some(status)
}
