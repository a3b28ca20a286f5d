//! Answers: from a head and a body to a value.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Answer, Kind, Object, Raw};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::json::{self, Elements};
use crate::object::{RawList, RawObject};
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
    /// Splits a list. `wrap` makes an item of its bytes and of the kind that the list says of its items.
    pub(super) fn split(
        draft: &Draft,
        body: &Bytes,
        wrap: impl Fn(usize, RawObject) -> Result<T, DecodeError>,
    ) -> Result<Self, Error> {
        let fail = |error| problem(draft.summary(), error);
        let raw = RawList::read(body).map_err(fail)?;
        let item = |(index, object): (usize, RawObject)| wrap(index, object).map_err(fail);
        Ok(Self {
            items: raw.items.into_iter().enumerate().map(item).collect::<Result<_, _>>()?,
            resource_version: raw.resource_version,
            continue_token: Some(raw.continue_token).filter(|token| !token.is_empty()),
            remaining: raw.remaining,
        })
    }
}

impl<K> Answer for List<Raw<K>> {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Self::split(draft, &body, |_, object| Ok(object.into()))
    }
}

impl<K: Item> Answer for List<K> {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Self::split(draft, &body, |index, object| Raw::<K>::from(object).decode(&format!("items[{index}]")))
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
