//! As much of Kubernetes' protobuf as keys, metadata and failures need: messages are split into fields, and what nobody looks at is stepped over.
//!
//! Field numbers are those of apimachinery's
//! [generated.proto](https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/generated.proto); the wire format is
//! [protobuf's](https://protobuf.dev/programming-guides/encoding/).

mod event;
mod list;
mod metadata;
mod status;

use crate::error::DecodeError;
use crate::prelude::*;
pub(crate) use event::EventMessage;
pub(crate) use list::{ListMessage, continue_token};
pub(crate) use metadata::{key, metadata, metadata_json, without_managed_fields};
pub(crate) use status::status;

/// What every message of the API begins with.
const MAGIC: &[u8] = b"k8s\0";

/// That what stands at `path` is none.
pub(crate) fn broken(path: impl Into<String>) -> DecodeError {
    DecodeError::new(path, "this is no protobuf message of the API")
}

/// Whether these bytes are a message of the API, and no JSON.
pub(crate) fn is_message(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The kind that the envelope says, and the object within.
pub(crate) fn open(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let unknown = bytes.strip_prefix(MAGIC)?;
    let (mut kind, mut raw) = ("", None);
    let mut fields = Fields::of(unknown);
    for field in fields.by_ref() {
        match field {
            (1, Value::Bytes(type_meta)) => kind = text(type_meta, 2),
            (2, Value::Bytes(bytes)) => raw = Some(bytes),
            _ => {}
        }
    }
    fields.whole().then_some((kind, raw?))
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes, which nothing that we read has.
    Fixed,
}

/// The fields of a message, in their order.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// Whether the message was read to its end.
    pub(crate) fn whole(&self) -> bool {
        self.rest.is_empty()
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Value::Number(self.number()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.number()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        Some((tag >> 3, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Value<'a>);

    /// The next field; `None` at the end, and where the message is broken: then it is not [whole](Fields::whole).
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let before = self.rest;
        let field = self.field();
        if field.is_none() {
            // What is left says that it was not read.
            self.rest = before;
        }
        field
    }
}

/// The text of a field; empty where there is none. The last of equal fields counts.
pub(crate) fn text(message: &[u8], number: u64) -> &str {
    let texts = Fields::of(message).filter_map(|field| match field {
        (found, Value::Bytes(bytes)) if found == number => core::str::from_utf8(bytes).ok(),
        _ => None,
    });
    texts.last().unwrap_or_default()
}

/// The number of a field; 0 where there is none, as protobuf has it.
pub(crate) fn number(message: &[u8], number: u64) -> u64 {
    let numbers = Fields::of(message).filter_map(|field| match field {
        (found, Value::Number(value)) if found == number => Some(value),
        _ => None,
    });
    numbers.last().unwrap_or_default()
}

/// The messages of a field, in their order.
pub(crate) fn messages(message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    Fields::of(message).filter_map(move |field| match field {
        (found, Value::Bytes(bytes)) if found == number => Some(bytes),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_and_broken_messages_are_not_whole() {
        let message = b"\x08\x96\x01\x12\x02hi\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0";
        let mut fields = Fields::of(message);
        let read: Vec<_> = fields.by_ref().collect();
        assert_eq!(
            read,
            [(1, Value::Number(150)), (2, Value::Bytes(b"hi")), (3, Value::Fixed), (4, Value::Fixed)]
        );
        assert!(fields.whole());
        assert_eq!((number(message, 1), text(message, 2), number(message, 9)), (150, "hi", 0));
        for end in [1, 2, 4, 6, 8, 19] {
            let mut cut = Fields::of(message.get(..end).unwrap());
            cut.by_ref().for_each(drop);
            assert!(!cut.whole(), "{end}");
        }
        // A length past the end, a number without an end, a group.
        for broken in [&b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"[..], &[0xff; 12], b"\x0b"] {
            let mut fields = Fields::of(broken);
            assert_eq!(fields.by_ref().count(), 0);
            assert!(!fields.whole());
        }
        assert_eq!(open(b"{}"), None);
        assert_eq!(open(b"k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod\x12\x01x"), Some(("Pod", &b"x"[..])));
        assert_eq!(open(b"k8s\0\x0a\x09\x0a\x02v1"), None);
    }
}
