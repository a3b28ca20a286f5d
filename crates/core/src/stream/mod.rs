//! Decoders: bytes in at any chunking, items out, within stated limits of memory.

mod event;
mod events;
mod frames;
mod lines;
#[cfg(feature = "std")]
mod messages;

pub use event::{EventType, RawEvent};
pub(crate) use events::Events;
pub(crate) use frames::FrameError;
pub(crate) use lines::Lines;
pub use lines::LogLine;
