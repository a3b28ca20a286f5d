//! What is in a value: the set of its fields, the value without some of them, and what is wrong with it.
//!
//! Source: `toFieldSetWalker`, `removingWalker` and `validatingObjectWalker` in `sigs.k8s.io/structured-merge-diff/typed`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::compare::{fields, items};
use super::element::Element;
use super::schema::Type;
use super::set::{Node, Set};
use crate::object::quote;

/// The set of a value's fields.
pub(crate) fn field_set(kind: Type<'_>, value: &Value) -> Set {
    let mut set = Set::default();
    collect(kind, value, &mut Vec::new(), &mut set);
    set
}

fn collect(kind: Type<'_>, value: &Value, path: &mut Vec<Element>, set: &mut Set) {
    match kind.by(Some(value), None) {
        Type::List(list) if !list.is_atomic() => {
            let elements: Vec<_> =
                items(Some(value)).iter().map(|item| (list.element_of(item), item)).collect();
            for (element, item) in &elements {
                let Ok(element) = element else { continue };
                let same = elements.iter().filter(|(other, _)| other.as_ref() == Ok(element));
                path.push(element.clone());
                if same.count() == 1 {
                    collect(list.element(), item, path, set);
                }
                set.insert(path);
                path.pop();
            }
        }
        Type::Map(map) if !map.atomic => {
            for (name, value) in fields(Some(value)).into_iter().flatten() {
                let Some((kind, named)) = map.field(name) else { continue };
                path.push(Element::field(name));
                collect(kind, value, path, set);
                let bare = value.is_null() || value.as_object().is_some_and(Map::is_empty);
                if bare || !named {
                    set.insert(path);
                }
                path.pop();
            }
        }
        _ => set.insert(path),
    }
}

/// The value without these fields. What is then empty is `null`.
pub(crate) fn without(kind: Type<'_>, value: &Value, gone: &Set) -> Value {
    match kind.by(Some(value), None) {
        Type::List(list) => {
            if list.is_atomic() {
                return Value::Null;
            }
            let mut kept = Vec::new();
            for item in items(Some(value)) {
                let Ok(element) = list.element_of(item) else { continue };
                if !gone.has(&element) {
                    kept.push(match gone.below(&element) {
                        Some(below) => without(list.element(), item, below),
                        None => item.clone(),
                    });
                }
            }
            Some(kept).filter(|kept| !kept.is_empty()).map_or(Value::Null, Value::Array)
        }
        Type::Map(map) => {
            if map.atomic {
                return Value::Null;
            }
            let mut kept = Map::new();
            for (name, value) in fields(Some(value)).into_iter().flatten() {
                let element = Element::field(name);
                if !gone.has(&element) {
                    let below = gone.below(&element).zip(map.field(name));
                    let value = match below {
                        Some((below, (kind, _))) => without(kind, value, below),
                        None => value.clone(),
                    };
                    kept.insert(name.clone(), value);
                }
            }
            Some(kept).filter(|kept| !kept.is_empty()).map_or(Value::Null, Value::Object)
        }
        _ => value.clone(),
    }
}

/// The set with the named fields that lead to what is in it: `.spec.a` brings `.spec`, where `spec` is a field of a struct.
pub(crate) fn with_named(kind: Type<'_>, set: &Set) -> Set {
    let nodes = set.0.iter().map(|(element, node)| {
        let (inner, named) = match (kind, element) {
            (Type::Map(map), Element::Field(name)) => {
                map.field(name).map_or((None, false), |(k, n)| (Some(k), n))
            }
            (Type::List(list), _) => (Some(list.element()), false),
            _ => (None, false),
        };
        let below = match inner {
            Some(inner) => with_named(inner, &node.below),
            None => node.below.clone(),
        };
        let member = node.member || named && !node.below.is_empty();
        (element.clone(), Node { member, below })
    });
    Set(nodes.collect())
}

/// What is wrong with a value that someone applies, as `PATH: WHY`.
pub(crate) fn faults(kind: Type<'_>, value: &Value, path: &str) -> Vec<String> {
    let wrong = |what: &str| {
        let before = if path.is_empty() { String::new() } else { format!("{path}: ") };
        vec![format!("{before}{what}")]
    };
    match (kind.by(Some(value), None), value) {
        (_, Value::Null) => Vec::new(),
        (Type::Text, Value::String(_)) | (Type::Number, Value::Number(_)) | (Type::Flag, Value::Bool(_)) => {
            Vec::new()
        }
        (Type::Text, other) => {
            wrong(&format!("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(other)))
        }
        (Type::Number, other) => wrong(&format!("expected numeric (int or float), got {}", go_type(other))),
        (Type::Flag, other) => wrong(&format!("expected boolean, got &{{{}}}", go_plain(other))),
        (Type::Scalar, Value::Array(_) | Value::Object(_)) => {
            wrong(&format!("expected any scalar, got &{{{}}}", go_plain(value)))
        }
        (Type::Scalar | Type::Any(_), _) => Vec::new(),
        (Type::List(list), Value::Array(items)) => {
            let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
            for (index, item) in items.iter().enumerate() {
                let element = match list.is_atomic() {
                    true => Element::Index(i64::try_from(index).unwrap_or(i64::MAX)),
                    false => match list.element_of(item) {
                        Ok(element) => element,
                        Err(why) => {
                            out.extend(wrong(&format!("element {index}: {why}")));
                            return out;
                        }
                    },
                };
                if !seen.insert(element.clone()) {
                    out.extend(wrong(&format!("duplicate entries for key {element}")));
                }
                out.extend(faults(list.element(), item, &format!("{path}{element}")));
            }
            out
        }
        (Type::List(_), other) => wrong(&format!("expected list, got &{{{}}}", go_plain(other))),
        (Type::Map(map), Value::Object(fields)) => {
            let mut out = Vec::new();
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                match map.field(name) {
                    Some((kind, _)) => out.extend(faults(kind, value, &path)),
                    None => {
                        out.push(format!("{path}: field not declared in schema"));
                        return out;
                    }
                }
            }
            out
        }
        (Type::Map(_), other) => wrong(&format!("expected map, got &{{{}}}", go_plain(other))),
    }
}

/// A value as Go shows it, and its type.
pub(crate) fn in_go(value: &Value) -> (String, &'static str) {
    (go_plain(value), go_type(value))
}

/// Go's `%T`.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// Go's `%v`.
fn go_plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(go_plain).collect::<Vec<_>>().join(" "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name}:{}", go_plain(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        other => other.to_string(),
    }
}

/// Go's `%#v`.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::String(text) => quote(text),
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{}:{}", quote(name), go_syntax(value))).collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}
