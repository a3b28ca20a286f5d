//! Decoders: bytes in at any chunking, items out, within stated limits of memory.

mod event;
mod frames;
mod lines;

pub use event::{EventType, RawEvent};
pub(crate) use frames::{Frame, FrameError, Frames};
pub(crate) use lines::Lines;
pub use lines::LogLine;
