//! Splits a run of JSON objects, as a watch is, into single ones.

use core::mem;

use bytes::Bytes;

use super::event::Parts;
use crate::prelude::*;
use crate::queue::Queue;

/// Splits at the objects' own ends, not at lines: the API promises none. Whatever the chunking, the frames are the same; one that lies
/// within a chunk is a slice of it.
pub(crate) struct Frames {
    /// The start of a frame whose end has not come yet.
    carry: Vec<u8>,
    depth: usize,
    text: Text,
    max: usize,
    ready: Queue<Frame>,
}

/// One object of the run, and its parts where it is an event as the API server writes them.
pub(crate) struct Frame {
    pub(crate) bytes: Bytes,
    pub(crate) parts: Option<Parts>,
}

/// Whether the reader stands in a string.
#[derive(Clone, Copy)]
enum Text {
    Outside,
    Inside,
    Escaped,
}

/// Why a stream cannot be split any further.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// A frame is larger than the limit.
    TooLarge,
    /// Something else than an object stands between frames.
    NoObject,
    /// The stream ended within a frame.
    Truncated,
}

impl FrameError {
    pub(crate) fn text(&self) -> &'static str {
        match self {
            Self::TooLarge => "an event is larger than the limit",
            Self::NoObject => "the stream holds something that is no event",
            Self::Truncated => "the stream ended within an event",
        }
    }
}

impl Frames {
    /// Splits into frames of at most `max` bytes.
    pub(crate) fn new(max: usize) -> Self {
        Self { carry: Vec::new(), depth: 0, text: Text::Outside, max, ready: Queue::new() }
    }

    /// Takes the next bytes in.
    pub(crate) fn push(&mut self, chunk: &Bytes) -> Result<(), FrameError> {
        let (mut start, mut at) = (0, 0);
        while let Some(byte) = chunk.get(at) {
            if self.depth > 0 {
                if self.ends(*byte) {
                    self.emit(chunk.slice(start..=at), None)?;
                }
            } else {
                match byte {
                    // An event that lies within the chunk is read at one go.
                    b'{' => match Parts::read(chunk, at) {
                        Some((end, parts)) => {
                            self.emit(chunk.slice(at..end), Some(parts))?;
                            at = end;
                            continue;
                        }
                        None => {
                            start = at;
                            self.depth = 1;
                        }
                    },
                    b' ' | b'\n' | b'\r' | b'\t' => {}
                    _ => return Err(FrameError::NoObject),
                }
            }
            at += 1;
        }
        if self.depth > 0 {
            self.carry.extend_from_slice(chunk.get(start..).unwrap_or_default());
            if self.carry.len() > self.max {
                return Err(FrameError::TooLarge);
            }
        }
        Ok(())
    }

    /// One byte further within a frame; whether it is the frame's last.
    fn ends(&mut self, byte: u8) -> bool {
        match (self.text, byte) {
            (Text::Inside, b'"') => self.text = Text::Outside,
            (Text::Inside, b'\\') => self.text = Text::Escaped,
            (Text::Inside, _) => {}
            (Text::Escaped, _) => self.text = Text::Inside,
            (Text::Outside, b'"') => self.text = Text::Inside,
            (Text::Outside, b'{' | b'[') => self.depth += 1,
            (Text::Outside, b'}' | b']') => self.depth -= 1,
            (Text::Outside, _) => {}
        }
        self.depth == 0
    }

    fn emit(&mut self, end: Bytes, parts: Option<Parts>) -> Result<(), FrameError> {
        if self.carry.len() + end.len() > self.max {
            return Err(FrameError::TooLarge);
        }
        if self.carry.is_empty() {
            self.ready.push(Frame { bytes: end, parts });
            return Ok(());
        }
        self.carry.extend_from_slice(&end);
        let bytes = Bytes::from(mem::take(&mut self.carry));
        let parts = Parts::read(&bytes, 0).filter(|(end, _)| *end == bytes.len()).map(|(_, parts)| parts);
        self.ready.push(Frame { bytes, parts });
        Ok(())
    }

    /// The next whole frame.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.ready.pop()
    }

    /// The stream has ended: whether it did so between two frames.
    pub(crate) fn finish(&self) -> Result<(), FrameError> {
        if self.depth == 0 { Ok(()) } else { Err(FrameError::Truncated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(chunks: &[&[u8]], max: usize) -> Result<Vec<Vec<u8>>, FrameError> {
        let mut frames = Frames::new(max);
        let mut out = Vec::new();
        for chunk in chunks {
            frames.push(&Bytes::copy_from_slice(chunk))?;
            while let Some(frame) = frames.next() {
                out.push(frame.bytes.to_vec());
            }
        }
        frames.finish()?;
        Ok(out)
    }

    const STREAM: &str = "{\"a\":\"}\\\"{\"}\n\n{}{\"b\":[{},\"é\\\\\"]} \r\n{\n \"c\": {\"d\": 1}\n}";

    #[test]
    fn splits_at_objects_and_not_at_lines() {
        let frames = split(&[STREAM.as_bytes()], 100).unwrap();
        assert_eq!(frames.len(), 4);
        assert_eq!(frames[1], b"{}");
        frames.iter().for_each(|frame| drop(serde_json::from_slice::<serde_json::Value>(frame).unwrap()));
    }

    #[test]
    fn knows_its_limits() {
        assert_eq!(split(&[b"{\"a\":1}"], 6), Err(FrameError::TooLarge));
        assert_eq!(split(&[b"{\"a\":", b"1}"], 6), Err(FrameError::TooLarge));
        assert_eq!(split(&[b"{\"a\":1}"], 7).unwrap().len(), 1);
        assert_eq!(split(&[b"{\"a\":"], 9), Err(FrameError::Truncated));
        assert_eq!(split(&[b"{} x"], 9), Err(FrameError::NoObject));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_frames(cuts in prop::collection::vec(0..=STREAM.len(), 0..20)) {
            let mut cuts = cuts;
            cuts.extend([0, STREAM.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &STREAM.as_bytes()[cut[0]..cut[1]]).collect();
            prop_assert_eq!(split(&chunks, 100), split(&[STREAM.as_bytes()], 100));
        }
    }
}
