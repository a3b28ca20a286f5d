//! Answers: from a head and a body to a value.

use alloc::borrow::Cow;
use alloc::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Answer, Kind, Object, Raw};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::json::{self, Elements, ListError, ListParts};
use crate::prelude::*;
use crate::wire::Head;

/// A list, and where it goes on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct List<T> {
    /// The objects.
    pub items: Vec<T>,
    /// The version at which this was the list; a watch goes on from it.
    pub resource_version: String,
    /// What [`Op::continue_token`](crate::Op::continue_token) takes for the next page; `None` at the end.
    pub continue_token: Option<String>,
    /// How many objects come after this page, where the server knows.
    pub remaining: Option<u64>,
}

/// Whether this is one whole JSON value, as far as its brackets tell.
fn entire(body: &[u8]) -> Result<(), DecodeError> {
    let mut whole = Elements::open(body).ok_or_else(|| DecodeError::new(".", "this is no JSON object"))?;
    whole.by_ref().for_each(drop);
    if !whole.complete() {
        return Err(DecodeError::new(".", "the answer is cut off"));
    }
    if !whole.is_all() {
        return Err(DecodeError::new(".", "data after the value"));
    }
    Ok(())
}

impl<T> List<T> {
    /// Splits a list's JSON. `wrap` makes an item of its bytes and of the kind that the list says of its items.
    fn split(
        draft: &Draft,
        body: &Bytes,
        wrap: impl Fn(usize, Raw<()>) -> Result<T, DecodeError>,
    ) -> Result<Self, Error> {
        let fail = |error| problem(draft.summary(), error);
        let parts = ListParts::read(body).map_err(|error| fail(refusal(error)))?;
        let text = |value| json::string(value).map(Cow::into_owned).unwrap_or_default();
        let kind = text(parts.other("kind"));
        let Some(kind) = kind.strip_suffix("List") else {
            return Err(fail(DecodeError::new("kind", "this is no list")));
        };
        let kind = Arc::new((text(parts.other("apiVersion")), kind.to_owned()));
        let metadata = parts.other("metadata");
        let own = |name| json::text(metadata, &[name]).map(Cow::into_owned).unwrap_or_default();
        let mut list = Self {
            items: Vec::with_capacity(parts.items.len()),
            resource_version: own("resourceVersion"),
            continue_token: Some(own("continue")).filter(|token| !token.is_empty()),
            remaining: json::number(metadata, &["remainingItemCount"]),
        };
        for (index, (range, key)) in parts.items.into_iter().enumerate() {
            list.items.push(wrap(index, Raw::item(body.slice(range), key, &kind)).map_err(fail)?);
        }
        Ok(list)
    }
}

fn refusal(error: ListError) -> DecodeError {
    let (path, reason) = match error {
        ListError::NoObject => (".", "this is no JSON object"),
        ListError::Broken => (".", "the answer is cut off"),
        ListError::Behind => (".", "data after the value"),
        ListError::NoArray => ("items", "invalid type, expected a list"),
        ListError::Items => ("items", "this is no JSON"),
    };
    DecodeError::new(path, reason)
}

impl<K> Answer for List<Raw<K>> {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Self::split(draft, &body, |_, raw| Ok(raw.cast()))
    }
}

impl<K: Item> Answer for List<K> {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Self::split(draft, &body, |index, raw| raw.cast::<K>().decode(&format!("items[{index}]")))
    }
}

/// What an answer can be decoded to: every [`Kind`], and [`Object`](crate::Object).
pub trait Item: DeserializeOwned {}

impl<K: Kind + DeserializeOwned> Item for K {}
impl Item for Object {}

impl<K: Item> Answer for K {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Raw::<K>::from_json(body).decode("").map_err(|error| problem(draft.summary(), error))
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// What a deletion answers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Deleted<K> {
    /// It is gone.
    Gone,
    /// It is going: finalizers, dependents or a grace period hold it. This is its state.
    Going(Raw<K>),
}

impl<K> Answer for Deleted<K> {
    /// A page, or half an answer, does not say that the object is gone.
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        entire(&body).map_err(|error| problem(draft.summary(), error))?;
        Ok(match json::text(&body, &["metadata", "deletionTimestamp"]) {
            Some(_) => Self::Going(Raw::from_json(body)),
            None => Self::Gone,
        })
    }
}

/// A value and the answer's `Warning` texts: a deprecated version, an unknown field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered<T> {
    /// The value.
    pub value: T,
    /// What the server warns of.
    pub warnings: Vec<String>,
}

impl<T: Answer> Answer for Answered<T> {
    fn decode(draft: &Draft, head: &Head, body: Bytes) -> Result<Self, Error> {
        Ok(Self { value: T::decode(draft, head, body)?, warnings: head.warnings.clone() })
    }
}
