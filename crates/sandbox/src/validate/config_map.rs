//! ConfigMaps.
//!
//! Source: `ValidateConfigMap` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use serde_json::Value;

use super::fault::Fault;
use super::names;

/// A ConfigMap's or Secret's data together, in bytes.
pub(super) const DATA: usize = 1024 * 1024;

pub(super) fn create(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut size = 0;
    for (key, value) in entries(object, "data") {
        faults.extend(key_faults("data", key));
        if entries(object, "binaryData").any(|(other, _)| other == key) {
            let why = "duplicate of key present in binaryData";
            faults.push(Fault::invalid(&format!("data[{key}]"), key, why));
        }
        size += value.len();
    }
    for (key, value) in entries(object, "binaryData") {
        faults.extend(key_faults("binaryData", key));
        size += decoded_length(value);
    }
    if size > DATA {
        faults.push(Fault::too_long("[]", DATA));
    }
    faults
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    frozen(object, old, &["data", "binaryData"])
}

const WHY: &str = "field is immutable when `immutable` is set";

fn is_set(object: &Value) -> bool {
    object.get("immutable").and_then(Value::as_bool) == Some(true)
}

/// To the server an empty map is not none, where it may not change.
pub(crate) fn frozen_empty(old: &Value, hollow: Option<&str>) -> Option<Fault> {
    let new = hollow.filter(|field| is_set(old) && old.get(*field).is_none())?;
    Some(Fault::forbidden(new, WHY))
}

/// What may not change once `immutable` is set.
pub(super) fn frozen(object: &Value, old: &Value, fields: &[&str]) -> Vec<Fault> {
    if !is_set(old) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    if !is_set(object) {
        faults.push(Fault::forbidden("immutable", WHY));
    }
    let changed = fields.iter().filter(|&&field| object.get(field) != old.get(field));
    faults.extend(changed.map(|field| Fault::forbidden(field, WHY)));
    faults
}

pub(super) fn key_faults(field: &str, key: &str) -> impl Iterator<Item = Fault> {
    let path = format!("{field}[{key}]");
    names::config_key(key).into_iter().map(move |why| Fault::invalid(&path, key, why))
}

/// The pairs of a map of texts.
pub(super) fn entries<'v>(object: &'v Value, field: &str) -> impl Iterator<Item = (&'v String, &'v str)> {
    let map = object.get(field).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key, value.as_str().unwrap_or_default()))
}

/// Of base64.
pub(super) fn decoded_length(text: &str) -> usize {
    let padding = text.bytes().rev().take_while(|&byte| byte == b'=').count();
    (text.len() / 4 * 3).saturating_sub(padding)
}
