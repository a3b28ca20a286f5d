//! What a watch brings.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::Raw;
use crate::answer::problem;
use crate::error::{DecodeError, Error, Status};
use crate::json;

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
}

/// The type of a watch event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventType {
    /// `ADDED`
    Added,
    /// `MODIFIED`
    Modified,
    /// `DELETED`
    Deleted,
    /// `BOOKMARK`
    Bookmark,
    /// `ERROR`
    Error,
}

impl EventType {
    /// The word that stands in the event, such as `ADDED`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Bookmark => "BOOKMARK",
            Self::Error => "ERROR",
        }
    }
}

/// One change as it came: its type, and the object as bytes.
#[derive(Clone, PartialEq)]
pub struct RawEvent {
    event_type: EventType,
    object: Bytes,
}

impl RawEvent {
    /// Reads one event's JSON. `Ok(None)` for a type that this version does not know, and that clients skip.
    pub(crate) fn read(frame: &Bytes) -> Result<Option<Self>, DecodeError> {
        let event_type = json::text(frame, &["type"]).ok_or_else(|| DecodeError::new("type", "missing"))?;
        let types = [
            EventType::Added,
            EventType::Modified,
            EventType::Deleted,
            EventType::Bookmark,
            EventType::Error,
        ];
        let Some(event_type) = types.into_iter().find(|known| known.name() == event_type) else {
            return Ok(None);
        };
        let object = json::find(frame, &["object"]).ok_or_else(|| DecodeError::new("object", "missing"))?;
        Ok(Some(Self { event_type, object: frame.slice_ref(object) }))
    }

    /// Its type.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.event_type
    }

    /// The object's JSON: a Status where the type is [`EventType::Error`].
    #[must_use]
    pub fn object(&self) -> &Bytes {
        &self.object
    }

    /// Decodes the object. One that does not fit its type is this event's error, not the watch's end.
    ///
    /// # Errors
    /// [`Error::Decode`] with the object's name and the path of the field that does not fit.
    pub fn decode<K: DeserializeOwned>(&self) -> Result<WatchEvent<K>, Error> {
        let object = || Raw::<K>::from_json(self.object.clone()).get();
        Ok(match self.event_type {
            EventType::Added => WatchEvent::Added(object()?),
            EventType::Modified => WatchEvent::Modified(object()?),
            EventType::Deleted => WatchEvent::Deleted(object()?),
            EventType::Bookmark => {
                let version = json::text(&self.object, &["metadata", "resourceVersion"]).unwrap_or_default();
                WatchEvent::Bookmark { resource_version: version.into_owned() }
            }
            EventType::Error => {
                WatchEvent::Error(Box::new(Status::from_json(&self.object).ok_or_else(|| {
                    problem("watch".into(), DecodeError::new("object", "an ERROR event without a Status"))
                })?))
            }
        })
    }
}

/// The key alone: the object may be a Secret.
impl std::fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let object = Raw::<()>::from_json(self.object.clone());
        write!(f, "{} {object:?}", self.event_type.name())
    }
}
