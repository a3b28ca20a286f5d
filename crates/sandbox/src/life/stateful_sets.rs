//! Stateful sets: pods with names that stay, one after the other.
//!
//! Source: `pkg/controller/statefulset`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::replica_sets::{try_again, wanted};
use super::status::{number, with_status};
use super::template::{hash, is_ready, label, pod};
use crate::object::{meta, put, text};
use crate::store::Stored;

const WHO: &str = "kube-controller-manager";
const HASH: &str = "controller-revision-hash";

pub(super) fn reconcile(hands: &mut Hands<'_>, set: &Value) {
    if !meta(set, "deletionTimestamp").is_empty() {
        return;
    }
    let revision =
        format!("{}-{}", meta(set, "name"), hash(set.pointer("/spec/template").unwrap_or(&Value::Null)));
    step(hands, set, &revision);
    let pods = hands.controlled("", "pods", set);
    let count = |fits: &dyn Fn(&Value) -> bool| pods.iter().filter(|pod| fits(pod)).count();
    let updated = count(&|pod| text(pod, "/metadata/labels/controller-revision-hash") == revision);
    let status = json!({
        "observedGeneration": number(set, "/metadata/generation"),
        "replicas": pods.len(),
        "readyReplicas": count(&is_ready),
        "availableReplicas": count(&is_ready),
        "currentReplicas": updated,
        "updatedReplicas": updated,
        "currentRevision": revision,
        "updateRevision": revision,
    });
    let mut object = with_status(set, status);
    if let Some(status) = object.get_mut("status") {
        put(status, "collisionCount", 0);
        put(status, "availableReplicas", count(&is_ready));
    }
    hands.keep("apps", "statefulsets", object);
}

/// The one thing that is to be done next: a pod made, or one taken away. In parallel all at once.
fn step(hands: &mut Hands<'_>, set: &Value, revision: &str) {
    let wanted = wanted(set);
    let parallel = text(set, "/spec/podManagementPolicy") == "Parallel";
    let first = usize::try_from(number(set, "/spec/ordinals/start").unwrap_or_default()).unwrap_or_default();
    let name = |at: usize| format!("{}-{}", meta(set, "name"), first + at);
    let there: Vec<Stored> = hands.controlled("", "pods", set);
    let Some(id) = hands.id("", "pods") else { return };
    for at in 0..wanted {
        match there.iter().find(|pod| meta(pod, "name") == name(at)) {
            None => {
                let mut template = set.pointer("/spec/template").cloned().unwrap_or_default();
                label(&mut template, HASH, revision);
                label(&mut template, "statefulset.kubernetes.io/pod-name", &name(at));
                label(&mut template, "apps.kubernetes.io/pod-index", &(first + at).to_string());
                let pod = pod(set, "apps/v1", "StatefulSet", &template, Some(&name(at)));
                if hands.create(WHO, "", "pods", &pod).is_err() {
                    try_again(hands, set, ("apps", "statefulsets"));
                }
            }
            // The next waits for it.
            Some(pod) if is_ready(pod) && meta(pod, "deletionTimestamp").is_empty() => continue,
            Some(_) => {}
        }
        if !parallel {
            return;
        }
    }
    let beyond = |pod: &&Stored| !(0..wanted).any(|at| meta(pod, "name") == name(at));
    let old = |pod: &&Stored| text(pod, "/metadata/labels/controller-revision-hash") != revision;
    if there.iter().any(|pod| !meta(pod, "deletionTimestamp").is_empty()) {
        return;
    }
    let number =
        |pod: &Stored| meta(pod, "name").rsplit('-').next().and_then(|text| text.parse::<u64>().ok());
    let mut spare: Vec<_> = there.iter().filter(beyond).collect();
    if spare.is_empty() && text(set, "/spec/updateStrategy/type") != "OnDelete" {
        spare = there.iter().filter(old).collect();
    }
    // The last goes first.
    spare.sort_by_key(|pod| std::cmp::Reverse(number(pod)));
    for pod in spare.into_iter().take(if parallel { usize::MAX } else { 1 }) {
        hands.delete(WHO, id, pod, &json!({}));
    }
}
