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
