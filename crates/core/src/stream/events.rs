//! The events of a watch, in the encoding in which they come.

use bytes::Bytes;

use super::event::RawEvent;
use super::frames::{FrameError, Frames};
#[cfg(feature = "std")]
use super::messages::Messages;
use crate::call::Draft;
use crate::error::DecodeError;

/// client-go's limit of one event.
const MAX: usize = 16 << 20;

/// Splits a watch's body into its events.
pub(crate) struct Events {
    json: Frames,
    /// What came instead of JSON, where the call takes that.
    #[cfg(feature = "std")]
    protobuf: Encoding,
}

/// Which encoding comes is the server's choice. JSON begins with a brace; protobuf with a length, whose first byte is 0 within the limit of an event, or just 1.
#[cfg(feature = "std")]
enum Encoding {
    Json,
    Unknown,
    Protobuf(Messages),
}

impl Events {
    /// The events of what this asks for.
    pub(crate) fn of(draft: &Draft) -> Self {
        #[cfg(not(feature = "std"))]
        let _ = draft;
        Self {
            json: Frames::new(MAX),
            #[cfg(feature = "std")]
            protobuf: if draft.takes_protobuf() { Encoding::Unknown } else { Encoding::Json },
        }
    }

    /// Takes the next bytes in.
    pub(crate) fn push(&mut self, chunk: &Bytes) -> Result<(), FrameError> {
        #[cfg(feature = "std")]
        {
            if let (Encoding::Unknown, Some(first)) = (&self.protobuf, chunk.first()) {
                self.protobuf =
                    if *first <= 1 { Encoding::Protobuf(Messages::new(MAX)) } else { Encoding::Json };
            }
            if let Encoding::Protobuf(messages) = &mut self.protobuf {
                return messages.push(chunk);
            }
        }
        self.json.push(chunk)
    }

    /// The next whole event.
    pub(crate) fn next(&mut self) -> Option<Result<RawEvent, DecodeError>> {
        #[cfg(feature = "std")]
        if let Encoding::Protobuf(messages) = &mut self.protobuf {
            return messages.next().map(|frame| RawEvent::read(&frame));
        }
        self.json.next().map(|frame| RawEvent::read(&frame))
    }

    /// The stream has ended: whether it did so between two events. There may be a last one then.
    pub(crate) fn finish(&mut self) -> Result<(), FrameError> {
        #[cfg(feature = "std")]
        if let Encoding::Protobuf(messages) = &mut self.protobuf {
            return messages.finish();
        }
        self.json.finish()
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::prelude::*;
    use crate::{Builtin, Operation};
    use alloc::vec;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        // Two bytes of varint each: longer than need be, and legal.
        let varint = |number: usize| [number as u8 & 0x7f | 0x80, (number >> 7) as u8];
        [&varint(usize::from(number) << 3 | 2), &varint(bytes.len())[..], bytes].concat()
    }

    fn event(event_type: &str, kind: &str, object: &[u8]) -> Vec<u8> {
        let unknown = [field(1, &field(2, kind.as_bytes())), field(2, object)].concat();
        let object = field(2, &field(1, &[b"k8s\0", &unknown[..]].concat()));
        let event = [field(1, event_type.as_bytes()), object].concat();
        [&(event.len() as u32).to_be_bytes()[..], &event].concat()
    }

    fn told(draft: &Draft, chunks: &[&[u8]]) -> Vec<String> {
        let mut events = Events::of(draft);
        let mut told = Vec::new();
        for chunk in chunks {
            let pushed = events.push(&Bytes::copy_from_slice(chunk));
            while let Some(event) = events.next() {
                told.push(event.map_or_else(
                    |error| alloc::format!("{error:?}"),
                    |event| {
                        let object = event.raw();
                        let version = object.resource_version().unwrap_or_default().into_owned();
                        let json = String::from_utf8_lossy(&object.json()).into_owned();
                        [event.name(), " ", &object.name(), " ", &version, " ", &json].concat()
                    },
                ));
            }
            if let Err(error) = pushed {
                told.push(error.text().into());
                return told;
            }
        }
        told.extend(events.finish().err().map(|error| error.text().into()));
        told
    }

    #[test]
    fn a_watch_in_protobuf_is_the_same_in_any_pieces() {
        let operation = r#"{"verb":"watch","resource":"pods"}"#;
        let operation: Operation = serde_json::from_str(operation).unwrap();
        let mut draft = operation.draft(&Builtin).unwrap();
        draft.accept = crate::call::PROTOBUF_METADATA;
        let pair = |key: &[u8], value: &[u8]| field(12, &[field(1, key), field(2, value)].concat());
        let pod = [field(1, b"web"), field(3, b"shop"), field(6, b"7"), field(17, b"managed")].concat();
        let end = [field(6, b"9"), pair(b"k8s.io/initial-events-end", b"true")].concat();
        let status = [field(3, b"too old"), field(4, b"Expired"), vec![6 << 3, 0x9a, 3]].concat();
        let stream = [
            event("ADDED", "PartialObjectMetadata", &field(1, &pod)),
            event("BOOKMARK", "PartialObjectMetadata", &field(1, &end)),
            event("NEW", "PartialObjectMetadata", &[]),
            event("ERROR", "Status", &status),
            b"\0\0\0\x02xx".to_vec(),
        ]
        .concat();
        let wanted = told(&draft, &[&stream]);
        assert_eq!(
            wanted,
            [
                r#"ADDED web 7 {"metadata":{"name":"web","namespace":"shop","resourceVersion":"7"}}"#,
                r#"BOOKMARK  9 {"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"9"}}"#,
                r#"NEW   {"metadata":{}}"#,
                r#"ERROR   {"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old","reason":"Expired","details":{"causes":[]},"code":410}"#,
                r#"DecodeError { path: ".", reason: "this is no protobuf message of the API" }"#,
            ]
        );
        for cut in 0..=stream.len() {
            let (front, rest) = stream.split_at(cut);
            assert_eq!(told(&draft, &[front, rest]), wanted, "{cut}");
        }
        assert_eq!(told(&draft, &stream.chunks(1).collect::<Vec<_>>()), wanted);
        assert_eq!(told(&draft, &[&stream[..9]]), ["the stream ended within an event"]);
        // JSON may come all the same; and protobuf that nobody asked for is none.
        let json = br#"{"type":"ADDED","object":{"metadata":{"name":"a"}}}"#;
        assert_eq!(told(&draft, &[json]), [r#"ADDED a  {"metadata":{"name":"a"}}"#]);
        draft.accept = "application/json";
        assert_eq!(told(&draft, &[&stream]), ["the stream holds something that is no event"]);
    }
}
