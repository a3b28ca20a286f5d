//! Decoders: bytes in at any chunking, items out, within stated limits of memory.

mod frames;

pub(crate) use frames::{FrameError, Frames};
