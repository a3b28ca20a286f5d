//! Answers that do not fit their type.

use core::fmt;

use crate::prelude::*;

/// Which field did not fit, and why. Its value is never kept: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: String,
}

impl DecodeError {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
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

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&["at `", &self.path, "`: ", &self.reason].concat())
    }
}

impl core::error::Error for DecodeError {}
