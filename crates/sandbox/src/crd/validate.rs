//! Whether a custom object is as its schema says, in the server's words.
//!
//! Source: `validate` of kube-openapi, and `validation` and `listtype` in `k8s.io/apiextensions-apiserver/pkg/apiserver`.

use serde_json::{Map, Value};

use super::{Custom, below, flag};
use crate::object::{join, meta, quote, text};
use crate::registry::Kind;
use crate::validate::Fault;

/// What is wrong with an object; its metadata are looked at elsewhere.
pub(crate) fn validate(kind: &Kind, custom: &Custom, object: &Value) -> Vec<Fault> {
    let said = text(object, "/kind");
    if said != kind.kind {
        return vec![Fault::invalid("kind", said, format!("must be {}", kind.kind))];
    }
    let (said, own) = (text(object, "/apiVersion"), kind.api_version());
    if said != own {
        return vec![Fault::invalid("apiVersion", said, format!("must be {own}"))];
    }
    let mut faults = Vec::new();
    value(object, &custom.schema, "", &mut faults);
    lists(object, &custom.schema, "", &mut faults);
    faults
}

/// What is wrong with an object's status, which is written alone: its paths begin there, but for those of the causes.
pub(crate) fn validate_status(custom: &Custom, object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let (Some(status), Some(schema)) = (object.get("status"), below(&custom.schema, "status")) {
        value(status, schema, "", &mut faults);
        lists(status, schema, "", &mut faults);
    }
    for fault in faults.iter_mut().filter(|fault| !fault.field.is_empty()) {
        fault.field = format!("status.{}", fault.field);
    }
    faults
}

/// What is wrong with a definition: only its name is judged.
pub(crate) fn definition(object: &Value) -> Vec<Fault> {
    let name = meta(object, "name");
    let wanted = format!("{}.{}", text(object, "/spec/names/plural"), text(object, "/spec/group"));
    if name == wanted {
        return Vec::new();
    }
    vec![Fault::invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group")]
}

/// A bound that a schema sets on how many there may be.
fn count(schema: &Value, name: &str) -> Option<usize> {
    schema.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
}

fn value(found: &Value, schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    kind(found, schema, path, faults);
    let mut invalid = |shown: String, why: String| {
        faults.push(Fault::invalid_value(path, shown, format!("{path} in body should {why}")));
    };
    match found {
        Value::Number(own) => {
            let float = own.as_f64().unwrap_or_default();
            for (bound, exclusive, word, beyond) in [
                ("maximum", "exclusiveMaximum", "less", f64::gt as fn(&f64, &f64) -> bool),
                ("minimum", "exclusiveMinimum", "greater", f64::lt),
            ] {
                let Some(bound) = schema.get(bound).and_then(Value::as_f64) else { continue };
                let exclusive = flag(schema, exclusive);
                if beyond(&float, &bound) || exclusive && float == bound {
                    let or = if exclusive { "" } else { " or equal to" };
                    invalid(go(own), format!("be {word} than{or} {bound}"));
                }
            }
        }
        Value::String(text) => {
            let length = text.chars().count();
            if let Some(least) = count(schema, "minLength").filter(|&least| length < least) {
                invalid(quote(text), format!("be at least {least} chars long"));
            }
            if let Some(most) = count(schema, "maxLength").filter(|&most| length > most) {
                faults.push(Fault::too_long(path, most));
            }
        }
        Value::Array(items) => {
            if let Some(least) = count(schema, "minItems").filter(|&least| items.len() < least) {
                invalid(items.len().to_string(), format!("have at least {least} items"));
            }
            if let Some(most) = count(schema, "maxItems").filter(|&most| items.len() > most) {
                faults.push(Fault::too_many(path, items.len(), most));
            }
            if let Some(schema) = schema.get("items") {
                for (at, item) in items.iter().enumerate() {
                    value(item, schema, &format!("{path}[{at}]"), faults);
                }
            }
        }
        Value::Object(fields) => object(fields, schema, path, faults),
        Value::Null | Value::Bool(_) => {}
    }
    let allowed = schema.get("enum").and_then(Value::as_array);
    if let Some(allowed) = allowed.filter(|allowed| !allowed.contains(found)) {
        let shown: Vec<String> = allowed
            .iter()
            .map(|one| one.as_str().map_or_else(|| one.to_string(), ToOwned::to_owned))
            .collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        faults.push(Fault::not_supported(path, &found.to_string(), &shown));
    }
}

fn object(fields: &Map<String, Value>, schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    if let Some(least) = count(schema, "minProperties").filter(|&least| fields.len() < least) {
        let why = format!("{path} in body should have at least {least} properties");
        faults.push(Fault::invalid_value(path, fields.len().to_string(), why));
    }
    if let Some(most) = count(schema, "maxProperties").filter(|&most| fields.len() > most) {
        faults.push(Fault::too_many(path, fields.len(), most));
    }
    for (name, inner) in fields {
        if let Some(schema) = below(schema, name).filter(|_| !(path.is_empty() && name == "metadata")) {
            value(inner, schema, &join(path, name), faults);
        }
    }
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            faults.push(Fault::required(&join(path, name), ""));
        }
    }
}

