//! Errors on their way to JavaScript.

use alloc::string::String;
use kubewire::{Error, Status};

/// An error as three lines: its stage, the server's Status as JSON or the path of what did not decode (or nothing), and its text, which may go over
/// several.
///
/// Lines because the first two hold no line break, so that nothing needs quoting, and nothing can be slipped in between.
pub(crate) fn lines(error: &Error) -> String {
    let detail = match error {
        Error::Decode { problem, .. } => String::from(problem.path()),
        _ => error.status().map(Status::to_json).unwrap_or_default(),
    };
    [error.stage(), "\n", &detail, "\n", &error.message()].concat()
}
