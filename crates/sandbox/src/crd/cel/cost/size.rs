//! How large what a schema describes can be, in a request of the largest size.
//!
//! Source: `SchemaDeclType` in `k8s.io/apiserver/pkg/cel/common/schemas.go`, and `limits.go` beside it.

use serde_json::{Map, Value};

use super::super::super::flag;
use super::super::value::escaped;
use crate::object::text;

/// The largest request, in bytes.
const REQUEST: u64 = 3 * 1024 * 1024;
const TEXT: u64 = 2;
const DURATION: u64 = 3;
const DATE: u64 = 12;
const TIME: u64 = 21;
/// The longest duration, and the longest time.
const LONGEST: u64 = 32;

/// How many items, pairs or bytes what is at a path can have; `None` where the schema says nothing of the path. The first name is the variable's.
pub(super) fn at(schema: &Value, path: &[String]) -> Option<u64> {
    let mut schema = schema;
    for name in path.get(1..)? {
        let kind = text(schema, "/type");
        schema = match (name.as_str(), kind) {
            ("@items", "array") => schema.get("items")?,
            ("@items" | "@values", "object") => values(schema)?,
            ("@values", "array") => schema.get("items")?,
            // Of its keys a map says nothing.
            ("@keys", "object") if values(schema).is_some() => return Some(0),
            ("@items" | "@values" | "@keys", _) => return None,
            (field, "object") if values(schema).is_none() => property(schema, field)?,
            _ => return None,
        };
    }
    most(schema)
}

fn values(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|values| values.is_object())
}

fn property<'s>(schema: &'s Value, field: &str) -> Option<&'s Value> {
    let properties = schema.get("properties").and_then(Value::as_object)?;
    // A reserved word that stands for itself is not found by the server.
    properties.iter().find(|(name, _)| escaped(name).as_deref() == Some(field)).map(|(_, schema)| schema)
}

fn number(schema: &Value, field: &str) -> Option<u64> {
    let number = schema.get(field)?;
    number.as_u64().or_else(|| number.as_i64().map(|_| 0))
}

/// How many items, pairs or bytes there can be; nothing of a kind that has none.
fn most(schema: &Value) -> Option<u64> {
    let four = |length: u64| length.saturating_mul(4);
    let length = number(schema, "maxLength");
    if flag(schema, "x-kubernetes-int-or-string") {
        return Some(length.map_or(REQUEST - 2, four));
    }
    Some(match text(schema, "/type") {
        "array" => {
            let smallest = smallest(schema.get("items")?)?;
            number(schema, "maxItems").unwrap_or((REQUEST - 2) / (smallest + 1))
        }
        "object" => match values(schema) {
            Some(values) => {
                let smallest = smallest(values)?;
                number(schema, "maxProperties").unwrap_or((REQUEST - 2) / (smallest + 6))
            }
            None => 0,
        },
        "string" => match text(schema, "/format") {
            "byte" => length.unwrap_or(REQUEST - 2),
            "duration" | "date-time" => LONGEST,
            "date" => DATE,
            // Characters have up to four bytes.
            _ => length.map(four).unwrap_or_else(|| choices(schema).unwrap_or(REQUEST - 2)),
        },
        "boolean" | "number" | "integer" => 0,
        _ => return None,
    })
}

/// The longest of the texts that there can be.
fn choices(schema: &Value) -> Option<u64> {
    let choices = schema.get("enum").and_then(Value::as_array).filter(|choices| !choices.is_empty())?;
    let longest = choices.iter().filter_map(Value::as_str).map(str::len).max().unwrap_or_default();
    u64::try_from(longest).ok()
}

/// How many bytes what a schema describes takes at least; `None` where rules do not see it.
pub(in crate::crd::cel) fn smallest(schema: &Value) -> Option<u64> {
    if flag(schema, "x-kubernetes-int-or-string") {
        return Some(1);
    }
    Some(match text(schema, "/type") {
        "array" => smallest(schema.get("items")?).map(|_| 2)?,
        "object" => match values(schema) {
            Some(values) => smallest(values).map(|_| 2)?,
            None => {
                let required = schema.get("required").and_then(Value::as_array);
                let required = required.into_iter().flatten().filter_map(Value::as_str);
                let properties = schema.get("properties").and_then(Value::as_object);
                2 + required.filter_map(|name| needed(properties?, name)).sum::<u64>()
            }
        },
        "string" => match text(schema, "/format") {
            "duration" => DURATION,
            "date" => DATE,
            "date-time" => TIME,
            _ => TEXT,
        },
        "boolean" => 4,
        "number" | "integer" => 1,
        _ => return None,
    })
}

/// The bytes of a field that must be there, with its name; one with a default need not be sent.
fn needed(properties: &Map<String, Value>, name: &str) -> Option<u64> {
    let schema = properties.get(name).filter(|schema| schema.get("default").is_none_or(Value::is_null))?;
    Some(u64::try_from(name.len()).ok()? + smallest(schema)? + 4)
}

/// How often what takes so many bytes can be in a request.
pub(in crate::crd::cel) fn times(smallest: u64) -> u64 {
    REQUEST / (smallest + 1)
}
