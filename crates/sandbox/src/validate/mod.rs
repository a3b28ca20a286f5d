//! What may be stored: rules in the words of `k8s.io/apimachinery/pkg/util/validation`.

mod config_map;
mod fault;
mod metadata;
mod names;
mod secret;

use serde_json::Value;

pub(crate) use fault::Fault;
pub(crate) use names::{label_key, label_value};

use crate::registry::Kind;

/// What is wrong with a new object.
pub(crate) fn create(kind: &Kind, object: &Value) -> Vec<Fault> {
    let mut faults = metadata::create(kind, object);
    faults.extend(own(kind, object));
    faults
}

/// What is wrong with an object that takes another's place.
pub(crate) fn update(kind: &Kind, object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = metadata::update(object, old);
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "ConfigMap") => faults.extend(config_map::update(object, old)),
        ("", "Secret") => faults.extend(secret::update(object, old)),
        _ => return faults,
    }
    // These two look at the whole again.
    faults.extend(create(kind, object));
    dedup(faults)
}

fn own(kind: &Kind, object: &Value) -> Vec<Fault> {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "ConfigMap") => config_map::create(object),
        ("", "Secret") => secret::create(object),
        _ => Vec::new(),
    }
}

/// What is said twice of one field is written once.
fn dedup(faults: Vec<Fault>) -> Vec<Fault> {
    let mut kept: Vec<Fault> = Vec::new();
    for fault in faults {
        if !kept.contains(&fault) {
            kept.push(fault);
        }
    }
    kept
}
