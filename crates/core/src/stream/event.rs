//! What a watch brings, as it came.

use bytes::Bytes;

use super::frames::Frame;
use crate::error::DecodeError;
use crate::json::{self, Key};
use crate::object::RawObject;
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
    object: RawObject,
}

/// Where the parts of an event stand in its frame, as the API server writes it: `{"type":"ADDED","object":{…}}` and nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    event_type: EventType,
    object: (usize, usize),
    /// The object's key, within the object.
    key: Option<Key>,
}

const TYPE: &[u8] = br#"{"type":""#;
const OBJECT: &[u8] = br#"","object":"#;

impl Parts {
    /// Reads the event that starts at `at`, each byte once, and says where it ends. `None` where it is written in another way, of an unknown type,
    /// or not there to its end: then the general readers find out.
    pub(crate) fn read(bytes: &[u8], at: usize) -> Option<(usize, Self)> {
        let rest = bytes.get(at..)?.strip_prefix(TYPE)?;
        let event_type = *TYPES.iter().find(|known| {
            rest.strip_prefix(known.name().as_bytes()).is_some_and(|rest| rest.starts_with(OBJECT))
        })?;
        let start = at + TYPE.len() + event_type.name().len() + OBJECT.len();
        bytes.get(start).filter(|byte| **byte == b'{')?;
        let (end, key) = Key::pass(bytes, start)?;
        bytes.get(end).filter(|byte| **byte == b'}')?;
        Some((end + 1, Self { event_type, object: (start - at, end - at), key }))
    }
}

const TYPES: [EventType; 5] =
    [EventType::Added, EventType::Modified, EventType::Deleted, EventType::Bookmark, EventType::Error];

impl RawEvent {
    /// Reads one event's JSON. One of an unknown type is told as such: something happened, and only its user can know whether it matters.
    pub(crate) fn read(Frame { bytes: frame, parts }: &Frame) -> Result<Self, DecodeError> {
        if let Some(Parts { event_type, object: (start, end), key }) = *parts {
            let object = RawObject::with_key(frame.slice(start..end), key);
            return Ok(Self { event_type, word: String::new(), object });
        }
        let event_type = json::text(frame, &["type"]).ok_or_else(|| DecodeError::new("type", "missing"))?;
        let known = TYPES.into_iter().find(|known| known.name() == event_type);
        let word = if known.is_some() { String::new() } else { event_type.into_owned() };
        let object = json::find(frame, &["object"]).ok_or_else(|| DecodeError::new("object", "missing"))?;
        Ok(Self {
            event_type: known.unwrap_or(EventType::Unknown),
            word,
            object: RawObject::keyed(frame.slice_ref(object)),
        })
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
        self.object.bytes()
    }

    /// The object with its key.
    #[must_use]
    pub fn raw(&self) -> &RawObject {
        &self.object
    }
}

/// The key alone: the object may be a Secret.
impl core::fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}, {} bytes", self.event_type.name(), self.object.name(), self.object.bytes().len())
    }
}
