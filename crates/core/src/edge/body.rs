//! An answer as it came.

use bytes::Bytes;

use super::Answer;
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::prelude::*;
use crate::wire::Head;

/// The bytes of an answer, read as text or JSON on demand.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    bytes: Bytes,
    call: String,
}

impl Body {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes, handed over.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// The text of `/metrics`, `/readyz` or a log.
    ///
    /// # Errors
    /// [`Error::Decode`] where it is not UTF-8, as a log may not be.
    pub fn text(&self) -> Result<&str, Error> {
        let valid = core::str::from_utf8(&self.bytes);
        valid.map_err(|_| problem(self.call.clone(), DecodeError::new(".", "the answer is not UTF-8")))
    }

    /// The JSON as a type of the caller's.
    ///
    /// # Errors
    /// [`Error::Decode`] with the path of the field that does not fit.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        DecodeError::catch(&self.bytes, "").map_err(|error| problem(self.call.clone(), error))
    }
}

impl Answer for Body {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Ok(Self { bytes: body, call: draft.summary() })
    }
}

/// The bytes may be a Secret.
impl core::fmt::Debug for Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Body({} bytes)", self.bytes.len())
    }
}
