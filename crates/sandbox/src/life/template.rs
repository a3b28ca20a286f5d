//! From a workload's template to a pod.

use serde_json::{Value, json};

use super::hands::Hands;
use crate::hash::fnv;
use crate::object::{holds, meta, put, set_meta, text};
use crate::store::Stored;

/// Who controls it.
pub(super) fn owner(object: &Value, api_version: &str, kind: &str) -> Value {
    json!([{
        "apiVersion": api_version, "kind": kind, "name": meta(object, "name"), "uid": meta(object, "uid"),
        "controller": true, "blockOwnerDeletion": true,
    }])
}

/// A pod of a template: named where `name` says one, and else by `NAME-`.
pub(super) fn pod(
    owner: &Value,
    api_version: &str,
    kind: &str,
    template: &Value,
    name: Option<&str>,
) -> Value {
    let labels = template.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    let mut metadata = json!({
        "namespace": meta(owner, "namespace"),
        "labels": labels,
        "ownerReferences": self::owner(owner, api_version, kind),
    });
    if let Some(annotations) = template.pointer("/metadata/annotations") {
        put(&mut metadata, "annotations", annotations.clone());
    }
    if let Some(finalizers) = template.pointer("/metadata/finalizers") {
        put(&mut metadata, "finalizers", finalizers.clone());
    }
    match name {
        Some(name) => put(&mut metadata, "name", name),
        None => put(&mut metadata, "generateName", format!("{}-", meta(owner, "name"))),
    }
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.get("spec")})
}

/// Whether a pod is neither over nor on its way out.
pub(super) fn is_active(pod: &Value) -> bool {
    meta(pod, "deletionTimestamp").is_empty() && !is_over(pod)
}

pub(super) fn is_over(pod: &Value) -> bool {
    matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

pub(super) fn is_ready(pod: &Value) -> bool {
    holds(pod, "Ready")
}

/// The pods that an object controls and that are active: those that can best be spared first.
pub(super) fn active(hands: &Hands<'_>, owner: &Value) -> Vec<Stored> {
    let mut pods: Vec<_> =
        hands.controlled("", "pods", owner).into_iter().filter(|pod| is_active(pod)).collect();
    pods.sort_by_key(|pod| {
        // Of pods that are alike the youngest goes.
        (
            is_ready(pod),
            std::cmp::Reverse(meta(pod, "creationTimestamp").to_owned()),
            meta(pod, "name").to_owned(),
        )
    });
    pods
}

/// A short name for what a template says: ten characters that are never a word.
pub(super) fn hash(template: &Value) -> String {
    const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    // The API leaves the choice of the hash to the controller.
    let mut hash = fnv(template.to_string().bytes());
    let mut out = String::new();
    for _ in 0..10 {
        let at = usize::try_from(hash % 27).unwrap_or_default();
        out.extend(ALPHABET.get(at).map(|&byte| char::from(byte)));
        hash /= 27;
    }
    out
}

/// Sets a label in a template, or in metadata.
pub(super) fn label(object: &mut Value, name: &str, value: &str) {
    let mut labels = object.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    put(&mut labels, name, value);
    set_meta(object, "labels", Some(labels));
}
