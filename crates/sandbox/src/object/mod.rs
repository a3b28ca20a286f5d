//! Objects as JSON values: reading them, their metadata, and their types.

mod amount;
mod conditions;
mod decode;
mod embedded;
mod json;
pub(crate) mod quantity;
mod refuse;
mod scalar;
#[cfg(feature = "yaml")]
mod yaml;

use kubewire::{Now, Time};
use serde_json::{Map, Value};

pub(crate) use amount::{Amount, Amounts};
pub(crate) use conditions::{conditions, holds, set_condition};
pub(crate) use decode::{Decoded, Raw, decode, filled, metadata, settle, zero};
pub(crate) use json::{Parsed, parse};
pub(crate) use refuse::{Wording, word};
#[cfg(feature = "yaml")]
pub(crate) use yaml::parse as parse_yaml;

/// The text at a field of the metadata; empty where there is none.
pub(crate) fn meta<'v>(object: &'v Value, field: &str) -> &'v str {
    object
        .get("metadata")
        .and_then(|metadata| metadata.get(field))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// An annotation of an object.
pub(crate) fn annotation<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.pointer("/metadata/annotations")?.get(name)
}

/// What an object is called where it is refused: it may have no name yet.
///
/// Source: `extractResourceName` in `k8s.io/apiserver/pkg/admission`.
pub(crate) fn called(object: &Value) -> &str {
    let names = [meta(object, "name"), meta(object, "generateName"), "Unknown"];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The path of a field below another; that of the whole is empty.
pub(crate) fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

/// JSON as Go writes it: some signs so that it can stand in HTML.
pub(crate) fn as_go(value: &Value) -> String {
    let json = value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The metadata, which is made where there is none.
pub(crate) fn meta_mut(object: &mut Value) -> Option<&mut Map<String, Value>> {
    let fields = object.as_object_mut()?;
    fields.entry("metadata").or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// The `spec`, where it is a map.
pub(crate) fn spec_mut(object: &mut Value) -> Option<&mut Map<String, Value>> {
    object.get_mut("spec")?.as_object_mut()
}

/// Sets a field of an object.
pub(crate) fn put(object: &mut Value, field: &str, value: impl Into<Value>) {
    if let Value::Object(fields) = object {
        fields.insert(field.to_owned(), value.into());
    }
}

/// Sets a field of an object, or removes it.
pub(crate) fn set(object: &mut Value, field: &str, value: Option<Value>) {
    match (value, object) {
        (Some(value), object) => put(object, field, value),
        (None, Value::Object(fields)) => drop(fields.remove(field)),
        (None, _) => {}
    }
}

/// Sets a field of the metadata, or removes it.
pub(crate) fn set_meta(object: &mut Value, field: &str, value: Option<Value>) {
    let Some(metadata) = meta_mut(object) else { return };
    match value {
        Some(value) => metadata.insert(field.to_owned(), value),
        None => metadata.remove(field),
    };
}

/// Takes a field of the metadata over from another object, its absence too.
pub(crate) fn copy_meta(object: &mut Value, from: &Value, field: &str) {
    set_meta(object, field, from.get("metadata").and_then(|metadata| metadata.get(field)).cloned());
}

pub(crate) fn set_version(object: &mut Value, revision: u64) {
    set_meta(object, "resourceVersion", Some(revision.to_string().into()));
}

/// The time of day as the API writes it, in whole seconds.
pub(crate) fn timestamp(now: Now) -> Value {
    let seconds = i64::try_from(now.wall / 1000).unwrap_or(i64::MAX);
    Time::from_unix(seconds).to_string().into()
}

/// Go's `%q`.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            low if u32::from(low) < 0x20 || low == '\u{7f}' => {
                out.push_str(&format!("\\x{:02x}", u32::from(low)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_in_go() {
        assert_eq!(quote("a\"b\\c\n\u{1}é"), r#""a\"b\\c\n\x01é""#);
    }

    #[test]
    fn times_are_in_whole_seconds() {
        assert_eq!(timestamp(Now { mono: 0, wall: 1_500 }), "1970-01-01T00:00:01Z");
    }
}
