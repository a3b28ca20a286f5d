//! Deployments and the sets.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/apps/validation`.

use serde_json::{Value, json};

use super::claim::claim_spec;
use super::common::{amount, at_most_all, count, is_everything, label, selector, selects};
use super::fault::Fault;
use super::part::Part;
use super::pod;
use crate::object::{as_go, quote};

pub(super) fn create(kind: &str, object: &Value) -> Vec<Fault> {
    judge(kind, object, true)
}

fn judge(kind: &str, object: &Value, is_new: bool) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = Vec::new();
    for field in ["replicas", "minReadySeconds"] {
        faults.extend(spec.field(field).not_negative());
    }
    match kind {
        "Deployment" => deployment(&spec, &mut faults),
        "DaemonSet" => daemon_set(&spec, &mut faults),
        "StatefulSet" => stateful_set(&spec, is_new, &mut faults),
        _ => selected(&spec, "deployment", "invalid label selector", &mut faults),
    }
    faults
}

pub(super) fn update(kind: &str, object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = judge(kind, object, false);
    let (spec, old) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let frozen: &[&str] = match kind {
        "StatefulSet" => &["selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy"],
        _ => &["selector"],
    };
    faults.extend(frozen.iter().filter_map(|field| spec.field(field).unchanged(&old.field(field))));
    faults
}