/// Whether a value is of its type.
fn kind(found: &Value, schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    let either = flag(schema, "x-kubernetes-int-or-string");
    let wanted = if either {
        "integer,string"
    } else {
        schema.get("type").and_then(Value::as_str).unwrap_or_default()
    };
    let is = match found {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = wanted.is_empty()
        || wanted.split(',').any(|one| one == is)
        || wanted == "number" && is == "integer"
        || is == "null" && flag(schema, "nullable");
    if !fits {
        let why = format!("{path} in body must be of type {wanted}: \"{is}\"");
        faults.push(Fault::type_invalid(path, is, why));
    }
    if wanted == "integer" {
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        let beyond = found.as_i64().is_some_and(|number| format == "int32" && i32::try_from(number).is_err());
        let what = match is {
            "integer" if beyond => "with format int32".to_owned(),
            "number" if format.is_empty() => "(default format)".to_owned(),
            "number" => format!("with format {format}"),
            _ => return,
        };
        let why = format!("Checked value must be of type integer {what} in {path}");
        faults.push(Fault::invalid("", "", why));
    }
}

/// A number as Go writes it.
fn go(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.split_once('e') {
        Some((digits, power)) if !power.starts_with(['-', '+']) => format!("{digits}e+{power}"),
        _ => text,
    }
}

/// Sets and maps hold each item once.
fn lists(found: &Value, schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    match found {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let named = schema.get("properties").is_some_and(|all| all.get(name).is_some());
                if let Some(schema) = below(schema, name) {
                    let path = if named { join(path, name) } else { format!("{path}[{name}]") };
                    lists(inner, schema, &path, faults);
                }
            }
        }
        Value::Array(items) => {
            match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
                Some("set") => once(items.iter().map(|item| Some(item.clone())), path, faults),
                Some("map") => keyed(items, schema, path, faults),
                _ => {}
            }
            if let Some(schema) = schema.get("items") {
                for (at, item) in items.iter().enumerate() {
                    lists(item, schema, &format!("{path}[{at}]"), faults);
                }
            }
        }
        _ => {}
    }
}

/// The second of equal items is told, and no further one.
fn once(items: impl Iterator<Item = Option<Value>>, path: &str, faults: &mut Vec<Fault>) {
    let mut seen: Vec<(Value, usize)> = Vec::new();
    for (at, item) in items.enumerate() {
        let Some(item) = item else { continue };
        match seen.iter_mut().find(|(one, _)| *one == item) {
            Some((_, times)) => {
                *times += 1;
                if *times == 2 {
                    faults.push(Fault::duplicate(&format!("{path}[{at}]"), &item.to_string()));
                }
            }
            None => seen.push((item, 1)),
        }
    }
}

fn keyed(items: &[Value], schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    let odd = items.iter().enumerate().find(|(_, item)| !item.is_object() && !item.is_null());
    if let Some((at, item)) = odd {
        let why = "must be an object for an array of list-type map";
        faults.push(Fault::invalid_value(&format!("{path}[{at}]"), item.to_string(), why));
        return;
    }
    let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    let keys: Vec<&str> = keys.into_iter().flatten().filter_map(Value::as_str).collect();
    let key_of = |item: &Value| {
        let fields = item.as_object()?;
        let own = keys.iter().filter_map(|&key| Some((key.to_owned(), fields.get(key)?.clone())));
        Some(Value::Object(own.collect()))
    };
    once(items.iter().map(key_of), path, faults);
}
