//! Daemon sets: a pod for each node, of which there is one.
//!
//! Source: `pkg/controller/daemon`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::replica_sets::scale;
use super::status::{number, with_status};
use super::template::{active, hash, is_ready};
use crate::object::{meta, put};
use crate::store::Stored;

pub(super) fn reconcile(hands: &mut Hands<'_>, set: &Value) {
    if !meta(set, "deletionTimestamp").is_empty() {
        return;
    }
    let template = set.pointer("/spec/template").cloned().unwrap_or_default();
    let revision = hash(&template);
    let Some(id) = hands.id("", "pods") else { return };
    let is_old = |pod: &Stored| {
        pod.pointer("/metadata/labels/controller-revision-hash").and_then(Value::as_str)
            != Some(revision.as_str())
    };
    for pod in active(hands, set).iter().filter(|pod| is_old(pod)) {
        hands.delete("kube-controller-manager", id, pod, &json!({}));
    }
    let mut labelled = template;
    super::template::label(&mut labelled, "controller-revision-hash", &revision);
    let mut copy = set.clone();
    if let Some(spec) = copy.get_mut("spec") {
        put(spec, "template", labelled);
    }
    // Who is refused is tried again.
    let _ = scale(hands, &copy, ("apps", "daemonsets"), ("apps/v1", "DaemonSet"), 1);
    let pods = active(hands, set);
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let mut object = with_status(
        set,
        json!({
            "observedGeneration": number(set, "/metadata/generation"),
            "updatedNumberScheduled": pods.len(),
            "numberAvailable": ready,
            "numberUnavailable": 1_usize.saturating_sub(ready),
        }),
    );
    if let Some(status) = object.get_mut("status") {
        for (field, value) in [
            ("currentNumberScheduled", pods.len()),
            ("desiredNumberScheduled", 1),
            ("numberMisscheduled", 0),
            ("numberReady", ready),
        ] {
            put(status, field, value);
        }
    }
    hands.keep("apps", "daemonsets", object);
}
