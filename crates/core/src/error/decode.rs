//! Answers that do not fit their type.

use crate::prelude::*;

/// Which field did not fit, and why. Its value is never kept: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct DecodeError {
    path: String,
    reason: String,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    pub(super) fn text(&self) -> String {
        ["at `", &self.path, "`: ", &self.reason].concat()
    }

    /// The field, such as `items[3].spec.replicas`; `.` for the whole answer.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Why it did not fit, such as `invalid type, expected u32`.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
