//! What can go wrong, by the stage at which it does.

mod build;
mod config;
mod decode;
mod status;
mod transport;

pub use build::{BuildError, Rule, Segment};
pub use config::ConfigError;
pub use decode::DecodeError;
pub use status::{Cause, Status, StatusDetails};
pub use transport::{Deadline, Failure, FailureKind, Sent};

use crate::prelude::*;
use crate::text::digits;
use core::fmt;

/// An API call that did not give its value, or a [`Session`](crate::Session) that could not be set up.
///
/// Each variant is a stage. The text says what happened, to which call, and what to do about it; it never holds a
/// credential, a body or a query.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
#[non_exhaustive]
pub enum Error {
    /// The call was not formed: it would have meant something else than it says.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Where the API server is, or who we are, is not known.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The request did not get an answer.
    Transport {
        /// The call in words, such as `list pods in namespace shop`.
        call: String,
        /// What the host reported.
        failure: Failure,
    },
    /// The call ran out of one of its three times.
    Timeout {
        /// The call in words.
        call: String,
        /// Which of the three.
        deadline: Deadline,
        /// The limit that was passed, in milliseconds.
        after_ms: u64,
    },
    /// The API server said no.
    Api {
        /// The call in words.
        call: String,
        /// The server's own words.
        status: Box<Status>,
    },
    /// The answer is not of the type that was asked for.
    Decode {
        /// The call in words.
        call: String,
        /// Which field, and why.
        problem: DecodeError,
    },
    /// The answer breaks the protocol: an event that ends half-way, or one that is larger than the limit.
    Protocol {
        /// The call in words.
        call: String,
        /// What is wrong with the answer.
        problem: String,
    },
}

/// The same text as `Display`: what `main` prints of an error is for people.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// The error's text, as `Display` has it.
    ///
    /// Texts are put together by hand, here and in the modules: formatting would cost the WebAssembly file a twentieth.
    #[must_use]
    pub fn message(&self) -> String {
        let (call, what) = match self {
            Self::Build(error) => return error.text(),
            Self::Config(error) => return error.text(),
            Self::Transport { call, failure } => (call, failure.text()),
            Self::Timeout { call, deadline, after_ms } => {
                (call, [deadline.text(), " after ", &digits(after_ms / 1000), " s"].concat())
            }
            Self::Api { call, status } => (call, status.text()),
            Self::Decode { call, problem } => {
                (call, ["the answer does not fit its type: ", &problem.text()].concat())
            }
            Self::Protocol { call, problem } => (call, problem.clone()),
        };
        [call, ": ", &what].concat()
    }

    /// The server's [`Status`], where it is the server that said no.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Api { status, .. } => Some(status),
            _ => None,
        }
    }

    /// The stage as a word: `Build`, `Config`, `Transport`, `Timeout`, `Api`, `Decode` or `Protocol`.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Build(_) => "Build",
            Self::Config(_) => "Config",
            Self::Transport { .. } => "Transport",
            Self::Timeout { .. } => "Timeout",
            Self::Api { .. } => "Api",
            Self::Decode { .. } => "Decode",
            Self::Protocol { .. } => "Protocol",
        }
    }
}
