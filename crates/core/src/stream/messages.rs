//! Splits a watch in protobuf into events: each stands behind its length.

use core::mem;

use bytes::Bytes;

use super::event::Frame;
use super::frames::FrameError;
use crate::prelude::*;
use crate::queue::Queue;

/// A length as the API server's length-delimited framing writes it: big-endian.
const LENGTH: usize = 4;

/// Whatever the chunking, the frames are the same; one that lies within a chunk is a slice of it.
pub(super) struct Messages {
    /// The start of a frame whose end has not come yet, its length included.
    carry: Vec<u8>,
    max: usize,
    ready: Queue<Frame>,
}

impl Messages {
    pub(super) const fn new(max: usize) -> Self {
        Self { carry: Vec::new(), max, ready: Queue::new() }
    }

    /// Takes the next bytes in.
    pub(super) fn push(&mut self, chunk: &Bytes) -> Result<(), FrameError> {
        let mut at = 0;
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.is_empty()) {
            if self.carry.is_empty()
                && let Some(end) = self.end(rest)?
                && end <= rest.len()
            {
                self.ready.push(Frame::Protobuf(chunk.slice(at + LENGTH..at + end)));
                at += end;
                continue;
            }
            // First the length, then what it says.
            let wanted = self.end(&self.carry)?.unwrap_or(LENGTH) - self.carry.len();
            let part = rest.get(..wanted).unwrap_or(rest);
            self.carry.extend_from_slice(part);
            at += part.len();
            if self.end(&self.carry)? == Some(self.carry.len()) {
                self.ready.push(Frame::Protobuf(Bytes::from(mem::take(&mut self.carry)).slice(LENGTH..)));
            }
        }
        Ok(())
    }

    /// Where the frame ends that these bytes begin with, once its length is there.
    fn end(&self, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        let Some(length) = bytes.first_chunk::<LENGTH>() else { return Ok(None) };
        match usize::try_from(u32::from_be_bytes(*length)) {
            Ok(length) if length <= self.max => Ok(Some(LENGTH + length)),
            _ => Err(FrameError::TooLarge),
        }
    }

    /// The next whole frame.
    pub(super) fn next(&mut self) -> Option<Frame> {
        self.ready.pop()
    }

    /// The stream has ended: whether it did so between two frames.
    pub(super) fn finish(&self) -> Result<(), FrameError> {
        if self.carry.is_empty() { Ok(()) } else { Err(FrameError::Truncated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(chunks: &[&[u8]]) -> Result<Vec<Vec<u8>>, FrameError> {
        let mut messages = Messages::new(9);
        let mut out = Vec::new();
        for chunk in chunks {
            messages.push(&Bytes::copy_from_slice(chunk))?;
            while let Some(Frame::Protobuf(frame)) = messages.next() {
                out.push(frame.to_vec());
            }
        }
        messages.finish().map(|()| out)
    }

    #[test]
    fn knows_its_limits() {
        assert_eq!(split(&[b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01c"]), Ok(vec![b"ab".into(), vec![], b"c".into()]));
        assert_eq!(split(&[b"\0\0\0\x0a"]), Err(FrameError::TooLarge));
        assert_eq!(split(&[b"\xff\xff", b"\xff\xff"]), Err(FrameError::TooLarge));
        assert_eq!(split(&[b"\0\0\0\x02a"]), Err(FrameError::Truncated));
        assert_eq!(split(&[b"\0\0"]), Err(FrameError::Truncated));
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_frames(
            wanted in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..10), 0..8),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let frame = |frame: &Vec<u8>| [&(frame.len() as u32).to_be_bytes()[..], frame].concat();
            let stream: Vec<u8> = wanted.iter().flat_map(frame).collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect();
            prop_assert_eq!(split(&chunks), Ok(wanted));
        }
    }
}
