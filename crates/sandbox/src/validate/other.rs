//! Leases, bindings, disruption budgets: what is short.

use serde_json::Value;

use super::common::{amount, at_most_all, selector, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::{as_go, meta};

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

/// A state that a controller keeps of what it made. Source: `ValidateControllerRevisionCreate`.
pub(super) fn revision(object: &Value) -> Vec<Fault> {
    let data = Part::of(object, "data");
    let mut faults: Vec<Fault> = Part::of(object, "revision").not_negative().into_iter().collect();
    if !data.is_there() {
        faults.push(data.required("data is mandatory"));
    } else if data.map().is_none() {
        faults.push(data.required("data must be a valid JSON object"));
    }
    faults
}

pub(super) fn revision_update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Part::of(object, "revision").not_negative().into_iter().collect();
    faults.extend(Part::of(object, "data").unchanged(&Part::of(old, "data")));
    faults
}

/// What a new namespace waits for: it is the list that is told.
pub(super) fn namespace(object: &Value) -> Vec<Fault> {
    let mut faults = finalizers(object);
    faults.iter_mut().for_each(|fault| fault.field = "spec.finalizers".into());
    faults
}

/// A namespace is terminating where it has been deleted.
pub(super) fn namespace_status(object: &Value) -> Option<Fault> {
    let deleted = !meta(object, "deletionTimestamp").is_empty();
    let (wanted, why) = match deleted {
        true => ("Terminating", "may only be 'Terminating' if `deletionTimestamp` is not empty"),
        false => ("Active", "may only be 'Active' if `deletionTimestamp` is empty"),
    };
    let phase = Part::of(object, "status").field("phase");
    (phase.text() != wanted).then(|| Fault::invalid("status.Phase", phase.text(), why))
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

/// Source: `ValidatePodDisruptionBudgetSpec`.
pub(super) fn budget(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    let mut faults = Vec::new();
    if least.is_there() && most.is_there() {
        let field = |name: &str| as_go(spec.field(name).value);
        let shown = format!(
            "{{\"MinAvailable\":{},\"Selector\":{},\"MaxUnavailable\":{},\"UnhealthyPodEvictionPolicy\":{}}}",
            field("minAvailable"),
            field("selector"),
            field("maxUnavailable"),
            field("unhealthyPodEvictionPolicy")
        );
        let why = "minAvailable and maxUnavailable cannot be both set";
        faults.push(Fault::invalid_value(&spec.path, shown, why));
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
