//! Decoders: bytes in at any chunking, items out, within stated limits of memory.

mod event;
mod frames;

pub use event::{EventType, RawEvent};
pub(crate) use frames::{FrameError, Frames};
