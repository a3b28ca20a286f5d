//! Bodies in protobuf, which kubectl sends where it makes objects of kinds that it knows (`create deployment`, `auth can-i`), and answers, which
//! clients ask for where they only want the metadata of many objects.
//!
//! A message of any kind is read into the JSON value that it stands for, and written from it, along the same table of types as everything else, with the numbers of the fields
//! beside it. Source: <https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding>.

mod answer;
mod numbers;
mod read;
mod wire;
mod write;

use serde_json::Value;

use crate::object::put;
use crate::schema::{Typed, builtin};
pub(crate) use answer::{answer, event};
use wire::Fields;

/// What a body is called in this encoding.
pub(crate) const MEDIA: &str = "application/vnd.kubernetes.protobuf";
/// What every body begins with.
const MAGIC: &[u8] = b"k8s\0";
/// So deep messages may lie in one another.
const DEPTH: usize = 64;

/// Reads a body: `runtime.Unknown`, in which the object is. Its type is that which it says, or else, as for a part of an object, `otherwise`.
///
/// # Errors
/// What is wrong.
pub(crate) fn parse(body: &[u8], otherwise: Typed<'_>) -> Result<Value, String> {
    let message = body
        .strip_prefix(MAGIC)
        .ok_or("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for field in Fields::of(message) {
        match field? {
            (1, value) => {
                for field in Fields::of(value.bytes()?) {
                    match field? {
                        (1, value) => api_version = value.text()?,
                        (2, value) => kind = value.text()?,
                        _ => {}
                    }
                }
            }
            (2, value) => raw = value.bytes()?,
            (3, value) if !value.bytes()?.is_empty() => {
                return Err("unable to decode a content encoding".to_owned());
            }
            _ => {}
        }
    }
    let shape = builtin().kind(&api_version, &kind).unwrap_or(otherwise);
    let mut value = read::message(raw, shape, DEPTH)?;
    for (name, said) in [("apiVersion", api_version), ("kind", kind)] {
        if !said.is_empty() {
            put(&mut value, name, said);
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests;
