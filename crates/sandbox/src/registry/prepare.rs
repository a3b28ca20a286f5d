//! What a kind makes of an object before it is judged: defaults and conversions, by hand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::Kind;
use crate::object::{meta, meta_mut};

/// What decoding makes of an object: whoever sends it owns this too.
pub(crate) fn default(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") => secret(object),
        ("", "Namespace") => label(object),
        _ => {}
    }
}

/// Prepares an object that is to be stored. Nobody owns what comes in here.
pub(crate) fn prepare(kind: &Kind, object: &mut Value) {
    default(kind, object);
    if (kind.group.as_str(), kind.kind.as_str()) == ("", "Namespace") {
        namespace(object);
    }
}

/// What came as text is data, and there is a type.
fn secret(object: &mut Value) {
    let Some(fields) = object.as_object_mut() else { return };
    if let Some(Value::Object(texts)) = fields.remove("stringData") {
        let data = fields.entry("data").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(data) = data {
            for (key, value) in texts {
                data.insert(key, STANDARD.encode(value.as_str().unwrap_or_default()).into());
            }
        }
    }
    fields.entry("type").or_insert_with(|| "Opaque".into());
}

/// A namespace has its name as a label.
fn label(object: &mut Value) {
    let name = meta(object, "name").to_owned();
    if let Some(metadata) = meta_mut(object) {
        let labels = metadata.entry("labels").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(labels) = labels {
            labels.insert("kubernetes.io/metadata.name".into(), name.into());
        }
    }
}

/// A namespace has its finalizer, and a phase.
fn namespace(object: &mut Value) {
    let Some(fields) = object.as_object_mut() else { return };
    for (part, field, value) in
        [("spec", "finalizers", json!(["kubernetes"])), ("status", "phase", json!("Active"))]
    {
        let part = fields.entry(part).or_insert_with(|| json!({}));
        if let Value::Object(part) = part {
            part.entry(field).or_insert(value);
        }
    }
}
