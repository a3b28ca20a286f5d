//! How acts, tasks and reports print: with their numbers and sizes, and without what they carry. That may be a token or a Secret.

use core::fmt;

use super::{Act, Heard, Task};

impl<E> fmt::Debug for Act<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Do(task) => task.fmt(f),
            Self::Event(_) => f.write_str("Event"),
            Self::Done => f.write_str("Done"),
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Need(number, need) => write!(f, "Need({number}, {need:?})"),
            Self::Request { wire, request, tls, stream, .. } => {
                write!(f, "Request({wire}, {request:?}, {tls:?}, stream: {stream})")
            }
            Self::Upgrade { wire, request, tls, protocols, .. } => {
                write!(f, "Upgrade({wire}, {request:?}, {tls:?}, {protocols:?})")
            }
            Self::Send(wire, message) => write!(f, "Send({wire}, {} bytes)", message.len()),
            Self::Cancel(wire) => write!(f, "Cancel({wire})"),
        }
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(number, Ok(content)) => write!(f, "Given({number}, {} bytes)", content.len()),
            Self::Given(number, Err(error)) => write!(f, "Given({number}, {error:?})"),
            Self::Head(wire, head) => write!(f, "Head({wire}, {})", head.status),
            Self::Data(wire, piece) => write!(f, "Data({wire}, {} bytes)", piece.len()),
            Self::End(wire) => write!(f, "End({wire})"),
            Self::Failed(wire, failure) => write!(f, "Failed({wire}, {failure:?})"),
            Self::Room(wire) => write!(f, "Room({wire})"),
            Self::Time => f.write_str("Time"),
        }
    }
}
