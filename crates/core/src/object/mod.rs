//! Objects of the API as the bytes they came in, of whatever type.

mod list;

use alloc::borrow::Cow;
use alloc::sync::Arc;
use core::fmt;

use bytes::Bytes;

use crate::call::with_type;
use crate::json::{self, Key};
use crate::prelude::*;
#[cfg(feature = "std")]
use crate::protobuf;
pub(crate) use list::RawList;

/// One object as a slice of the answer that brought it: its key is read in place.
///
/// A slice keeps the whole answer in memory; what is held for long is better [detached](RawObject::detach).
#[derive(Clone)]
pub struct RawObject {
    bytes: Bytes,
    /// The kind and version of a list's items, which do not say it themselves: `apiVersion` and `kind`.
    kind: Option<Arc<(String, String)>>,
    /// Where its key stands; `None` where the general reader has to look.
    key: Option<Key>,
    form: Form,
}

/// What an object's bytes are.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// JSON.
    Json,
    /// JSON of an event that was not walked to its end: there may be more behind it, until someone looks.
    JsonAndMore,
    /// A protobuf ObjectMeta.
    #[cfg(feature = "std")]
    ObjectMeta,
}

impl RawObject {
    /// An object's JSON.
    #[must_use]
    pub fn from_json(bytes: Bytes) -> Self {
        Self { bytes, kind: None, key: None, form: Form::Json }
    }

    /// An object's JSON, whose key is read once for all: in a cache it is asked for again and again.
    pub(crate) fn keyed(bytes: Bytes) -> Self {
        let key = Key::pass(&bytes, 0).and_then(|(_, key)| key);
        Self { bytes, kind: None, key, form: Form::Json }
    }

    /// An event's object, whose key has been read.
    pub(crate) fn of_event(bytes: Bytes, walked: bool, key: Option<Key>) -> Self {
        Self { bytes, kind: None, key, form: if walked { Form::Json } else { Form::JsonAndMore } }
    }

    /// An object of which only the metadata is there, as protobuf: `metadata` lies in `message`. `None` where it is broken.
    #[cfg(feature = "std")]
    pub(crate) fn object_meta(message: &Bytes, metadata: &[u8]) -> Option<Self> {
        let key = protobuf::key(metadata)?;
        Some(Self { bytes: message.slice_ref(metadata), kind: None, key: Some(key), form: Form::ObjectMeta })
    }

    /// The ObjectMeta, where that is all.
    #[cfg(feature = "std")]
    pub(crate) fn as_object_meta(&self) -> Option<&[u8]> {
        (self.form == Form::ObjectMeta).then_some(&*self.bytes)
    }

    /// An item of a list, whose kind and version only the list says.
    pub(crate) fn item(bytes: Bytes, key: Option<Key>, kind: &Arc<(String, String)>) -> Self {
        Self { kind: Some(Arc::clone(kind)), key, bytes, form: Form::Json }
    }

    fn metadata(&self, field: &str, place: fn(&Key) -> (u32, u32)) -> Option<Cow<'_, str>> {
        let Some(key) = &self.key else { return json::text(&self.bytes, &["metadata", field]) };
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
        #[cfg(feature = "std")]
        if self.form == Form::ObjectMeta {
            return json::text(&self.json(), path).map(|text| text.into_owned().into());
        }
        json::text(&self.bytes, path)
    }

    /// The bytes as they came. A list's items do not say their kind there. Where metadata was asked for as protobuf they are an
    /// [ObjectMeta](https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/generated.proto).
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.bytes.slice_ref(self.slice())
    }

    /// [`RawObject::bytes`], borrowed.
    pub(crate) fn slice(&self) -> &[u8] {
        // Where there is no end the whole is no JSON, and whoever decodes it will say so.
        let end = if self.form == Form::JsonAndMore { json::end(&self.bytes) } else { None };
        end.and_then(|end| self.bytes.get(..end)).unwrap_or(&self.bytes)
    }

    /// The object's JSON with its kind and version.
    #[must_use]
    pub fn json(&self) -> Bytes {
        #[cfg(feature = "std")]
        if let Some(metadata) = self.as_object_meta() {
            return protobuf::metadata_json(metadata).into();
        }
        self.typed(self.slice()).map_or_else(|| self.bytes(), Bytes::from)
    }

    /// The object's JSON with its kind and version, and without `metadata.managedFields`. `None` where it has none.
    #[cfg(feature = "std")]
    pub(crate) fn cut_json(&self) -> Option<Vec<u8>> {
        let bytes = self.slice();
        let cut = json::without(bytes, &json::managed_fields(bytes)?);
        Some(self.typed(&cut).unwrap_or(cut))
    }

    fn typed(&self, json: &[u8]) -> Option<Vec<u8>> {
        self.kind.as_deref().and_then(|(version, kind)| with_type(json, version, kind))
    }

    /// A copy that keeps nothing else in memory.
    #[must_use]
    pub fn detach(&self) -> Self {
        self.copied(Bytes::copy_from_slice(self.slice()), self.key)
    }

    /// A copy without `metadata.managedFields`, over a third of a typical object, that keeps nothing else in memory: what a cache holds.
    #[must_use]
    pub fn detach_without_managed_fields(&self) -> Self {
        let bytes = self.slice();
        #[cfg(feature = "std")]
        if self.form == Form::ObjectMeta {
            let bytes = Bytes::from(protobuf::without_managed_fields(bytes));
            return Self::object_meta(&bytes, &bytes).unwrap_or_else(|| self.detach());
        }
        match json::managed_fields(bytes) {
            Some(cut) => {
                self.copied(json::without(bytes, &cut).into(), self.key.map(|key| key.without(&cut)))
            }
            None => self.copied(Bytes::copy_from_slice(bytes), self.key),
        }
    }

    fn copied(&self, bytes: Bytes, key: Option<Key>) -> Self {
        let form = if self.form == Form::JsonAndMore { Form::Json } else { self.form };
        Self { bytes, kind: self.kind.clone(), key, form }
    }
}

impl PartialEq for RawObject {
    fn eq(&self, other: &Self) -> bool {
        self.slice() == other.slice()
    }
}

/// The key alone: the rest may be a Secret.
impl fmt::Debug for RawObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self.namespace().unwrap_or_default();
        write!(f, "Raw({namespace}/{}, {} bytes)", self.name(), self.bytes.len())
    }
}
