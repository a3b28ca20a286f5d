//! Requests that got no answer.

use crate::prelude::*;
use core::fmt;

/// What a host reports of a request that failed below HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// Whether the server may have seen the request: it decides what may be sent again.
    pub sent: Sent,
    /// The host's words, without credentials and without the URL's query.
    pub message: String,
}

impl Failure {
    /// A failure as a host words it.
    #[must_use]
    pub fn new(kind: FailureKind, sent: Sent, message: impl Into<String>) -> Self {
        Self { kind, sent, message: message.into() }
    }
}

impl Failure {
    pub(super) fn text(&self) -> String {
        [self.kind.text(), ": ", &self.message, self.kind.advice()].concat()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// What went wrong below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection: refused, unreachable, or the name is unknown.
    Refused,
    /// The connection broke.
    Reset,
    /// The host's own time-out.
    TimedOut,
    /// The server's certificate is not signed by the authority that we trust, or not for this name.
    Untrusted,
    /// The host cannot do this.
    Unsupported,
    /// Anything else.
    Other,
}

impl FailureKind {
    fn text(self) -> &'static str {
        match self {
            Self::Refused => "no connection to the API server",
            Self::Reset => "the connection broke",
            Self::TimedOut => "the host's time-out passed",
            Self::Untrusted => "the API server's certificate is not trusted",
            Self::Unsupported => "this host cannot do that",
            Self::Other => "the request failed",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Refused => {
                "; is the API server's address right, and does a network policy let us reach it?"
            }
            Self::Untrusted => "; is the mounted ca.crt the one of this cluster?",
            _ => "",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Whether the server may have seen a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Not a byte of it left the host.
    No,
    /// It may have.
    Maybe,
}

/// The three times that a call can run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// From the request to the head of the answer.
    Head,
    /// Between two pieces of the answer.
    Silence,
    /// From the start to the end, credentials and retries included.
    Total,
}

impl Deadline {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Head => "no answer from the API server",
            Self::Silence => "the answer fell silent",
            Self::Total => "not done",
        }
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
