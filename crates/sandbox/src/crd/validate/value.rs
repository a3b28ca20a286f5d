//! One value beside its schema.

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::outcome::Outcome;
use super::pattern::pattern;
use super::{below, flag, format, logic, number};
use crate::object::{join, quote};
use crate::validate::Fault;

pub(super) fn check(found: &Value, schema: &Value, path: &str) -> Outcome {
    let mut all = Outcome::default();
    if found.is_null() {
        all.merge(kind(found, schema, path));
        all.merge(allowed(found, schema, path));
        return all;
    }
    let format = format_of(schema);
    if !types(schema).is_empty() || !format.is_empty() {
        all.count(kind(found, schema, path));
    }
    all.count(logic::check(found, schema, path));
    match found {
        Value::String(own) => {
            all.count(text(own, schema, path));
            if !format.is_empty() {
                all.count(formed(own, format, path));
            }
        }
        Value::Number(own) => all.count(number::check(own, schema, path)),
        Value::Array(own) => all.count(items(own, schema, path)),
        _ => {}
    }
    all.count(allowed(found, schema, path));
    if let Value::Object(own) = found {
        all.count(object(own, schema, path));
    }
    all.passed += 1;
    all
}

/// The types that a schema allows.
pub(super) fn types(schema: &Value) -> &[&str] {
    if flag(schema, "x-kubernetes-int-or-string") {
        return &["integer", "string"];
    }
    match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        "object" => &["object"],
        "array" => &["array"],
        "integer" => &["integer"],
        "number" => &["number"],
        "boolean" => &["boolean"],
        "string" => &["string"],
        _ => &[],
    }
}

/// The format of a schema, if its type has one of this name; others say nothing.
pub(super) fn format_of(schema: &Value) -> &str {
    let own = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let known = match types(schema) {
        ["integer"] => matches!(own, "int32" | "int64"),
        ["number"] => matches!(own, "float" | "double"),
        [] | ["string"] | ["integer", "string"] => format::is_named(own),
        _ => false,
    };
    if known { own } else { "" }
}

/// Whether the format of a schema says something of its type, if it has one.
pub(in super::super) fn is_recognized(schema: &Value) -> bool {
    schema.get("format").is_none_or(|own| own == "") || !format_of(schema).is_empty()
}

/// A bound that a schema sets on how many there may be.
fn bound(schema: &Value, name: &str) -> Option<usize> {
    schema.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
}

/// Whether a value is of its type. A format has a say in it, and stands in for the type where one is told.
fn kind(found: &Value, schema: &Value, path: &str) -> Outcome {
    let (types, format) = (types(schema), format_of(schema));
    let invalid = |wanted: &str, is: &str| {
        let why = format!("{path} in body must be of type {wanted}: \"{is}\"");
        Outcome::of(Fault::type_invalid(path, is, why))
    };
    let fine = Outcome { passed: 1, ..Outcome::default() };
    let (is, own_format) = match found {
        Value::Null if types.is_empty() || flag(schema, "nullable") => return fine,
        Value::Null => return invalid(&types.join(","), "null"),
        Value::Bool(_) => ("boolean", ""),
        Value::Number(number) if number.is_i64() => ("integer", "int64"),
        Value::Number(_) => ("number", "float64"),
        Value::String(_) => ("string", ""),
        Value::Array(_) => ("array", ""),
        Value::Object(_) => ("object", ""),
    };
    let fits = types.contains(&is) || is == "integer" && types.contains(&"number");
    let listed = found.is_string() || found.is_array();
    if !listed && !format.is_empty() && !fits && own_format != format {
        return invalid(format, own_format);
    }
    let of_text = !types.contains(&"number") && !types.contains(&"integer");
    if fits || listed && of_text && !format.is_empty() { fine } else { invalid(&types.join(","), is) }
}

/// The first fault of a text is told.
fn text(own: &str, schema: &Value, path: &str) -> Outcome {
    let length = own.chars().count();
    let invalid =
        |why: String| Outcome::of(Fault::invalid(path, own, format!("{path} in body should {why}")));
    if let Some(most) = bound(schema, "maxLength").filter(|&most| length > most) {
        return Outcome::of(Fault::too_long(path, most));
    }
    if let Some(least) = bound(schema, "minLength").filter(|&least| length < least) {
        return invalid(format!("be at least {least} chars long"));
    }
    let matches = |regex: &Result<Regex, _>| regex.as_ref().is_ok_and(|regex| regex.is_match(own));
    match pattern(schema).filter(|regex| !matches(regex)) {
        Some(_) => {
            invalid(format!("match '{}'", schema.get("pattern").and_then(Value::as_str).unwrap_or_default()))
        }
        None => Outcome::default(),
    }
}

fn formed(own: &str, format: &str, path: &str) -> Outcome {
    if format::is_formed(own, format) {
        return Outcome::default();
    }
    let why = format!("{path} in body must be of type {format}: {}", quote(own));
    Outcome::of(Fault::type_invalid(path, own, why))
}

fn items(own: &[Value], schema: &Value, path: &str) -> Outcome {
    let mut all = Outcome::default();
    if let Some(schema) = schema.get("items") {
        for (at, item) in own.iter().enumerate() {
            all.merge(check(item, schema, &format!("{path}[{at}]")));
        }
    }
    if let Some(least) = bound(schema, "minItems").filter(|&least| own.len() < least) {
        let why = format!("{path} in body should have at least {least} items");
        all.add(Fault::invalid_value(path, own.len().to_string(), why));
    }
    if let Some(most) = bound(schema, "maxItems").filter(|&most| own.len() > most) {
        all.add(Fault::too_many(path, own.len(), most));
    }
    all.passed += 1;
    all
}

fn object(fields: &Map<String, Value>, schema: &Value, path: &str) -> Outcome {
    let mut all = Outcome::default();
    if let Some(least) = bound(schema, "minProperties").filter(|&least| fields.len() < least) {
        let why = format!("{path} in body should have at least {least} properties");
        all.add(Fault::invalid_value(path, fields.len().to_string(), why));
    }
    if let Some(most) = bound(schema, "maxProperties").filter(|&most| fields.len() > most) {
        all.add(Fault::too_many(path, fields.len(), most));
    }
    for (name, inner) in fields {
        if let Some(schema) = below(schema, name) {
            all.merge(check(inner, schema, &join(path, name)));
        }
    }
    let required = schema.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            all.add(Fault::required(&join(path, name), ""));
        }
    }
    all
}

/// Whether a value is one of those that are listed. Null is none, even if it is.
fn allowed(found: &Value, schema: &Value, path: &str) -> Outcome {
    let is = |one: &&Value| match (one, found) {
        (Value::Number(one), Value::Number(found)) => one.as_f64() == found.as_f64(),
        (one, found) => *one == found && !found.is_null(),
    };
    let allowed = schema.get("enum").and_then(Value::as_array);
    let Some(allowed) = allowed.filter(|allowed| !allowed.is_empty() && !allowed.iter().any(|one| is(&one)))
    else {
        return Outcome::default();
    };
    let shown = allowed.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), ToOwned::to_owned));
    let shown: Vec<String> = shown.collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    Outcome::of(Fault::not_supported(path, &found.to_string(), &shown))
}
