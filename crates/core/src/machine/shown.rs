//! How inputs and outputs print: without what they carry, which may be a Secret.

use core::fmt;

use super::{Input, Output};

impl<C> fmt::Debug for Input<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(id, Ok((head, body))) => {
                write!(f, "Answer({}, {}, {} bytes)", id.0, head.status, body.len())
            }
            Self::Answer(id, Err(error)) => write!(f, "Answer({}, {error:?})", id.0),
            Self::Opened(id, head) => write!(f, "Opened({}, {})", id.0, head.status),
            Self::Data(id, piece) => write!(f, "Data({}, {} bytes)", id.0, piece.len()),
            Self::Room(id) => write!(f, "Room({})", id.0),
            Self::Closed(id, end) => write!(f, "Closed({}, {end:?})", id.0),
            Self::Command(_) => f.write_str("Command"),
            Self::Time => f.write_str("Time"),
        }
    }
}

impl<E> fmt::Debug for Output<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(exchange) => exchange.fmt(f),
            Self::Send(id, message) => write!(f, "Send({}, {} bytes)", id.0, message.len()),
            Self::Cancel(id) => write!(f, "Cancel({})", id.0),
            Self::Event(_) => f.write_str("Event"),
        }
    }
}
