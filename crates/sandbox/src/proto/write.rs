//! From the JSON value of a type to its message. What is zero is left out, which says the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kubewire::Time;
use serde_json::{Map, Value};

use super::numbers;
use crate::schema::{Field, Scalar, Shape, Typed};

/// A message that is being written.
#[derive(Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.0.push(low & 0x7f);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    pub(super) fn bytes(&mut self, number: u64, bytes: &[u8]) {
        self.varint(number << 3 | 2);
        self.varint(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.0.extend(bytes);
    }

    pub(super) fn number(&mut self, number: u64, value: i64) {
        self.varint(number << 3);
        self.varint(value.cast_unsigned());
    }

    /// The fields of JSON that a type of the table stands for. `None` where there is something that cannot be written.
    pub(super) fn object(&mut self, fields: &Map<String, Value>, kind: Typed<'_>) -> Option<()> {
        let Shape::Struct(own) = kind.shape() else { return None };
        let mut numbers: Vec<(Vec<u64>, &Field)> = numbers::of(own).collect();
        numbers.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.structure(fields, kind, &numbers)
    }

    fn structure(
        &mut self,
        fields: &Map<String, Value>,
        kind: Typed<'_>,
        numbers: &[(Vec<u64>, &Field)],
    ) -> Option<()> {
        for group in numbers.chunk_by(|(one, _), (other, _)| one.first() == other.first()) {
            let Some((number, rest)) = group.first().and_then(|(path, _)| path.split_first()) else {
                continue;
            };
            match group {
                [(_, field)] if rest.is_empty() => {
                    if let Some(value) = fields.get(&*field.name).filter(|value| !value.is_null()) {
                        self.field(*number, value, kind.named(&field.name)?)?;
                    }
                }
                // A message that JSON does not show.
                _ => {
                    let below = |(path, field): &(Vec<u64>, _)| Some((path.get(1..)?.to_vec(), *field));
                    let below: Vec<_> = group.iter().filter_map(below).collect();
                    let mut inner = Self::default();
                    inner.structure(fields, kind, &below)?;
                    if !inner.0.is_empty() {
                        self.bytes(*number, &inner.0);
                    }
                }
            }
        }
        Some(())
    }

    fn field(&mut self, number: u64, value: &Value, kind: Typed<'_>) -> Option<()> {
        match (kind.shape(), value) {
            (Shape::List(_), Value::Array(items)) => {
                let inner = kind.items()?;
                items.iter().try_for_each(|item| self.field(number, item, inner))
            }
            (Shape::Map, Value::Object(entries)) => {
                let inner = kind.items()?;
                for (name, value) in entries {
                    let mut entry = Self::default();
                    entry.bytes(1, name.as_bytes());
                    match inner.shape() {
                        // No field of a map can be repeated, so there is a message around the items.
                        Shape::List(_) => {
                            let mut items = Self::default();
                            items.field(1, value, inner)?;
                            entry.bytes(2, &items.0);
                        }
                        _ => entry.field(2, value, inner)?,
                    }
                    self.bytes(number, &entry.0);
                }
                Some(())
            }
            (Shape::Struct(_), Value::Object(fields)) => {
                let mut inner = Self::default();
                inner.object(fields, kind)?;
                self.bytes(number, &inner.0);
                Some(())
            }
            (Shape::Scalar(scalar), value) => self.scalar(number, value, scalar),
            // What can be anything is JSON, in the first field.
            (Shape::Any, value) => {
                let mut inner = Self::default();
                inner.bytes(1, value.to_string().as_bytes());
                self.bytes(number, &inner.0);
                Some(())
            }
            _ => None,
        }
    }

    fn scalar(&mut self, number: u64, value: &Value, scalar: Scalar) -> Option<()> {
        match (scalar, value) {
            (Scalar::Flag, Value::Bool(own)) => self.number(number, i64::from(*own)),
            (Scalar::Int32 | Scalar::Int64, Value::Number(own)) => self.number(number, own.as_i64()?),
            (Scalar::Double, Value::Number(own)) => {
                self.varint(number << 3 | 1);
                self.0.extend(own.as_f64()?.to_bits().to_le_bytes());
            }
            (Scalar::Text, Value::String(own)) => self.bytes(number, own.as_bytes()),
            (Scalar::Bytes, Value::String(own)) => self.bytes(number, &STANDARD.decode(own).ok()?),
            _ => self.bytes(number, &message(value, scalar)?.0),
        }
        Some(())
    }
}

/// The scalars that are messages of their own.
fn message(value: &Value, scalar: Scalar) -> Option<Message> {
    let mut out = Message::default();
    match (scalar, value) {
        (Scalar::Time | Scalar::MicroTime, Value::String(own)) => time(&mut out, own)?,
        (Scalar::Time | Scalar::MicroTime, Value::Null) => {}
        (Scalar::Quantity, Value::String(own)) => out.bytes(1, own.as_bytes()),
        (Scalar::IntOrString, Value::Number(own)) => {
            out.number(1, 0);
            out.number(2, own.as_i64()?);
        }
        (Scalar::IntOrString, Value::String(own)) => {
            out.number(1, 1);
            out.bytes(3, own.as_bytes());
        }
        _ => return None,
    }
    Some(out)
}

fn time(out: &mut Message, text: &str) -> Option<()> {
    let own: Time = text.parse().ok()?;
    let nanos = text.split_once('.').map_or("", |(_, rest)| rest.trim_end_matches('Z'));
    out.number(1, own.unix());
    out.number(2, format!("{nanos:0<9}").parse().ok()?);
    Some(())
}
