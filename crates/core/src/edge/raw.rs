//! One object as the bytes it came in.

use alloc::borrow::Cow;
use core::fmt;
use core::marker::PhantomData;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Answer;
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::object::RawObject;
use crate::wire::Head;

/// One object as a slice of the answer that brought it: its key is read in place, the rest is decoded when asked for.
///
/// A slice keeps the whole answer in memory; what is held for long is better [detached](Raw::detach).
pub struct Raw<K> {
    object: RawObject,
    decoded: PhantomData<fn() -> K>,
}

impl<K> From<RawObject> for Raw<K> {
    fn from(object: RawObject) -> Self {
        Self { object, decoded: PhantomData }
    }
}

impl<K> Raw<K> {
    /// An object's JSON.
    #[must_use]
    pub fn from_json(bytes: Bytes) -> Self {
        RawObject::from_json(bytes).into()
    }

    /// The object's name; empty where it has none.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        self.object.name()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        self.object.namespace()
    }

    /// Its uid.
    #[must_use]
    pub fn uid(&self) -> Option<Cow<'_, str>> {
        self.object.uid()
    }

    /// The version at which this is its state.
    #[must_use]
    pub fn resource_version(&self) -> Option<Cow<'_, str>> {
        self.object.resource_version()
    }

    /// One text in it by its path, such as `["status", "phase"]`, without decoding the rest.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<Cow<'_, str>> {
        self.object.text(path)
    }

    /// The bytes as they came. A list's items do not say their kind there.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.object.bytes()
    }

    /// The object's JSON with its kind and version.
    #[must_use]
    pub fn json(&self) -> Bytes {
        self.object.json()
    }

    /// A copy that keeps nothing else in memory.
    #[must_use]
    pub fn detach(&self) -> Self {
        self.object.detach().into()
    }

    /// A copy without `metadata.managedFields`, over a third of a typical object, that keeps nothing else in memory: what a cache holds.
    #[must_use]
    pub fn detach_without_managed_fields(&self) -> Self {
        self.object.detach_without_managed_fields().into()
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
        DecodeError::borrow(self.object.slice()).map_err(|error| self.problem(error))
    }

    /// The same bytes, to be decoded as another type: a struct of only a few fields, for instance.
    #[must_use]
    pub fn cast<L>(self) -> Raw<L> {
        self.object.into()
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
        let Some(cut) = self.object.cut_json() else {
            return DecodeError::catch(&self.json(), prefix);
        };
        // A type that wants them, or JSON that is broken just there: the whole says.
        DecodeError::quick(&cut).map_or_else(|| DecodeError::catch(&self.json(), prefix), Ok)
    }
}

impl<K> Answer for Raw<K> {
    fn decode(_: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Ok(Self::from_json(body))
    }
}

impl<K> Clone for Raw<K> {
    fn clone(&self) -> Self {
        self.object.clone().into()
    }
}

impl<K> PartialEq for Raw<K> {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}

/// The key alone: the rest may be a Secret.
impl<K> fmt::Debug for Raw<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

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
