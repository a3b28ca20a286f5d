//! Deployments: a replica set for each template, and the way from the old ones to the new one.
//!
//! Source: `pkg/controller/deployment`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::rollout::Plan;
use super::status::{Conditions, number, with_status};
use super::template::{hash, label, owner};
use crate::object::{meta, put};
use crate::store::Stored;

const WHO: &str = "kube-controller-manager";
const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";

pub(super) fn reconcile(hands: &mut Hands<'_>, deployment: &Value) {
    if !meta(deployment, "deletionTimestamp").is_empty() {
        return;
    }
    let plan = Plan::of(deployment);
    let mut sets = hands.controlled("apps", "replicasets", deployment);
    sets.sort_by_key(|set| (revision(set), meta(set, "name").to_owned()));
    let at = sets.iter().position(|set| is_of(set, deployment));
    let paused = deployment.pointer("/spec/paused") == Some(&Value::Bool(true));
    let next = sets.iter().map(|set| revision(set)).max().unwrap_or_default() + 1;
    let new = match at {
        Some(at) => Some(sets.remove(at)),
        None if paused => None,
        None => {
            let size = plan.new_size(0, sets.iter().map(|set| size(set)).sum());
            // Its own change brings us back.
            let _ = hands.create(WHO, "apps", "replicasets", &replica_set(deployment, size, next));
            None
        }
    };
    if let Some(new) = &new {
        if !paused {
            move_on(hands, plan, new, &sets);
            if !sets.is_empty() && sets.iter().any(|old| revision(old) >= revision(new)) {
                // An old template came back: its set is the newest again.
                annotate(hands, "replicasets", new, next);
            }
        }
        tidy(hands, deployment, &sets);
    }
    let now = new
        .as_ref()
        .and_then(|new| hands.find("apps", "replicasets", meta(new, "namespace"), meta(new, "name")));
    if let Some(revision) = now.as_deref().map(revision) {
        annotate(hands, "deployments", deployment, revision);
    }
    write_status(hands, deployment, plan, now.as_deref(), &sets);
}

fn revision(object: &Value) -> i64 {
    let annotations = object.pointer("/metadata/annotations");
    let text = annotations.and_then(|all| all.get(REVISION)).and_then(Value::as_str);
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn size(set: &Value) -> i64 {
    number(set, "/spec/replicas").unwrap_or(1)
}

/// Whether a set is of the deployment's template, but for the label that tells sets apart.
fn is_of(set: &Value, deployment: &Value) -> bool {
    let Some(template) = set.pointer("/spec/template") else { return false };
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(HASH);
    }
    Some(&template) == deployment.pointer("/spec/template")
}

fn replica_set(deployment: &Value, size: i64, revision: i64) -> Value {
    let mut template = deployment.pointer("/spec/template").cloned().unwrap_or_default();
    let hash = hash(&template);
    label(&mut template, HASH, &hash);
    let mut selector = deployment.pointer("/spec/selector").cloned().unwrap_or_else(|| json!({}));
    let mut labels = selector.get("matchLabels").cloned().unwrap_or_else(|| json!({}));
    put(&mut labels, HASH, hash.as_str());
    put(&mut selector, "matchLabels", labels);
    let annotations = json!({REVISION: revision.to_string(), "deployment.kubernetes.io/desired-replicas": Plan::of(deployment).wanted.to_string()});
    let mut spec = json!({"replicas": size, "selector": selector, "template": template});
    if let Some(ready) = deployment.pointer("/spec/minReadySeconds") {
        put(&mut spec, "minReadySeconds", ready.clone());
    }
    json!({
        "metadata": {
            "name": format!("{}-{hash}", meta(deployment, "name")),
            "namespace": meta(deployment, "namespace"),
            "labels": template.pointer("/metadata/labels"),
            "annotations": annotations,
            "ownerReferences": owner(deployment, "apps/v1", "Deployment"),
        },
        "spec": spec,
    })
}

