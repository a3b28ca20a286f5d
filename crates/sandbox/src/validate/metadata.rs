//! Names, labels, annotations, owners, finalizers.
//!
//! Source: `k8s.io/apimachinery/pkg/api/validation/objectmeta.go`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fault::Fault;
use super::names;
use crate::object::{meta, quote};
use crate::registry::Kind;

const ANNOTATIONS: usize = 256 * 1024;
/// Finalizers that need no domain.
const STANDARD: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];

pub(super) fn create(kind: &Kind, object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let rule = kind.strategy.name;
    let prefix = meta(object, "generateName");
    if !prefix.is_empty() {
        let whys = names::name(rule, prefix, true);
        faults.extend(whys.into_iter().map(|why| Fault::invalid("metadata.generateName", prefix, why)));
    }
    let name = meta(object, "name");
    if name.is_empty() {
        faults.push(Fault::required("metadata.name", "name or generateName is required"));
    } else {
        let whys = names::name(rule, name, false);
        faults.extend(whys.into_iter().map(|why| Fault::invalid("metadata.name", name, why)));
    }
    let namespace = meta(object, "namespace");
    if kind.namespaced {
        let whys = names::name(crate::registry::NameRule::Label, namespace, false);
        faults.extend(whys.into_iter().map(|why| Fault::invalid("metadata.namespace", namespace, why)));
    }
    faults.extend(generation(object));
    faults.extend(common(object));
    faults.extend(finalizers(object));
    if kind.custom.is_none() {
        faults.extend(own_finalizers(object));
    }
    faults
}

pub(super) fn update(kind: &Kind, object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !meta(old, "deletionTimestamp").is_empty() {
        faults.extend(new_finalizers(object, old));
    }
    faults.extend(generation(object));
    for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"] {
        faults.extend(immutable(object, old, field));
    }
    faults.extend(common(object));
    // Of custom objects a finalizer without a domain is only warned of.
    faults.extend(if kind.custom.is_some() { finalizers(object) } else { own_finalizers(object) });
    faults
}

/// What is told of the new finalizers of a custom object.
pub(super) fn warned_finalizers(object: &Value, old: Option<&Value>) -> Vec<String> {
    let before: BTreeSet<&str> = old.into_iter().flat_map(finalizer_texts).collect();
    let new: BTreeSet<&str> = finalizer_texts(object).filter(|one| !before.contains(one)).collect();
    let plain = new.into_iter().filter(|one| !one.contains('/') && !STANDARD.contains(one));
    let told = |one: &str| {
        let path = if one.contains('.') { " including a path (/)" } else { "" };
        let advice = format!(
            "prefer a domain-qualified finalizer name{path} to avoid accidental conflicts with other finalizer writers"
        );
        format!("metadata.finalizers: {}: {advice}", quote(one))
    };
    plain.map(told).collect()
}

/// Labels, annotations, owners.
fn common(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (key, value) in texts(object, "labels") {
        let whys = names::label_key(key);
        faults.extend(whys.into_iter().map(|why| Fault::invalid("metadata.labels", key, why)));
        let whys = names::label_value(value);
        faults.extend(whys.into_iter().map(|why| Fault::invalid("metadata.labels", value, why)));
    }
    let mut size = 0;
    for (key, value) in texts(object, "annotations") {
        size += key.len() + value.len();
        let whys = names::label_key(&key.to_lowercase());
        faults.extend(whys.into_iter().map(|why| Fault::invalid("metadata.annotations", key, why)));
    }
    if size > ANNOTATIONS {
        faults.push(Fault::too_long("metadata.annotations", ANNOTATIONS));
    }
    for (index, owner) in list(object, "ownerReferences").enumerate() {
        faults.extend(self::owner(owner, &format!("metadata.ownerReferences[{index}]")));
    }
    faults
}

fn owner(owner: &Value, path: &str) -> Vec<Fault> {
    let text = |field: &str| owner.get(field).and_then(Value::as_str).unwrap_or_default();
    let mut faults = Vec::new();
    for field in ["apiVersion", "kind", "name", "uid"] {
        if text(field).is_empty() {
            faults.push(Fault::required(&format!("{path}.{field}"), "must not be empty"));
        }
    }
    faults
}

fn generation(object: &Value) -> Option<Fault> {
    let number = object.get("metadata")?.get("generation")?.as_i64()?;
    let why = "must be greater than or equal to 0";
    (number < 0).then(|| Fault::invalid_value("metadata.generation", number.to_string(), why))
}

fn finalizers(object: &Value) -> Vec<Fault> {
    const FIELD: &str = "metadata.finalizers";
    let mut faults = Vec::new();
    for finalizer in finalizer_texts(object) {
        let whys = names::label_key(finalizer);
        faults.extend(whys.into_iter().map(|why| Fault::invalid(FIELD, finalizer, why)));
    }
    let has = |name| finalizer_texts(object).any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let value = Value::from_iter(finalizer_texts(object)).to_string();
        let why = "finalizer orphan and foregroundDeletion cannot be both set";
        faults.push(Fault::invalid_value(FIELD, value, why));
    }
    faults
}

/// Kubernetes' own rule on top of apimachinery's.
fn own_finalizers(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, finalizer) in finalizer_texts(object).enumerate() {
        if !finalizer.contains('/') && !STANDARD.contains(&finalizer) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            faults.push(Fault::invalid(&format!("metadata.finalizers[{index}]"), finalizer, why));
        }
    }
    faults
}

fn new_finalizers(object: &Value, old: &Value) -> Option<Fault> {
    let there: BTreeSet<&str> = finalizer_texts(old).collect();
    let new: BTreeSet<&str> = finalizer_texts(object).filter(|one| !there.contains(one)).collect();
    if new.is_empty() {
        return None;
    }
    let quoted: Vec<_> = new.into_iter().map(quote).collect();
    let why = "no new finalizers can be added if the object is being deleted, found new finalizers []string";
    Some(Fault::forbidden("metadata.finalizers", &format!("{why}{{{}}}", quoted.join(", "))))
}

fn immutable(object: &Value, old: &Value, field: &str) -> Option<Fault> {
    let (new, old) = (meta(object, field), meta(old, field));
    let path = format!("metadata.{field}");
    (new != old).then(|| Fault::invalid(&path, new, "field is immutable"))
}

/// The pairs of a map in the metadata.
fn texts<'v>(object: &'v Value, field: &str) -> impl Iterator<Item = (&'v str, &'v str)> {
    let map: Option<&Map<String, Value>> =
        object.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

fn list<'v>(object: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    let list = object.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn finalizer_texts(object: &Value) -> impl Iterator<Item = &str> {
    list(object, "finalizers").filter_map(Value::as_str)
}
