//! What can go wrong, and what to do about it.

use std::{fmt::Display, path::Path};

/// Why the API server could not be built, started or reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Building needs Go, and there is none.
    #[error(
        "building the API server needs Go {needed} or later on the PATH: install it from https://go.dev/dl"
    )]
    NoGo {
        /// The version that the Go module asks for.
        needed: String,
    },
    /// Anything else, told in full.
    #[error("{0}")]
    Failed(String),
}

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// A file or folder that could not be used: `doing` says what was tried, as in "write".
    pub(crate) fn file(doing: &str, path: &Path, cause: impl Display) -> Self {
        Self::Failed(format!("could not {doing} {}: {cause}", path.display()))
    }

    pub(crate) fn certificate(cause: impl Display) -> Self {
        Self::Failed(format!("could not make the test server's certificate: {cause}"))
    }

    /// Whether a port that was free a moment ago was taken by somebody else: worth another try.
    pub(crate) fn is_taken_port(&self) -> bool {
        self.to_string().contains("address already in use")
    }
}
