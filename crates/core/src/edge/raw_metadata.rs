//! Metadata alone, in the encoding that is quickest to send and to read.

use alloc::borrow::Cow;
use core::fmt;

use bytes::Bytes;

use super::{Answer, List, Listing, Metadata, Object, Raw};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::Error;
use crate::object::RawObject;
use crate::protobuf;
use crate::wire::Head;

/// One object's metadata as it came: as protobuf, or as JSON from a server that has no protobuf for it.
///
/// Its key is read in place, the rest when it is asked for. It keeps the whole answer in memory, unless it was
/// [kept](crate::Listing::keep) by an informer.
#[derive(Clone, PartialEq)]
pub struct RawMetadata(RawObject);

impl RawMetadata {
    /// The object's name.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Option<Cow<'_, str>> {
        self.0.namespace()
    }

    /// Its uid.
    #[must_use]
    pub fn uid(&self) -> Option<Cow<'_, str>> {
        self.0.uid()
    }

    /// The version at which this is its state.
    #[must_use]
    pub fn resource_version(&self) -> Option<Cow<'_, str>> {
        self.0.resource_version()
    }

    /// The bytes as they came: an [ObjectMeta](https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/generated.proto) in
    /// protobuf, or an object's JSON, which begins with a brace.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.0.bytes()
    }

    /// All of it, but for `managedFields`.
    ///
    /// # Errors
    /// [`Error::Decode`] where it is broken.
    pub fn get(&self) -> Result<Metadata, Error> {
        match self.0.as_object_meta() {
            None => Ok(Raw::<Object>::from(self.0.clone()).get()?.metadata),
            Some(message) => protobuf::metadata(message)
                .ok_or_else(|| problem(["decode ", &self.name()].concat(), protobuf::broken("metadata"))),
        }
    }
}

impl Answer for RawMetadata {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        if !protobuf::is_message(&body) {
            return Ok(Self(RawObject::from_json(body)));
        }
        let metadata =
            protobuf::open(&body).map(|(_, object)| protobuf::messages(object, 1).next().unwrap_or_default());
        let object = metadata.and_then(|metadata| RawObject::object_meta(&body, metadata));
        object.map(Self).ok_or_else(|| problem(draft.summary(), protobuf::broken(".")))
    }
}

impl Answer for List<RawMetadata> {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        Self::split(draft, &body, |_, object| Ok(RawMetadata(object)))
    }
}

/// What a watcher of metadata hands over, and an informer keeps.
impl Listing for List<RawMetadata> {
    type Object = RawMetadata;
    type Kept = RawMetadata;
    type State = ();

    fn read(object: RawObject) -> Result<RawMetadata, Error> {
        Ok(RawMetadata(object))
    }

    fn keep((): &mut (), object: &RawObject) -> Result<RawMetadata, Error> {
        Ok(RawMetadata(object.detach_without_managed_fields()))
    }
}

/// The key alone: annotations may hold secrets.
impl fmt::Debug for RawMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawMetadata({}/{})", self.namespace().unwrap_or_default(), self.name())
    }
}
