//! Lists that are sets or maps.
//!
//! Source: `listtype` in `k8s.io/apiextensions-apiserver/pkg/apiserver/schema`.

use serde_json::Value;

use super::below;
use crate::object::join;
use crate::validate::Fault;

/// Sets and maps hold each item once.
pub(super) fn check(found: &Value, schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    match found {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let named = schema.get("properties").is_some_and(|all| all.get(name).is_some());
                if let Some(schema) = below(schema, name) {
                    let path = if named { join(path, name) } else { format!("{path}[{name}]") };
                    check(inner, schema, &path, faults);
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
                    check(item, schema, &format!("{path}[{at}]"), faults);
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
