//! What a watch brings, as it came.

use bytes::Bytes;

use crate::error::DecodeError;
use crate::json::{self, Key};
use crate::object::RawObject;
use crate::prelude::*;
#[cfg(feature = "std")]
use crate::protobuf::{self, EventMessage};

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

/// One event, of which at most the front has been read.
pub(crate) enum Frame {
    /// A JSON object, and its parts where it is an event as the API server writes them.
    Json(Bytes, Option<Parts>),
    /// A protobuf WatchEvent.
    #[cfg(feature = "std")]
    Protobuf(Bytes),
}

/// Where the parts of an event stand in its frame, as the API server writes it: `{"type":"ADDED","object":{…}}` and nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    event_type: EventType,
    object: (usize, usize),
    /// Whether the object's end was found by walking there.
    walked: bool,
    /// The object's key, within the object.
    key: Option<Key>,
}

/// Finds another event in the same line: it has an object too. (Boxed: it is larger than all else of a watch.)
#[cfg(feature = "std")]
pub(crate) struct Another(Box<memchr::memmem::Finder<'static>>);

#[cfg(feature = "std")]
impl Default for Another {
    fn default() -> Self {
        Self(Box::new(memchr::memmem::Finder::new(br#""object""#)))
    }
}

const TYPE: &[u8] = br#"{"type":""#;
const OBJECT: &[u8] = br#"","object":"#;

impl Parts {
    /// Reads the event that starts at `at`, each byte once, and says where it ends. `None` where it is written in another way, of an unknown type,
    /// or not there to its end: then the general readers find out.
    pub(crate) fn read(bytes: &[u8], at: usize) -> Option<(usize, Self)> {
        let (event_type, start) = Self::front(bytes, at)?;
        let (end, key) = Key::pass(bytes, start)?;
        bytes.get(end).filter(|byte| **byte == b'}')?;
        Some((end + 1, Self { event_type, object: (start - at, end - at), walked: true, key }))
    }

    /// Reads the front of a line that is an event and nothing else, and does not look at the rest: the line's end is the event's. `None` where there may be more
    /// than one event in it, or something is odd.
    ///
    /// Go's encoder writes no line break within an object, and a JSON string cannot hold one ([RFC 8259, section
    /// 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)). What nothing here sees is a member of the event behind its object, which no server is known to
    /// write: so the object counts as not walked, and whoever wants its bytes finds its end.
    #[cfg(feature = "std")]
    pub(crate) fn of_line(line: &[u8], another: &Another) -> Option<Self> {
        let (event_type, start) = Self::front(line, 0)?;
        let end = line.strip_suffix(b"}}")?.len() + 1;
        let key = Key::front(line, start)?;
        if another.0.find(line.get(start..)?).is_some() {
            return None;
        }
        Some(Self { event_type, object: (start, end), walked: false, key: Some(key) })
    }

    #[cfg(test)]
    pub(super) fn is_walked(&self) -> bool {
        self.walked
    }

    /// The type, and where the object starts.
    fn front(bytes: &[u8], at: usize) -> Option<(EventType, usize)> {
        let rest = bytes.get(at..)?.strip_prefix(TYPE)?;
        let event_type = *TYPES.iter().find(|known| {
            rest.strip_prefix(known.name().as_bytes()).is_some_and(|rest| rest.starts_with(OBJECT))
        })?;
        let start = at + TYPE.len() + event_type.name().len() + OBJECT.len();
        bytes.get(start).filter(|byte| **byte == b'{')?;
        Some((event_type, start))
    }
}

const TYPES: [EventType; 5] =
    [EventType::Added, EventType::Modified, EventType::Deleted, EventType::Bookmark, EventType::Error];

impl RawEvent {
    /// Reads one event. One of an unknown type is told as such: something happened, and only its user can know whether it matters.
    pub(crate) fn read(frame: &Frame) -> Result<Self, DecodeError> {
        let (frame, parts) = match frame {
            Frame::Json(frame, parts) => (frame, parts),
            #[cfg(feature = "std")]
            Frame::Protobuf(message) => return Self::read_message(message),
        };
        if let Some(Parts { event_type, object: (start, end), walked, key }) = *parts {
            let object = RawObject::of_event(frame.slice(start..end), walked, key);
            return Ok(Self { event_type, word: String::new(), object });
        }
        let event_type = json::text(frame, &["type"]).ok_or_else(|| DecodeError::new("type", "missing"))?;
        let object = json::find(frame, &["object"]).ok_or_else(|| DecodeError::new("object", "missing"))?;
        Ok(Self::new(&event_type, RawObject::keyed(frame.slice_ref(object))))
    }

    fn new(word: &str, object: RawObject) -> Self {
        let known = TYPES.into_iter().find(|known| known.name() == word);
        let word = if known.is_some() { String::new() } else { word.to_owned() };
        Self { event_type: known.unwrap_or(EventType::Unknown), word, object }
    }

    /// Reads an event whose object is metadata alone, or a Status.
    #[cfg(feature = "std")]
    fn read_message(message: &Bytes) -> Result<Self, DecodeError> {
        let event = EventMessage::read(message).ok_or_else(|| protobuf::broken("."))?;
        let object = match protobuf::status(event.object) {
            // Whoever is told of errors reads them as JSON.
            Some(status) => RawObject::from_json(status.to_json().into()),
            None => {
                RawObject::object_meta(message, event.metadata).ok_or_else(|| protobuf::broken("object"))?
            }
        };
        Ok(Self::new(event.event_type, object))
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
    pub fn object(&self) -> Bytes {
        self.object.bytes()
    }

    /// The object with its key.
    #[must_use]
    pub fn raw(&self) -> &RawObject {
        &self.object
    }

    /// The object with its key, to keep.
    #[must_use]
    pub fn into_raw(self) -> RawObject {
        self.object
    }
}

/// The key alone: the object may be a Secret.
impl core::fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}, {} bytes", self.event_type.name(), self.object.name(), self.object.bytes().len())
    }
}