/// Counts are not less than nothing, and parts not more than the whole.
pub(super) fn status(kind: &str, object: &Value) -> Vec<Fault> {
    let status = Part::of(object, "status");
    let parts: &[&str] = match kind {
        "Deployment" => &["updatedReplicas", "readyReplicas", "availableReplicas"],
        "ReplicaSet" => &["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
        "StatefulSet" => &["readyReplicas", "currentReplicas", "updatedReplicas"],
        _ => return Vec::new(),
    };
    let whole = status.field("replicas");
    let mut faults: Vec<Fault> = whole.not_negative().into_iter().collect();
    faults.extend(status.field("observedGeneration").not_negative());
    for part in parts.iter().map(|part| status.field(part)) {
        faults.extend(part.not_negative());
        if part.number() > whole.number() {
            faults.push(part.invalid("cannot be greater than status.replicas"));
        }
    }
    let (ready, available) = (status.field("readyReplicas"), status.field("availableReplicas"));
    if kind != "StatefulSet" && available.number() > ready.number() {
        faults.push(available.invalid("cannot be greater than readyReplicas"));
    }
    faults
}

/// A selector, and the template that it must select.
fn selected(spec: &Part<'_>, name: &str, none: &str, faults: &mut Vec<Fault>) {
    let own = spec.field("selector");
    if own.is_there() {
        faults.extend(selector(&own));
        if is_everything(own.value) {
            faults.push(own.invalid(format!("empty selector is invalid for {name}")));
        }
    } else {
        faults.push(own.required(""));
    }
    let template = spec.field("template");
    let labels = template.field("metadata").field("labels");
    match selects(own.value, labels.map()) {
        None => {
            faults.push(own.invalid(none));
            return;
        }
        // Nothing selects nothing; everything is not asked.
        Some(matches) if !own.is_there() || !is_everything(own.value) && !matches => {
            faults.push(labels.invalid("`selector` does not match template `labels`"));
        }
        Some(_) => {}
    }
    faults.extend(pod::template(&template));
    always(&template, faults);
    // To a deployment its pods are its replica sets'. A stateful set is asked whatever its selector.
    if name != "statefulset" {
        endless(&template, "ReplicaSet", faults);
    }
}

/// Its pods are started again for ever.
pub(super) fn always(template: &Part<'_>, faults: &mut Vec<Fault>) {
    faults.extend(template.field("spec").field("restartPolicy").one_of(&["Always"]));
}

/// Its pods have no end.
pub(super) fn endless(template: &Part<'_>, name: &str, faults: &mut Vec<Fault>) {
    let deadline = template.field("spec").field("activeDeadlineSeconds");
    if deadline.is_there() {
        faults.push(deadline.forbidden(&format!("activeDeadlineSeconds in {name} is not Supported")));
    }
}

fn deployment(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    selected(spec, "deployment", "invalid label selector", faults);
    let strategy = spec.field("strategy");
    let update = strategy.field("rollingUpdate");
    match strategy.field("type").text() {
        "Recreate" if update.is_there() => {
            faults.push(update.forbidden("may not be specified when strategy `type` is 'Recreate'"));
        }
        "Recreate" => {}
        "RollingUpdate" => {
            let (unavailable, surge) = (update.field("maxUnavailable"), update.field("maxSurge"));
            faults.extend(amount(&unavailable).into_iter().chain(amount(&surge)));
            if count(&unavailable) == 0 && count(&surge) == 0 {
                faults.push(unavailable.invalid("may not be 0 when `maxSurge` is 0"));
            }
            faults.extend(at_most_all(&unavailable));
        }
        _ => {
            let shown = internal(&strategy, &["maxUnavailable", "maxSurge"]);
            faults.push(Fault::not_supported(&strategy.path, &shown, &["Recreate", "RollingUpdate"]));
        }
    }
    faults.extend(spec.field("revisionHistoryLimit").not_negative());
    let deadline = spec.field("progressDeadlineSeconds");
    faults.extend(deadline.not_negative());
    if deadline.is_there() && deadline.number() <= spec.field("minReadySeconds").number() {
        faults.push(deadline.invalid("must be greater than minReadySeconds"));
    }
}

fn daemon_set(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let own = spec.field("selector");
    faults.extend(selector(&own));
    let template = spec.field("template");
    let labels = template.field("metadata").field("labels");
    if let Some(matches) = selects(own.value, labels.map())
        && (!own.is_there() || !matches)
    {
        faults.push(labels.invalid("`selector` does not match template `labels`"));
    }
    if own.is_there() && is_everything(own.value) {
        faults.push(own.invalid("empty selector is invalid for daemonset"));
    }
    faults.extend(pod::template(&template));
    always(&template, faults);
    endless(&template, "DaemonSet", faults);
    let strategy = spec.field("updateStrategy");
    match strategy.field("type").text() {
        "OnDelete" => {}
        "RollingUpdate" => {
            let update = strategy.field("rollingUpdate");
            let (unavailable, surge) = (update.field("maxUnavailable"), update.field("maxSurge"));
            for part in [&unavailable, &surge] {
                faults.extend(amount(part).into_iter().chain(at_most_all(part)));
            }
            match (count(&unavailable) != 0, count(&surge) != 0) {
                (true, true) => faults.push(surge.invalid("may not be set when maxUnavailable is non-zero")),
                (false, false) => faults.push(unavailable.required("cannot be 0 when maxSurge is 0")),
                _ => {}
            }
        }
        _ => {
            let shown = internal(&strategy, &["maxUnavailable", "maxSurge"]);
            faults.push(Fault::not_supported(&strategy.path, &shown, &["RollingUpdate", "OnDelete"]));
        }
    }
    faults.extend(spec.field("revisionHistoryLimit").not_negative());
}

fn stateful_set(spec: &Part<'_>, is_new: bool, faults: &mut Vec<Fault>) {
    let policy = spec.field("podManagementPolicy");
    if !matches!(policy.text(), "OrderedReady" | "Parallel") {
        faults.push(policy.invalid("must be 'OrderedReady' or 'Parallel'"));
    }
    let strategy = spec.field("updateStrategy");
    let update = strategy.field("rollingUpdate");
    match strategy.field("type").text() {
        "OnDelete" if update.is_there() => {
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            faults.push(Fault::invalid_value(&update.path, fields_of(&update, &PARTS), why));
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            faults.extend(update.field("partition").not_negative());
            let most = update.field("maxUnavailable");
            if most.is_there() {
                faults.extend(amount(&most));
                if count(&most) == 0 {
                    faults.push(most.invalid("cannot be 0"));
                }
                faults.extend(at_most_all(&most));
            }
        }
        _ => {
            let shown = internal(&strategy, &PARTS);
            faults.push(Fault::invalid_value(&strategy.path, shown, "must be 'RollingUpdate' or 'OnDelete'"));
        }
    }
    let retention = spec.field("persistentVolumeClaimRetentionPolicy");
    for field in ["whenDeleted", "whenScaled"] {
        faults.extend(retention.field(field).one_of(&["Retain", "Delete"]));
    }
    faults.extend(spec.field("ordinals").field("start").not_negative());
    // These cannot change, and are not looked at again.
    if is_new && !spec.field("serviceName").is_empty() {
        faults.extend(label(&spec.field("serviceName")));
    }
    for claim in spec.field("volumeClaimTemplates").items().iter().filter(|_| is_new) {
        faults.extend(claim_spec(&claim.field("spec")));
    }
    let mut with_claims = spec.value.clone();
    claims(&mut with_claims);
    let spec = Part { path: spec.path.clone(), value: &with_claims };
    selected(&spec, "statefulset", "", faults);
    endless(&spec.field("template"), "StatefulSet", faults);
}

/// The claims of a set are volumes of its pods, each name once, before the others.
fn claims(spec: &mut Value) {
    let claims = spec.get("volumeClaimTemplates").and_then(Value::as_array);
    let mut names: Vec<Value> = Vec::new();
    for claim in claims.into_iter().flatten() {
        let name = claim.pointer("/metadata/name").cloned().unwrap_or_else(|| json!(""));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let Some(pod) = spec.pointer_mut("/template/spec").and_then(Value::as_object_mut) else { return };
    // The set itself says what its pods are called.
    for field in ["hostname", "subdomain"] {
        pod.remove(field);
    }
    let volumes = pod.entry("volumes").or_insert_with(|| Value::Array(Vec::new()));
    let Some(volumes) = volumes.as_array_mut() else { return };
    volumes.retain(|volume| volume.get("name").is_none_or(|name| !names.contains(name)));
    let claimed = |name: Value| json!({"name": name, "persistentVolumeClaim": {"claimName": name}});
    volumes.splice(..0, names.into_iter().map(claimed));
}

/// The fields of a stateful set's update.
const PARTS: [&str; 2] = ["partition", "maxUnavailable"];

/// A strategy as the server has it within itself.
fn internal(strategy: &Part<'_>, fields: &[&str]) -> String {
    let update = strategy.field("rollingUpdate");
    let inner = if update.is_there() { fields_of(&update, fields) } else { "null".to_owned() };
    format!("{{\"Type\":{},\"RollingUpdate\":{inner}}}", quote(strategy.field("type").text()))
}

fn fields_of(update: &Part<'_>, fields: &[&str]) -> String {
    let one = |name: &&str| {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let within: String = first.into_iter().chain(letters).collect();
        format!("\"{within}\":{}", as_go(update.field(name).value))
    };
    format!("{{{}}}", fields.iter().map(one).collect::<Vec<_>>().join(","))
}
