//! A watch's events.

use super::{messages, open, text};

/// The parts of an event.
pub(crate) struct EventMessage<'a> {
    /// Such as `ADDED`.
    pub(crate) event_type: &'a str,
    /// The object with its envelope.
    pub(crate) object: &'a [u8],
    /// The object's ObjectMeta; empty where it has none.
    pub(crate) metadata: &'a [u8],
}

impl<'a> EventMessage<'a> {
    /// Reads a WatchEvent, whose object is a RawExtension. `None` where it is broken.
    pub(crate) fn read(event: &'a [u8]) -> Option<Self> {
        let object = messages(event, 2).last().and_then(|object| messages(object, 1).last())?;
        let (_, message) = open(object)?;
        let metadata = messages(message, 1).next().unwrap_or_default();
        Some(Self { event_type: text(event, 1), object, metadata })
    }
}
