//! Splits a run of JSON objects, as a watch is, into single ones.

use core::mem;

use bytes::Bytes;

#[cfg(feature = "std")]
use super::event::Another;
use super::event::{Frame, Parts};
use crate::prelude::*;
use crate::queue::Queue;

/// Splits at the objects' own ends, or at the ends of lines where that is the same. Whatever the chunking, the frames are the same; one that
/// lies within a chunk is a slice of it.
///
/// ```text
/// between ── `{`, and not by lines ──> within an object ── its end ──> behind ── a line's end ──> between, by lines from now on
///    │                                      ^                            └── anything else ──> between
///    └── `{`, by lines ──> in a line ───────┴── its end, and no event as the API server writes it
///                             └── its end ──> between
/// ```
///
/// The API promises no lines, so the first object is walked to its end; if that is a line's, the next are taken by lines, which are found
/// many times as quickly. A line that is not [an event and nothing else](Parts::of_line) is walked again. All of this depends on what comes, never on the pieces in
/// which it comes.
pub(crate) struct Frames {
    /// The start of a frame whose end has not come yet.
    carry: Vec<u8>,
    state: State,
    /// Whether the last object that was walked ended with its line.
    #[cfg(feature = "std")]
    by_lines: bool,
    #[cfg(feature = "std")]
    another: Another,
    max: usize,
    ready: Queue<Frame>,
}

/// Where the reader stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Between,
    /// Behind an object that was walked: the next byte tells whether objects are lines.
    #[cfg(feature = "std")]
    Behind,
    /// In a line that has not ended: all of it so far is carried.
    #[cfg(feature = "std")]
    InLine,
    /// In an object, below so many open brackets.
    Within {
        depth: usize,
        text: Text,
    },
}

