//! Metadata alone, in the encoding that is quickest to send and to read.

use alloc::borrow::Cow;
use core::fmt;

use bytes::Bytes;

use super::{Answer, List, Metadata, Object, Raw};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::json::Key;
use crate::prelude::*;
use crate::protobuf::{self, ListMessage};
use crate::wire::Head;

/// One object's metadata as it came: as protobuf, or as JSON from a server that has no protobuf for it.
///
/// Its key is read in place, the rest when it is asked for. It keeps the whole answer in memory.
#[derive(Clone)]
pub struct RawMetadata(Encoded);

#[derive(Clone)]
enum Encoded {
    Json(Raw<Object>),
    /// An ObjectMeta, and where its key stands in it.
    Protobuf(Bytes, Key),
}

impl RawMetadata {
    fn text(
        &self,
        json: fn(&Raw<Object>) -> Option<Cow<'_, str>>,
        place: fn(&Key) -> (u32, u32),
    ) -> Option<Cow<'_, str>> {
        match &self.0 {
            Encoded::Json(raw) => json(raw),
            Encoded::Protobuf(bytes, key) => {
                let (start, end) = place(key);
                let text = bytes.get(start as usize..end as usize).filter(|text| !text.is_empty())?;
                core::str::from_utf8(text).ok().map(Cow::Borrowed)
            }
        }
    }

    /// The object's name.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        self.text(|raw| Some(raw.name()), |key| key.name).unwrap_or_default()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        self.text(Raw::namespace, |key| key.namespace)
    }

    /// Its uid.
    #[must_use]
    pub fn uid(&self) -> Option<Cow<'_, str>> {
        self.text(Raw::uid, |key| key.uid)
    }

    /// The version at which this is its state.
    #[must_use]
    pub fn resource_version(&self) -> Option<Cow<'_, str>> {
        self.text(Raw::resource_version, |key| key.resource_version)
    }

    /// All of it, but for `managedFields`.
    ///
    /// # Errors
    /// [`Error::Decode`] where it is broken.
    pub fn get(&self) -> Result<Metadata, Error> {
        match &self.0 {
            Encoded::Json(raw) => Ok(raw.get()?.metadata),
            Encoded::Protobuf(bytes, _) => protobuf::metadata(bytes)
                .ok_or_else(|| problem(["decode ", &self.name()].concat(), broken("metadata"))),
        }
    }

    /// Of the bytes of an object.
    fn read(body: &Bytes, object: &[u8]) -> Option<Self> {
        let metadata = protobuf::messages(object, 1).next().unwrap_or_default();
        Some(Self(Encoded::Protobuf(body.slice_ref(metadata), protobuf::key(metadata)?)))
    }
}

fn broken(path: impl Into<String>) -> DecodeError {
    DecodeError::new(path, "this is no protobuf message of the API")
}

impl Answer for RawMetadata {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        if !protobuf::is_message(&body) {
            return Ok(Self(Encoded::Json(Raw::from_json(body))));
        }
        let object = protobuf::open(&body).and_then(|(_, object)| Self::read(&body, object));
        object.ok_or_else(|| problem(draft.summary(), broken(".")))
    }
}

impl Answer for List<RawMetadata> {
    fn decode(draft: &Draft, head: &Head, body: Bytes) -> Result<Self, Error> {
        if !protobuf::is_message(&body) {
            let list = List::<Raw<Object>>::decode(draft, head, body)?;
            let items = list.items.into_iter().map(|raw| RawMetadata(Encoded::Json(raw))).collect();
            let List { resource_version, continue_token, remaining, .. } = list;
            return Ok(Self { items, resource_version, continue_token, remaining });
        }
        let fail = |error| problem(draft.summary(), error);
        let list = ListMessage::read(&body).ok_or_else(|| fail(broken(".")))?;
        let item = |(index, item): (usize, &&[u8])| {
            RawMetadata::read(&body, item).ok_or_else(|| fail(broken(format!("items[{index}]"))))
        };
        Ok(Self {
            items: list.items.iter().enumerate().map(item).collect::<Result<_, _>>()?,
            resource_version: list.resource_version.to_owned(),
            continue_token: Some(list.continue_token.to_owned()).filter(|token| !token.is_empty()),
            remaining: Some(list.remaining).filter(|remaining| *remaining > 0),
        })
    }
}

/// The key alone: annotations may hold secrets.
impl fmt::Debug for RawMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawMetadata({}/{})", self.namespace().unwrap_or_default(), self.name())
    }
}
