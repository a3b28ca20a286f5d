//! Replica sets: so many pods of one template.
//!
//! Source: `pkg/controller/replicaset`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::status::{Conditions, number, with_status};
use super::template::{active, is_ready, pod};
use crate::object::{meta, put};

const WHO: &str = "kube-controller-manager";
const FAILURE: &str = "ReplicaFailure";
/// After so many milliseconds a pod that was refused is tried again.
const AGAIN: u64 = 1_000;

pub(super) fn reconcile(hands: &mut Hands<'_>, set: &Value) {
    let mut conditions = Conditions::of(set);
    if meta(set, "deletionTimestamp").is_empty() {
        let wanted = wanted(set);
        match scale(hands, set, ("apps", "replicasets"), ("apps/v1", "ReplicaSet"), wanted) {
            Ok(()) => conditions.remove(FAILURE),
            // The first reason stays, as there: each try has another name in it, and would be another change.
            Err(why) if !conditions.has(FAILURE) => {
                conditions.set(hands, FAILURE, true, "FailedCreate", &why);
            }
            Err(_) => {}
        }
    }
    let pods = active(hands, set);
    let count = |fits: fn(&Value) -> bool| pods.iter().filter(|pod| fits(pod)).count();
    let mut status = json!({
        "replicas": pods.len(),
        "fullyLabeledReplicas": pods.len(),
        "readyReplicas": count(is_ready),
        "availableReplicas": count(is_ready),
        "observedGeneration": number(set, "/metadata/generation"),
    });
    if !conditions.is_empty() {
        put(&mut status, "conditions", conditions.value());
    }
    hands.keep("apps", "replicasets", with_status(set, status));
}

/// What the spec says, or 1.
pub(super) fn wanted(object: &Value) -> usize {
    usize::try_from(number(object, "/spec/replicas").unwrap_or(1)).unwrap_or_default()
}

/// Makes pods, or takes some away, until there are as many as wanted.
///
/// # Errors
/// Why a pod is refused.
pub(super) fn scale(
    hands: &mut Hands<'_>,
    owner: &Value,
    (group, plural): (&str, &str),
    (api_version, kind): (&str, &str),
    wanted: usize,
) -> Result<(), String> {
    let pods = active(hands, owner);
    let template = owner.pointer("/spec/template").cloned().unwrap_or_default();
    for _ in pods.len()..wanted {
        if let Err(why) = hands.create(WHO, "", "pods", &pod(owner, api_version, kind, &template, None)) {
            try_again(hands, owner, (group, plural));
            return Err(why);
        }
    }
    let Some(id) = hands.id("", "pods") else { return Ok(()) };
    for pod in pods.iter().take(pods.len().saturating_sub(wanted)) {
        hands.delete(WHO, id, pod, &json!({}));
    }
    Ok(())
}

/// Looks at whose pod was refused again after a while.
pub(super) fn try_again(hands: &mut Hands<'_>, owner: &Value, (group, plural): (&str, &str)) {
    let key = format!("{}/{}", meta(owner, "namespace"), meta(owner, "name"));
    if let Some(id) = hands.id(group, plural) {
        hands.later(AGAIN, id, &key);
    }
}