/// Whether the reader stands in a string.
#[derive(Clone, Copy, PartialEq)]
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
        Self {
            carry: Vec::new(),
            state: State::Between,
            #[cfg(feature = "std")]
            by_lines: false,
            #[cfg(feature = "std")]
            another: Another::default(),
            max,
            ready: Queue::new(),
        }
    }

    /// Takes the next bytes in.
    pub(crate) fn push(&mut self, chunk: &Bytes) -> Result<(), FrameError> {
        let mut at = 0;
        while let Some(byte) = chunk.get(at) {
            at = match (self.state, byte) {
                (State::Between, b' ' | b'\n' | b'\r' | b'\t') => at + 1,
                (State::Between, b'{') => self.begin(chunk, at)?,
                (State::Between, _) => return Err(FrameError::NoObject),
                (State::Within { depth, text }, _) => self.walk(chunk, at, depth, text)?,
                #[cfg(feature = "std")]
                (State::Behind, byte) => {
                    self.by_lines = *byte == b'\n';
                    self.state = State::Between;
                    at
                }
                #[cfg(feature = "std")]
                (State::InLine, _) => self.end_line(chunk, at)?,
            };
        }
        Ok(())
    }

    /// The next frame starts at `at`: the place up to which the chunk is read then.
    fn begin(&mut self, chunk: &Bytes, at: usize) -> Result<usize, FrameError> {
        #[cfg(feature = "std")]
        if self.by_lines {
            let rest = chunk.get(at..).unwrap_or_default();
            let Some(length) = memchr::memchr(b'\n', rest) else {
                self.state = State::InLine;
                return self.carry(rest).map(|()| chunk.len());
            };
            let line = chunk.slice(at..at + length);
            self.within_limit(line.len())?;
            if let Some(parts) = Parts::of_line(&line, &self.another) {
                self.ready.push(Frame::Json(line, Some(parts)));
                return Ok(at + length);
            }
            self.by_lines = false;
        }
        // An event that lies within the chunk is read at one go.
        if let Some((end, parts)) = Parts::read(chunk, at) {
            self.emit(chunk.slice(at..end), Some(parts))?;
            return Ok(end);
        }
        self.walk(chunk, at, 0, Text::Outside)
    }

    /// Goes on through an object from `start`, which lies below `depth` open brackets.
    fn walk(
        &mut self,
        chunk: &Bytes,
        start: usize,
        mut depth: usize,
        mut text: Text,
    ) -> Result<usize, FrameError> {
        let rest = chunk.get(start..).unwrap_or_default();
        for (at, byte) in rest.iter().enumerate() {
            match (text, byte) {
                (Text::Inside, b'"') => text = Text::Outside,
                (Text::Inside, b'\\') => text = Text::Escaped,
                (Text::Inside, _) => {}
                (Text::Escaped, _) => text = Text::Inside,
                (Text::Outside, b'"') => text = Text::Inside,
                (Text::Outside, b'{' | b'[') => depth += 1,
                (Text::Outside, b'}' | b']') => depth -= 1,
                (Text::Outside, _) => {}
            }
            if depth == 0 {
                let end = start + at + 1;
                self.emit(chunk.slice(start..end), None)?;
                return Ok(end);
            }
        }
        self.state = State::Within { depth, text };
        self.carry(rest).map(|()| chunk.len())
    }

    fn carry(&mut self, part: &[u8]) -> Result<(), FrameError> {
        self.carry.extend_from_slice(part);
        self.within_limit(self.carry.len())
    }

    fn within_limit(&self, length: usize) -> Result<(), FrameError> {
        if length > self.max { Err(FrameError::TooLarge) } else { Ok(()) }
    }

    /// An object was walked to its end.
    fn emit(&mut self, end: Bytes, parts: Option<Parts>) -> Result<(), FrameError> {
        #[cfg(feature = "std")]
        {
            self.state = State::Behind;
        }
        #[cfg(not(feature = "std"))]
        {
            self.state = State::Between;
        }
        if self.carry.is_empty() {
            self.within_limit(end.len())?;
            self.ready.push(Frame::Json(end, parts));
            return Ok(());
        }
        self.carry(&end)?;
        let bytes = Bytes::from(mem::take(&mut self.carry));
        let parts = Parts::read(&bytes, 0).filter(|(end, _)| *end == bytes.len()).map(|(_, parts)| parts);
        self.ready.push(Frame::Json(bytes, parts));
        Ok(())
    }

    /// Looks for the end of the line that is carried.
    #[cfg(feature = "std")]
    fn end_line(&mut self, chunk: &Bytes, at: usize) -> Result<usize, FrameError> {
        let rest = chunk.get(at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest);
        let part = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        self.carry(part)?;
        if length.is_some() {
            let line = self.leave_line();
            match Parts::of_line(&line, &self.another) {
                Some(parts) => {
                    self.by_lines = true;
                    self.ready.push(Frame::Json(line, Some(parts)));
                }
                None => self.push(&line)?,
            }
        }
        Ok(at + part.len())
    }

    /// What is carried of a line. Unless that is an event it is walked like any other object.
    #[cfg(feature = "std")]
    fn leave_line(&mut self) -> Bytes {
        self.state = State::Between;
        self.by_lines = false;
        Bytes::from(mem::take(&mut self.carry))
    }

    /// The next whole frame.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.ready.pop()
    }

    /// The stream has ended: whether it did so between two frames. There may be a last one then.
    pub(crate) fn finish(&mut self) -> Result<(), FrameError> {
        #[cfg(feature = "std")]
        if self.state == State::InLine {
            let line = self.leave_line();
            self.push(&line)?;
        }
        if matches!(self.state, State::Within { .. }) { Err(FrameError::Truncated) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::iter;
    use proptest::prelude::*;

    fn json(frame: Frame) -> (Bytes, Option<Parts>) {
        let Frame::Json(bytes, parts) = frame else { panic!("no JSON") };
        (bytes, parts)
    }

    fn split(chunks: &[&[u8]], max: usize) -> Result<Vec<Vec<u8>>, FrameError> {
        let mut frames = Frames::new(max);
        let mut out = Vec::new();
        for chunk in chunks {
            frames.push(&Bytes::copy_from_slice(chunk))?;
            out.extend(iter::from_fn(|| frames.next()).map(|frame| json(frame).0.to_vec()));
        }
        frames.finish()?;
        out.extend(iter::from_fn(|| frames.next()).map(|frame| json(frame).0.to_vec()));
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

    const EVENT: &str = r#"{"type":"ADDED","object":{"metadata":{"name":"a","uid":"}{\\\""}}}"#;

    #[test]
    fn lines_are_taken_whole_once_one_was_seen() {
        let parts = |stream: &str| {
            let mut frames = Frames::new(1000);
            frames.push(&Bytes::from(stream.to_owned())).unwrap();
            frames.finish().unwrap();
            let mut walked = Vec::new();
            while let Some(frame) = frames.next() {
                walked.push(json(frame).1.map(|parts| parts.is_walked()));
            }
            walked
        };
        let line = r#"{"type":"ADDED","object":{"metadata":{"name":"a"}}}"#;
        assert_eq!(parts(&[line, "\n", line, "\n", line].concat()), [Some(true), Some(false), Some(true)]);
        // What follows the object, another event in the line, a type that is not known: each is walked.
        let behind = line.replace("}}}", r#"}},"object":{}}"#);
        let unknown = line.replace("ADDED", "NEW");
        for odd in [&[line, line].concat(), &[line, " ", line].concat(), &behind, &unknown] {
            let walked = parts(&[line, "\n", odd, "\n", line, "\n", line, "\n"].concat());
            let (odds, lines) = walked.split_at(walked.len() - 2);
            assert!(!odds.contains(&Some(false)), "{odd}: {walked:?}");
            assert_eq!(lines, [Some(false), Some(false)], "{odd}");
        }
    }

    #[test]
    fn a_broken_line_is_one_frame() {
        let broken = r#"{"type":"ADDED","object":{"metadata":{"name":"a"},"b":[}}"#;
        let stream = [EVENT, "\n", broken, "\n", EVENT, "\n"].concat();
        assert_eq!(split(&[stream.as_bytes()], 1000).unwrap()[1], broken.as_bytes());
        assert_eq!(split(&[stream.as_bytes()], 10), Err(FrameError::TooLarge));
    }

    /// Events as the API server writes them, and as it does not.
    fn stream() -> impl Strategy<Value = String> {
        let objects = prop::sample::select(vec![
            EVENT,
            r#"{"type":"DELETED","object":{"metadata":{"namespace":"b","name":"a"},"object":"}}"}}"#,
            r#"{"type":"ADDED","object":{"metadata":{"name":"a"}},"more":{"a":{}}}"#,
            r#"{"object":{"metadata":{}},"type":"ADDED"}"#,
            "{\n \"type\": \"ADDED\",\n \"object\": {\"a\":\"é\"}\n}",
            "{}",
        ]);
        let between = prop::sample::select(vec!["\n", "\n", "\n", "", " ", "\r\n"]);
        prop::collection::vec((objects, between), 0..12)
            .prop_map(|parts| parts.into_iter().flat_map(|(object, between)| [object, between]).collect())
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_objects_that_there_are(stream in stream(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream.as_bytes()[cut[0]..cut[1]]).collect();
            let objects = serde_json::Deserializer::from_str(&stream).into_iter::<&serde_json::value::RawValue>();
            let objects: Vec<Vec<u8>> = objects.map(|object| object.unwrap().get().into()).collect();
            prop_assert_eq!(split(&chunks, 1000), Ok(objects.clone()));
            prop_assert_eq!(split(&stream.as_bytes().chunks(1).collect::<Vec<_>>(), 1000), Ok(objects));
        }
    }
}
