//! Leases, claims, disruption budgets, autoscalers: what is short.

use serde_json::Value;

use super::common::{amount, at_most_all, selector, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::{Amount, quantity, text};

pub(super) fn lease(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (duration, transitions) = (spec.field("leaseDurationSeconds"), spec.field("leaseTransitions"));
    let mut faults = Vec::new();
    if duration.is_there() && duration.number() <= 0 {
        faults.push(duration.invalid("must be greater than 0"));
    }
    faults.extend(transitions.not_negative());
    faults
}

/// What a namespace waits for.
pub(super) fn finalizers(namespace: &Value) -> Vec<Fault> {
    let list = Part::of(namespace, "spec").field("finalizers");
    let mut faults = Vec::new();
    for finalizer in list.items() {
        faults.extend(finalizer.all_invalid(names::label_key(finalizer.text())));
        if !finalizer.text().contains('/') && finalizer.text() != "kubernetes" {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            faults.push(finalizer.invalid(why));
        }
    }
    faults
}

/// Source: `ValidatePodBinding`.
pub(crate) fn binding(binding: &Value) -> Vec<Fault> {
    let target = Part::of(binding, "target");
    let (kind, name) = (target.field("kind"), target.field("name"));
    let node = matches!(kind.text(), "" | "Node");
    let mut faults = Vec::new();
    if !node {
        faults.push(kind.not_supported(&["Node", "<empty>"]));
    }
    if name.is_empty() {
        faults.push(name.required(""));
    } else if node {
        faults.extend(subdomain(&name));
    }
    faults
}

/// Source: `ValidatePersistentVolumeClaimSpec`.
pub(super) fn claim(object: &Value) -> Vec<Fault> {
    claim_spec(&Part::of(object, "spec"))
}

/// What is claimed, by a claim or by the template of one.
pub(super) fn claim_spec(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let modes = spec.field("accessModes");
    if modes.is_empty() {
        faults.push(modes.required("at least 1 access mode is required"));
    }
    faults.extend(selector(&spec.field("selector")));
    let known = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    let items = modes.items();
    for mode in &items {
        let mode = Part { path: modes.path.clone(), value: mode.value };
        faults.extend(mode.one_of(&known));
    }
    if items.len() > 1 && items.iter().any(|mode| mode.text() == "ReadWriteOncePod") {
        faults.push(modes.forbidden("may not use ReadWriteOncePod with other access modes"));
    }
    let size = spec.field("resources").field("requests").field("storage");
    let size = Part { path: format!("{}.resources[storage]", spec.path), ..size };
    if !size.is_there() {
        faults.push(size.required(""));
    } else if quantity::nanos(size.text()).unwrap_or_default() <= 0 {
        faults.push(size.invalid("must be greater than zero"));
    }
    let class = spec.field("storageClassName");
    if !class.is_empty() {
        faults.extend(subdomain(&class));
    }
    faults.extend(spec.field("volumeMode").one_of(&["Block", "Filesystem"]));
    faults
}

pub(super) fn claim_update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = claim(object);
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut kept = was.value.clone();
    if let Some(fields) = kept.as_object_mut() {
        let volume = spec.field("volumeName");
        if was.field("volumeName").is_empty() && !volume.is_empty() {
            fields.insert("volumeName".into(), volume.value.clone());
        }
        let (class, before) = (spec.field("storageClassName"), was.field("storageClassName"));
        if !before.is_there() && class.is_there() {
            fields.insert("storageClassName".into(), class.value.clone());
        }
    }
    // A claim that has its volume may be resized.
    let bound = text(object, "/status/phase") == "Bound";
    if let (true, Some(size)) = (bound, spec.value.pointer("/resources/requests/storage"))
        && let Some(kept) = kept.pointer_mut("/resources/requests/storage")
    {
        *kept = size.clone();
    }
    if kept != *spec.value {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";
        faults.push(spec.forbidden(why));
    }
    let size = |spec: &Part<'_>| Amount::at(spec.value, "/resources/requests/storage").nanos();
    let has = Amount::at(old, "/status/capacity/storage").nanos();
    if size(&spec) < size(&was) && size(&spec) <= has {
        let path = "spec.resources.requests.storage";
        faults.push(Fault::forbidden(path, "field can not be less than status.capacity"));
    }
    let (mode, before) = (spec.field("volumeMode"), was.field("volumeMode"));
    faults.extend(Part { path: "volumeMode".into(), ..mode }.unchanged(&before));
    faults
}

/// Source: `ValidatePodDisruptionBudgetSpec`.
pub(super) fn budget(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    let mut faults = Vec::new();
    if least.is_there() && most.is_there() {
        faults.push(spec.invalid("minAvailable and maxUnavailable cannot be both set"));
    }
    for part in [&least, &most] {
        faults.extend(amount(part).into_iter().chain(at_most_all(part)));
    }
    faults.extend(selector(&spec.field("selector")));
    let policy = spec.field("unhealthyPodEvictionPolicy");
    if policy.is_there() {
        faults.extend(policy.one_of(&["AlwaysAllow", "IfHealthyBudget"]));
    }
    faults
}

/// Source: `validateHorizontalPodAutoscalerSpec`.
pub(super) fn autoscaler(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (least, most) = (spec.field("minReplicas"), spec.field("maxReplicas"));
    let mut faults = Vec::new();
    if least.number() < 0 {
        faults.push(least.invalid("must be greater than or equal to 0"));
    }
    let kinds = ["Object", "External"];
    let from_outside = |metric: &Part<'_>| kinds.contains(&metric.field("type").text());
    let metrics = spec.field("metrics");
    if least.is_there() && least.number() == 0 && !metrics.items().iter().any(from_outside) {
        let why = "must specify at least one Object or External metric to support scaling to zero replicas";
        faults.push(metrics.forbidden(why));
    }
    match most.number() {
        0 => faults.push(most.required("")),
        number if number < 0 => faults.push(most.invalid("must be greater than or equal to 1")),
        _ => {}
    }
    if least.is_there() && most.number() < least.number() {
        faults.push(most.invalid("must be greater than or equal to `minReplicas`"));
    }
    let version = spec.field("scaleTargetRef").field("apiVersion");
    let alone = spec.field("scaleTargetRef").field("kind").text() == "ReplicationController";
    if !version.text().contains('/') && !alone {
        faults.push(Fault::invalid(&version.path, version.text(), "apiVersion must specify API group"));
    }
    for metric in metrics.items() {
        let kind = metric.field("type");
        if kind.is_empty() {
            faults.push(kind.required("must specify a metric source type"));
        }
        faults.extend(kind.one_of(&["ContainerResource", "External", "Object", "Pods", "Resource"]));
    }
    for field in ["kind", "name"] {
        let part = spec.field("scaleTargetRef").field(field);
        if part.is_empty() {
            faults.push(part.required(""));
        }
    }
    faults
}
