//! What a watch brings.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::Raw;
use crate::answer::problem;
use crate::error::{DecodeError, Error, Status};
use crate::prelude::*;
use crate::stream::{EventType, RawEvent};

/// One change, decoded. See [efficient detection of changes](https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WatchEvent<K> {
    /// An object is there, or was there when the watch began.
    Added(K),
    /// An object changed.
    Modified(K),
    /// An object is gone; this is its last state.
    Deleted(K),
    /// Nothing changed, and the watch has come to this version.
    Bookmark {
        /// The version to go on from.
        resource_version: String,
    },
    /// The server cannot go on: most often the version was too old (410).
    Error(Box<Status>),
    /// An event of a type that this version does not know.
    Unknown {
        /// The word that stands in the event.
        event_type: String,
        /// The object's JSON.
        object: Bytes,
    },
}

impl RawEvent {
    /// Decodes the object. One that does not fit its type is this event's error, not the watch's end.
    ///
    /// # Errors
    /// [`Error::Decode`] with the object's name and the path of the field that does not fit.
    pub fn decode<K: DeserializeOwned>(&self) -> Result<WatchEvent<K>, Error> {
        let object = || Raw::<K>::from(self.raw().clone()).get();
        Ok(match self.event_type() {
            EventType::Added => WatchEvent::Added(object()?),
            EventType::Modified => WatchEvent::Modified(object()?),
            EventType::Deleted => WatchEvent::Deleted(object()?),
            EventType::Bookmark => {
                let version = self.raw().resource_version().unwrap_or_default();
                WatchEvent::Bookmark { resource_version: version.into_owned() }
            }
            EventType::Unknown => {
                WatchEvent::Unknown { event_type: self.name().to_owned(), object: self.object() }
            }
            EventType::Error => {
                WatchEvent::Error(Box::new(Status::from_json(&self.object()).ok_or_else(|| {
                    problem("watch".into(), DecodeError::new("object", "an ERROR event without a Status"))
                })?))
            }
        })
    }
}
