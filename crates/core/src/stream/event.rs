//! What a watch brings, as it came.

use bytes::Bytes;

use crate::error::DecodeError;
use crate::json;
use crate::prelude::*;

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
    /// A word of a later version of the API: [`RawEvent::name`] has it.
    Unknown,
}

impl EventType {
    /// The word that stands in the event, such as `ADDED`; empty where it is unknown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Bookmark => "BOOKMARK",
            Self::Error => "ERROR",
            Self::Unknown => "",
        }
    }
}

/// One change as it came: its type, and the object as bytes.
#[derive(Clone, PartialEq)]
pub struct RawEvent {
    event_type: EventType,
    /// The word of an unknown type.
    word: String,
    object: Bytes,
}

impl RawEvent {
    /// Reads one event's JSON. One of an unknown type is told as such: something happened, and only its user can know whether it matters.
    pub(crate) fn read(frame: &Bytes) -> Result<Self, DecodeError> {
        let event_type = json::text(frame, &["type"]).ok_or_else(|| DecodeError::new("type", "missing"))?;
        let types = [
            EventType::Added,
            EventType::Modified,
            EventType::Deleted,
            EventType::Bookmark,
            EventType::Error,
        ];
        let known = types.into_iter().find(|known| known.name() == event_type);
        let word = if known.is_some() { String::new() } else { event_type.into_owned() };
        let object = json::find(frame, &["object"]).ok_or_else(|| DecodeError::new("object", "missing"))?;
        Ok(Self { event_type: known.unwrap_or(EventType::Unknown), word, object: frame.slice_ref(object) })
    }

    /// The word that stands in the event, such as `ADDED`.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.word.is_empty() { self.event_type.name() } else { &self.word }
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
}

/// The key alone: the object may be a Secret.
impl core::fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let name = json::text(&self.object, &["metadata", "name"]).unwrap_or_default();
        write!(f, "{} {name}, {} bytes", self.event_type.name(), self.object.len())
    }
}