/// One step of the rollout.
fn move_on(hands: &mut Hands<'_>, plan: Plan, new: &Value, old: &[Stored]) {
    let ready = |set: &Value| number(set, "/status/availableReplicas").unwrap_or_default();
    let total: i64 = old.iter().map(|set| size(set)).sum();
    // For a new start all of the old pods have to be gone, not only unwanted.
    let left: i64 =
        old.iter().map(|set| size(set).max(number(set, "/status/replicas").unwrap_or_default())).sum();
    resize(hands, new, plan.new_size(size(new), if plan.recreate { left } else { total }));
    let old_ready = old.iter().map(|set| ready(set).min(size(set))).sum();
    let mut losing = plan.to_lose((total, old_ready), (size(new), ready(new).min(size(new))));
    for set in old {
        let less = losing.min(size(set));
        resize(hands, set, size(set) - less);
        losing -= less;
    }
}

fn resize(hands: &mut Hands<'_>, set: &Value, wanted: i64) {
    if size(set) != wanted
        && let Some(id) = hands.id("apps", "replicasets")
    {
        hands.patch(WHO, id, set, &json!({"spec": {"replicas": wanted}}));
    }
}

fn annotate(hands: &mut Hands<'_>, plural: &str, object: &Value, wanted: i64) {
    if revision(object) != wanted
        && let Some(id) = hands.id("apps", plural)
    {
        hands.patch(WHO, id, object, &json!({"metadata": {"annotations": {REVISION: wanted.to_string()}}}));
    }
}

/// Of the sets without pods only so many are kept.
fn tidy(hands: &mut Hands<'_>, deployment: &Value, old: &[Stored]) {
    let limit = number(deployment, "/spec/revisionHistoryLimit").unwrap_or(10);
    let empty: Vec<_> = old
        .iter()
        .filter(|set| size(set) == 0 && number(set, "/status/replicas").unwrap_or_default() == 0)
        .collect();
    let surplus = empty.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
    let Some(id) = hands.id("apps", "replicasets") else { return };
    for set in empty.into_iter().take(surplus) {
        hands.delete(WHO, id, set, &json!({}));
    }
}

fn write_status(hands: &mut Hands<'_>, deployment: &Value, plan: Plan, new: Option<&Value>, old: &[Stored]) {
    let (namespace, name) = (meta(deployment, "namespace"), meta(deployment, "name"));
    let Some(there) = hands.find("apps", "deployments", namespace, name) else { return };
    let all = old.iter().map(|set| &**set).chain(new);
    let sum = |field: &str| -> i64 {
        all.clone().map(|set| number(set, &format!("/status/{field}")).unwrap_or_default()).sum()
    };
    let updated = new.and_then(|new| number(new, "/status/replicas")).unwrap_or_default();
    let (replicas, available) = (sum("replicas"), sum("availableReplicas"));
    let mut conditions = Conditions::of(&there);
    if available >= plan.wanted - plan.unavailable {
        let why = "Deployment has minimum availability.";
        conditions.set_updated(hands, "Available", true, "MinimumReplicasAvailable", why);
    } else {
        let why = "Deployment does not have minimum availability.";
        conditions.set_updated(hands, "Available", false, "MinimumReplicasUnavailable", why);
    }
    let set = new.map(|new| meta(new, "name")).unwrap_or_default();
    let complete =
        new.is_some() && updated == plan.wanted && replicas == plan.wanted && available == plan.wanted;
    if complete {
        let why = format!("ReplicaSet \"{set}\" has successfully progressed.");
        conditions.set_updated(hands, "Progressing", true, "NewReplicaSetAvailable", &why);
    } else if new.is_some() {
        let why = format!("ReplicaSet \"{set}\" is progressing.");
        conditions.set_updated(hands, "Progressing", true, "ReplicaSetUpdated", &why);
    }
    conditions.copy(new, "ReplicaFailure");
    let status = json!({
        "observedGeneration": number(&there, "/metadata/generation"),
        "replicas": replicas,
        "updatedReplicas": updated,
        "readyReplicas": sum("readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": (plan.wanted - available).max(0),
        "conditions": conditions.value(),
    });
    let mut object = with_status(&there, status);
    if let Some(Value::Object(status)) = object.get_mut("status").filter(|_| replicas == 0) {
        status.remove("replicas");
    }
    hands.keep("apps", "deployments", object);
}
