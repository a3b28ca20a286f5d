//! From a body to a custom object: what its schema does not know is dropped, nulls go where none may be, and defaults come.
//!
//! Source: `pruning` and `defaulting` in `k8s.io/apiextensions-apiserver/pkg/apiserver/schema`, and `schemaCoercingDecoder` of its handler.

use serde_json::{Map, Value};

use super::{Custom, below, flag};
use crate::object::{Decoded, Parsed, Raw, Wording, join, metadata, quote, text, word};
use crate::registry::Kind;

/// Reads a custom object.
///
/// # Errors
/// What is wrong with its metadata, in Go's words; the rest is judged when it is validated.
pub(crate) fn decode(
    kind: &Kind,
    custom: &Custom,
    parsed: Parsed,
    wording: Wording,
) -> Result<Decoded, String> {
    let mut strict = parsed.told();
    let mut fields = match parsed.value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let own = match fields.remove("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(own)) => own,
        Some(other) => {
            let word = word(&other);
            return Err(format!("json: cannot unmarshal {word} into Go value of type v1.ObjectMeta"));
        }
    };
    let own = metadata(kind.shape(), own, wording, &mut strict)?;
    let mut object = Value::Object(fields);
    let (group, version) = text(&object, "/apiVersion").split_once('/').unwrap_or_default();
    // An object of another kind is refused later, and one of a version that is not there has no schema.
    if group == kind.group && text(&object, "/kind") == kind.kind {
        let schema = custom.version(version).map(|version| &*version.schema);
        let mut unknown = Vec::new();
        // What was applied keeps its nulls.
        if wording == Wording::Converter {
            prune(&mut object, schema, "", At::Root, &mut unknown);
        } else {
            fit(&mut object, schema, &mut unknown);
        }
        if let Some(schema) = schema {
            fill(&mut object, schema);
        }
        unknown.sort();
        strict.extend(unknown.iter().map(|path| format!("unknown field {}", quote(path))));
    }
    whole(&mut object);
    crate::object::put(&mut object, "metadata", own);
    Ok(Decoded { object, strict, raw: Raw::default() })
}

/// Drops what an object without its metadata may not have.
pub(super) fn fit(object: &mut Value, schema: Option<&Value>, unknown: &mut Vec<String>) {
    prune(object, schema, "", At::Root, unknown);
    drop_nulls(object, schema);
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Root,
    Field,
    /// In a list that keeps what is unknown of its items.
    OpenList,
}

/// Drops what the schema does not know.
fn prune(value: &mut Value, schema: Option<&Value>, path: &str, at: At, unknown: &mut Vec<String>) {
    let keeps = |schema: &Value| flag(schema, "x-kubernetes-preserve-unknown-fields");
    let open = schema.is_some_and(|schema| at == At::OpenList || keeps(schema));
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            if at == At::Root && matches!(name.as_str(), "apiVersion" | "kind") {
                return true;
            }
            let inner = join(path, name);
            match schema.and_then(|schema| below(schema, name)) {
                Some(schema) => prune(value, Some(schema), &inner, At::Field, unknown),
                None if open => {}
                // Of values that may be anything only what has no fields is known.
                None if schema.and_then(|schema| schema.get("additionalProperties")).is_some() => {
                    prune(value, None, &inner, At::Field, unknown);
                }
                None => {
                    unknown.push(inner);
                    return false;
                }
            }
            true
        }),
        Value::Array(items) => {
            let schema = schema.and_then(|schema| schema.get("items"));
            if open && schema.is_none() {
                return;
            }
            let within = if open { At::OpenList } else { At::Field };
            for (at, item) in items.iter_mut().enumerate() {
                prune(item, schema, &format!("{path}[{at}]"), within, unknown);
            }
        }
        _ => {}
    }
}

/// A null that may not be one, and has no default, counts as not said.
fn drop_nulls(value: &mut Value, schema: Option<&Value>) {
    match value {
        Value::Object(fields) => fields.retain(|name, value| {
            let schema = schema.and_then(|schema| below(schema, name));
            let stays = |schema: &Value| flag(schema, "nullable") || schema.get("default").is_some();
            if value.is_null() && !schema.is_none_or(stays) {
                return false;
            }
            drop_nulls(value, schema);
            true
        }),
        Value::Array(items) => {
            let schema = schema.and_then(|schema| schema.get("items"));
            items.iter_mut().for_each(|item| drop_nulls(item, schema));
        }
        _ => {}
    }
}

/// Puts the defaults in, from the outside inwards.
pub(super) fn fill(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, schema) in properties.into_iter().flatten() {
                if let Some(default) = schema.get("default").filter(|_| !fields.contains_key(name)) {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in fields.iter_mut() {
                if let Some(schema) = below(schema, name) {
                    let missing = value.is_null() && !flag(schema, "nullable");
                    if let Some(default) = schema.get("default").filter(|_| missing) {
                        *value = default.clone();
                    }
                    fill(value, schema);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(item, schema));
            }
        }
        _ => {}
    }
}

/// Whether [`fill`] would change a value.
pub(super) fn lacks(value: &Value, schema: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let mut properties = properties.into_iter().flatten();
            let missing =
                |name: &String, schema: &Value| schema.get("default").is_some() && !fields.contains_key(name);
            properties.any(|(name, schema)| missing(name, schema))
                || fields.iter().any(|(name, value)| {
                    below(schema, name).is_some_and(|schema| {
                        let nothing = value.is_null() && !flag(schema, "nullable");
                        nothing && schema.get("default").is_some() || lacks(value, schema)
                    })
                })
        }
        Value::Array(items) => {
            schema.get("items").is_some_and(|schema| items.iter().any(|item| lacks(item, schema)))
        }
        _ => false,
    }
}

/// Go writes a whole number without a point, however it came.
fn whole(value: &mut Value) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        // What no int64 holds is a float64 to Go.
        Value::Number(number) if number.is_u64() && !number.is_i64() => {
            let float = number.as_f64().and_then(serde_json::Number::from_f64);
            *value = float.map_or(Value::Null, Value::Number);
        }
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            if float.fract() == 0.0 && float.abs() < EXACT {
                #[allow(clippy::cast_possible_truncation, reason = "whole, and small enough")]
                let whole = float as i64;
                *value = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(fields) => fields.values_mut().for_each(whole),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{fill, lacks};

    #[test]
    fn what_lacks_a_default_is_what_filling_changes() {
        let item = json!({"type": "object", "properties": {"d": {"default": 1}, "n": {"default": 2, "nullable": true}}});
        let schema = json!({"properties": {
            "one": item, "list": {"items": item}, "map": {"additionalProperties": item}, "own": {"default": {}, "properties": {"d": {"default": 3}}},
        }});
        let mut changed = 0;
        for one in [
            json!({"d": 1, "n": 2}),
            json!({"d": null, "n": 2}),
            json!({"d": 0, "n": null}),
            json!({"n": 2}),
            json!("x"),
        ] {
            for own in [json!({"d": 3}), json!({}), json!(null)] {
                for object in [
                    json!({"one": one, "own": own}),
                    json!({"list": [one], "own": own}),
                    json!({"map": {"k": one}, "own": own}),
                    json!({"one": one}),
                ] {
                    let mut filled = object.clone();
                    fill(&mut filled, &schema);
                    assert_eq!(lacks(&object, &schema), filled != object, "{object}");
                    assert!(!lacks(&filled, &schema), "{filled}");
                    changed += usize::from(filled != object);
                }
            }
        }
        assert!((30..58).contains(&changed), "{changed}");
    }
}
