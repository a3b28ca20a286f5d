//! Classes of priority and of storage.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/scheduling/validation` and `storage/validation`.

use serde_json::Value;

use super::fault::Fault;
use super::names;
use super::part::Part;

/// The highest priority that is not the system's own.
const HIGHEST: i64 = 1_000_000_000;
const SYSTEM: &str = "system-";

pub(super) fn priority(object: &Value) -> Vec<Fault> {
    let value = Part::of(object, "value");
    let mut faults = Vec::new();
    if value.number() > HIGHEST && !crate::object::meta(object, "name").starts_with(SYSTEM) {
        faults
            .push(value.forbidden(&format!("maximum allowed value of a user defined priority is {HIGHEST}")));
    }
    faults.extend(Part::of(object, "preemptionPolicy").one_of(&["PreemptLowerPriority", "Never"]));
    faults
}

pub(super) fn priority_update(object: &Value, old: &Value) -> Vec<Fault> {
    let (value, before) = (Part::of(object, "value"), Part::of(old, "value"));
    let mut faults = Vec::new();
    if value.number() != before.number() {
        faults.push(value.forbidden("may not be changed in an update."));
    }
    faults.extend(Part::of(object, "preemptionPolicy").unchanged(&Part::of(old, "preemptionPolicy")));
    faults
}

pub(super) fn storage(object: &Value) -> Vec<Fault> {
    let provisioner = Part::of(object, "provisioner");
    let mut faults = Vec::new();
    if provisioner.is_empty() {
        faults.push(provisioner.required(""));
    } else {
        faults.extend(provisioner.all_invalid(names::label_key(&provisioner.text().to_lowercase())));
    }
    faults.extend(Part::of(object, "reclaimPolicy").one_of(&["Delete", "Retain"]));
    faults.extend(Part::of(object, "volumeBindingMode").one_of(&["Immediate", "WaitForFirstConsumer"]));
    faults
}

pub(super) fn storage_update(object: &Value, old: &Value) -> Vec<Fault> {
    let frozen = ["provisioner", "reclaimPolicy", "volumeBindingMode"];
    let unchanged = |field: &&str| Part::of(object, field).unchanged(&Part::of(old, field));
    let mut faults: Vec<Fault> = frozen.iter().filter_map(unchanged).collect();
    // Maps are not shown.
    if unchanged(&"parameters").is_some() {
        faults.push(Fault::invalid_value("parameters", "null", "field is immutable"));
    }
    faults
}
