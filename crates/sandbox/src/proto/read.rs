//! From a message to the JSON value of its type.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kubewire::Time;
use serde_json::{Map, Value, json};

use super::numbers;
use super::wire::{Fields, Part};
use crate::schema::{Field, Scalar, Shape, Typed};

/// Reads a message of a type.
///
/// # Errors
/// What is wrong with it.
pub(super) fn message(bytes: &[u8], kind: Typed<'_>, depth: usize) -> Result<Value, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("proto: messages lie too deep in one another".to_owned());
    };
    match kind.shape() {
        Shape::Struct(own) => {
            let mut fields = Map::new();
            let numbers: Vec<_> = numbers::of(own).collect();
            structure(bytes, kind, &numbers, depth, &mut fields)?;
            Ok(fields.into())
        }
        Shape::Scalar(scalar) => scalar_message(bytes, scalar),
        // A list in a map, which is a message around its items.
        Shape::List(_) => {
            let mut items = Value::Array(Vec::new());
            for field in Fields::of(bytes) {
                if let (1, part) = field? {
                    add(&mut items, part, kind, depth)?;
                }
            }
            Ok(items)
        }
        Shape::Any => any(bytes),
        Shape::Map => Err("proto: a map that is no field".to_owned()),
    }
}

fn structure(
    bytes: &[u8],
    kind: Typed<'_>,
    numbers: &[(Vec<u64>, &Field)],
    depth: usize,
    fields: &mut Map<String, Value>,
) -> Result<(), String> {
    for part in Fields::of(bytes) {
        let (number, part) = part?;
        // What is not known was left out by whoever knows less than the client.
        let below: Vec<_> = numbers
            .iter()
            .filter_map(|(path, field)| {
                let (first, rest) = path.split_first()?;
                (*first == number).then(|| (rest.to_vec(), *field))
            })
            .collect();
        match below.as_slice() {
            [] => {}
            [(rest, field)] if rest.is_empty() => {
                let Some(kind) = kind.named(&field.name) else { continue };
                let value = fields.entry(&*field.name).or_insert(Value::Null);
                put(value, part, kind, depth)?;
            }
            embedded => structure(part.bytes()?, kind, embedded, depth, fields)?,
        }
    }
    Ok(())
}

/// A part of a field, of which lists and maps have several.
fn put(value: &mut Value, part: Part<'_>, kind: Typed<'_>, depth: usize) -> Result<(), String> {
    match kind.shape() {
        Shape::List(_) => {
            if value.is_null() {
                *value = json!([]);
            }
            add(value, part, kind, depth)
        }
        Shape::Map => {
            if value.is_null() {
                *value = json!({});
            }
            let (mut key, mut held) = (String::new(), None);
            for field in Fields::of(part.bytes()?) {
                match field? {
                    (1, part) => key = part.text()?,
                    (2, part) => held = Some(part),
                    _ => {}
                }
            }
            let Some(items) = kind.items() else { return Ok(()) };
            let held = held.unwrap_or(Part::Bytes(&[]));
            let mut inner = Value::Null;
            match items.shape() {
                // No field of a map can be repeated.
                Shape::List(_) => inner = message(held.bytes()?, items, depth)?,
                _ => put(&mut inner, held, items, depth)?,
            }
            if let Value::Object(fields) = value {
                fields.insert(key, inner);
            }
            Ok(())
        }
        Shape::Scalar(scalar) if !is_message(scalar) => {
            *value = plain(part, scalar)?;
            Ok(())
        }
        _ => {
            *value = message(part.bytes()?, kind, depth)?;
            Ok(())
        }
    }
}

fn add(list: &mut Value, part: Part<'_>, kind: Typed<'_>, depth: usize) -> Result<(), String> {
    let (Value::Array(items), Some(kind)) = (list, kind.items()) else { return Ok(()) };
    let mut item = Value::Null;
    put(&mut item, part, kind, depth)?;
    items.push(item);
    Ok(())
}

fn is_message(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Time | Scalar::MicroTime | Scalar::Quantity | Scalar::IntOrString)
}

fn plain(part: Part<'_>, scalar: Scalar) -> Result<Value, String> {
    Ok(match scalar {
        Scalar::Flag => Value::Bool(part.number()? != 0),
        Scalar::Int32 | Scalar::Int64 => part.number()?.into(),
        Scalar::Double => match part {
            Part::Fixed64(bits) => f64::from_bits(bits).into(),
            other => return Err(format!("proto: wrong wireType for a number: {other:?}")),
        },
        Scalar::Bytes => STANDARD.encode(part.bytes()?).into(),
        _ => part.text()?.into(),
    })
}

/// The scalars that are messages of their own.
fn scalar_message(bytes: &[u8], scalar: Scalar) -> Result<Value, String> {
    let (mut numbers, mut text) = ([0_i64; 4], String::new());
    for field in Fields::of(bytes) {
        match field? {
            (number, part @ Part::Number(_)) => {
                let place = usize::try_from(number).ok().and_then(|number| numbers.get_mut(number));
                place.into_iter().try_for_each(|place| part.number().map(|number| *place = number))?;
            }
            (_, part @ Part::Bytes(_)) => text = part.text()?,
            _ => {}
        }
    }
    let [_, first, second, _] = numbers;
    Ok(match scalar {
        // A number, where the type says 0, and else a text.
        Scalar::IntOrString if first == 0 => second.into(),
        Scalar::IntOrString | Scalar::Quantity => text.into(),
        Scalar::Time | Scalar::MicroTime if bytes.is_empty() => Value::Null,
        Scalar::Time => Time::from_unix(first).to_string().into(),
        _ => {
            let whole = Time::from_unix(first).to_string();
            format!("{}.{:06}Z", whole.trim_end_matches('Z'), second / 1000).into()
        }
    })
}

/// What can be anything is JSON, in the first field.
fn any(bytes: &[u8]) -> Result<Value, String> {
    let mut value = Value::Null;
    for field in Fields::of(bytes) {
        match field? {
            (1, part) => {
                value = serde_json::from_slice(part.bytes()?)
                    .map_err(|_| "proto: what should be JSON is none")?;
            }
            _ => return Err("proto: what can be of several types is not read here".to_owned()),
        }
    }
    Ok(value)
}
