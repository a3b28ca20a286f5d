//! One object as the bytes it came in.

use alloc::borrow::Cow;
use core::fmt;
use core::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Answer, with_type};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::json;
use crate::prelude::*;
use crate::wire::Head;

/// One object as a slice of the answer that brought it: its key is read in place, the rest is decoded when asked for.
///
/// A slice keeps the whole answer in memory; what is held for long is better [detached](Raw::detach).
pub struct Raw<K> {
    bytes: Bytes,
    encoding: Encoding,
    /// The kind and version of a list's items, which do not say it themselves: `apiVersion` and `kind`.
    kind: Option<alloc::sync::Arc<(String, String)>>,
    object: PhantomData<fn() -> K>,
}

/// How the bytes of a [`Raw`] are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
enum Encoding {
    Json,
}

impl<K> Raw<K> {
    /// An object's JSON.
    #[must_use]
    pub fn from_json(bytes: Bytes) -> Self {
        Self { bytes, encoding: Encoding::Json, kind: None, object: PhantomData }
    }

    /// An item of a list, whose kind and version only the list says.
    pub(crate) fn item(bytes: Bytes, kind: &alloc::sync::Arc<(String, String)>) -> Self {
        Self { kind: Some(alloc::sync::Arc::clone(kind)), ..Self::from_json(bytes) }
    }

    fn metadata(&self, field: &str) -> Option<Cow<'_, str>> {
        match self.encoding {
            Encoding::Json => json::text(&self.bytes, &["metadata", field]),
        }
    }

    /// The object's name; empty where it has none.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        self.metadata("name").unwrap_or_default()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        self.metadata("namespace")
    }

    /// Its uid.
    #[must_use]
    pub fn uid(&self) -> Option<Cow<'_, str>> {
        self.metadata("uid")
    }

    /// The version at which this is its state.
    #[must_use]
    pub fn resource_version(&self) -> Option<Cow<'_, str>> {
        self.metadata("resourceVersion")
    }

    /// One text in it by its path, such as `["status", "phase"]`, without decoding the rest.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        json::text(&self.bytes, path)
    }

    /// The bytes as they came. A list's items do not say their kind there.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The object's JSON with its kind and version.
    #[must_use]
    pub fn json(&self) -> Bytes {
        self.kind
            .as_deref()
            .and_then(|(version, kind)| with_type(&self.bytes, version, kind))
            .map_or_else(|| self.bytes.clone(), Bytes::from)
    }

    /// A copy that keeps nothing else in memory.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            bytes: Bytes::copy_from_slice(&self.bytes),
            encoding: self.encoding,
            kind: self.kind.clone(),
            object: PhantomData,
        }
    }

    /// The same bytes, to be decoded as another type: a struct of only a few fields, for instance.
    #[must_use]
    pub fn cast<L>(self) -> Raw<L> {
        Raw { bytes: self.bytes, encoding: self.encoding, kind: self.kind, object: PhantomData }
    }
}

impl<K: DeserializeOwned> Raw<K> {
    /// Decodes the object.
    ///
    /// # Errors
    /// [`Error::Decode`] with the path of the field that does not fit.
    pub fn get(&self) -> Result<K, Error> {
        self.decode("").map_err(|error| {
            let call = ["decode ", &self.name()].concat();
            problem(call, error)
        })
    }

    pub(crate) fn decode(&self, prefix: &str) -> Result<K, DecodeError> {
        DecodeError::catch(&self.json(), prefix)
    }
}

impl<K> Answer for Raw<K> {
    fn decode(_: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Ok(Self::from_json(body))
    }
}

impl<K> Clone for Raw<K> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            encoding: self.encoding,
            kind: self.kind.clone(),
            object: PhantomData,
        }
    }
}

impl<K> PartialEq for Raw<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

/// The key alone: the rest may be a Secret.
impl<K> fmt::Debug for Raw<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self.namespace().unwrap_or_default();
        write!(f, "Raw({namespace}/{}, {} bytes)", self.name(), self.bytes.len())
    }
}
