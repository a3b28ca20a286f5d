//! One object as the bytes it came in.

use alloc::borrow::Cow;
use core::fmt;
use core::marker::PhantomData;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Answer, with_type};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::json::{self, Key};
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
    /// Where a list's item has its key, read when the list was split; `None` where the general reader has to look.
    key: Option<Key>,
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
        Self { bytes, encoding: Encoding::Json, kind: None, key: None, object: PhantomData }
    }

    /// An item of a list, whose kind and version only the list says.
    pub(crate) fn item(bytes: Bytes, key: Option<Key>, kind: &alloc::sync::Arc<(String, String)>) -> Self {
        Self { kind: Some(alloc::sync::Arc::clone(kind)), key, ..Self::from_json(bytes) }
    }

    fn metadata(&self, field: &str, place: fn(&Key) -> (u32, u32)) -> Option<Cow<'_, str>> {
        let Some(key) = &self.key else {
            return match self.encoding {
                Encoding::Json => json::text(&self.bytes, &["metadata", field]),
            };
        };
        let (start, end) = place(key);
        let text = self.bytes.get(start as usize..end as usize).filter(|_| end != 0)?;
        core::str::from_utf8(text).ok().map(Cow::Borrowed)
    }

    /// The object's name; empty where it has none.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        self.metadata("name", |key| key.name).unwrap_or_default()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        self.metadata("namespace", |key| key.namespace)
    }

    /// Its uid.
    #[must_use]
    pub fn uid(&self) -> Option<Cow<'_, str>> {
        self.metadata("uid", |key| key.uid)
    }

    /// The version at which this is its state.
    #[must_use]
    pub fn resource_version(&self) -> Option<Cow<'_, str>> {
        self.metadata("resourceVersion", |key| key.resource_version)
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
            key: self.key,
            object: PhantomData,
        }
    }

    /// A copy without `metadata.managedFields`, over a third of a typical object, that keeps nothing else in memory: what a cache holds.
    #[must_use]
    pub fn detach_without_managed_fields(&self) -> Self {
        match json::without_managed_fields(&self.bytes) {
            Some(bytes) => Self { kind: self.kind.clone(), ..Self::from_json(bytes.into()) },
            None => self.detach(),
        }
    }

    fn problem(&self, error: DecodeError) -> Error {
        problem(["decode ", &self.name()].concat(), error)
    }

    /// Some of its fields as a struct of the caller's that may borrow from the bytes (`&str`): quicker than [`Raw::get`].
    ///
    /// The struct sees the bytes as they came: a list's items do not say their kind.
    ///
    /// # Errors
    /// [`Error::Decode`] with the reason.
    pub fn get_as<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        DecodeError::borrow(&self.bytes).map_err(|error| self.problem(error))
    }

    /// The same bytes, to be decoded as another type: a struct of only a few fields, for instance.
    #[must_use]
    pub fn cast<L>(self) -> Raw<L> {
        Raw {
            bytes: self.bytes,
            encoding: self.encoding,
            kind: self.kind,
            key: self.key,
            object: PhantomData,
        }
    }
}

impl<K: DeserializeOwned> Raw<K> {
    /// Decodes the object without its `managedFields`, which are over a third of a typical one and which hardly anyone reads.
    /// An update without them leaves the server's as they are.
    ///
    /// # Errors
    /// [`Error::Decode`] with the path of the field that does not fit.
    pub fn get(&self) -> Result<K, Error> {
        self.decode("").map_err(|error| self.problem(error))
    }

    /// Decodes the object with its `managedFields`.
    ///
    /// # Errors
    /// [`Error::Decode`] with the path of the field that does not fit.
    pub fn get_with_managed_fields(&self) -> Result<K, Error> {
        DecodeError::catch(&self.json(), "").map_err(|error| self.problem(error))
    }

    pub(crate) fn decode(&self, prefix: &str) -> Result<K, DecodeError> {
        let Some(cut) = json::without_managed_fields(&self.bytes) else {
            return DecodeError::catch(&self.json(), prefix);
        };
        let typed = self.kind.as_deref().and_then(|(version, kind)| with_type(&cut, version, kind));
        // A type that wants them, or JSON that is broken just there: the whole says.
        DecodeError::quick(&typed.unwrap_or(cut)).map_or_else(|| DecodeError::catch(&self.json(), prefix), Ok)
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
            key: self.key,
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

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = r#"{"metadata":{"name":"a","managedFields":[{"manager":"m"}],"uid":"u"},"status":{"phase":"Running"}}"#;

    #[test]
    fn managed_fields_are_there_for_whoever_asks() {
        let raw = Raw::<serde_json::Value>::from_json(POD.into());
        assert_eq!(raw.get().unwrap()["metadata"], serde_json::json!({"name": "a", "uid": "u"}));
        assert_eq!(
            raw.get_with_managed_fields().unwrap(),
            serde_json::from_str::<serde_json::Value>(POD).unwrap()
        );
        let light = raw.detach_without_managed_fields();
        assert_eq!(&light.bytes()[..], POD.replace(r#""managedFields":[{"manager":"m"}],"#, "").as_bytes());
        assert_eq!((light.name(), light.uid()), (raw.name(), raw.uid()));
    }

    #[test]
    fn what_stands_in_the_cut_is_judged_too_where_the_rest_does_not_fit() {
        #[derive(Debug, Deserialize)]
        struct Wanting {
            metadata: Managed,
        }
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Managed {
            managed_fields: Vec<serde_json::Value>,
        }
        assert_eq!(Raw::<Wanting>::from_json(POD.into()).get().unwrap().metadata.managed_fields.len(), 1);
    }

    #[test]
    fn a_borrowing_struct_reads_a_few_fields() {
        #[derive(Deserialize)]
        struct Light<'a> {
            #[serde(borrow)]
            status: Phase<'a>,
        }
        #[derive(Deserialize)]
        struct Phase<'a> {
            phase: &'a str,
        }
        let raw = Raw::<()>::from_json(POD.into());
        assert_eq!(raw.get_as::<Light<'_>>().unwrap().status.phase, "Running");
        assert_eq!(raw.text(&["status", "phase"]).unwrap(), "Running");
        let refused = raw.get_as::<Vec<u8>>().unwrap_err();
        assert!(matches!(refused, Error::Decode { .. }), "{refused}");
    }
}
