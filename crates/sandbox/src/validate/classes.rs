//! Classes of priority, of storage and of runtimes.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/scheduling/validation` and `storage/validation`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::common::{label, labels, size};
use super::fault::Fault;
use super::names;
use super::part::Part;
use super::pod;
use crate::object::quote;

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
    let policy = Part::of(object, "preemptionPolicy");
    if policy.is_empty() {
        faults.push(policy.required(""));
    } else {
        faults.extend(policy.one_of(&["PreemptLowerPriority", "Never"]));
    }
    faults
}

/// Source: `validateRuntimeClass` in `node/validation`.
pub(super) fn runtime(object: &Value) -> Vec<Fault> {
    let (handler, scheduling) = (Part::of(object, "handler"), Part::of(object, "scheduling"));
    let mut faults = Vec::new();
    if handler.is_empty() {
        faults.push(handler.required(""));
    } else {
        faults.extend(label(&handler));
    }
    let overhead = Part::of(object, "overhead");
    pod::overhead(&Part { path: overhead.path.clone(), ..overhead.field("podFixed") }, &mut faults);
    faults.extend(labels(&scheduling.field("nodeSelector")));
    let mut seen = BTreeSet::new();
    for one in scheduling.field("tolerations").items() {
        pod::toleration(&one, &mut faults);
        // However long each is tolerated.
        if !seen.insert(["key", "operator", "value", "effect"].map(|field| one.field(field).text())) {
            let text = |field: &str| quote(one.field(field).text());
            let shown = format!(
                "{{\"Key\":{},\"Operator\":{},\"Value\":{},\"Effect\":{},\"TolerationSeconds\":{}}}",
                text("key"),
                text("operator"),
                text("value"),
                text("effect"),
                one.field("tolerationSeconds").value
            );
            faults.push(Fault::duplicate(&one.path, &shown));
        }
    }
    faults
}

pub(super) fn runtime_update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = runtime(object);
    if Part::of(object, "handler").value != Part::of(old, "handler").value {
        faults.push(Fault::invalid_value("handler", "null", "field is immutable"));
    }
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
    let mut faults = provisioner(&Part::of(object, "provisioner"));
    faults.extend(parameters(&Part::of(object, "parameters")));
    faults.extend(Part::of(object, "reclaimPolicy").one_of(&["Delete", "Retain"]));
    faults.extend(Part::of(object, "volumeBindingMode").one_of(&["Immediate", "WaitForFirstConsumer"]));
    topologies(&Part::of(object, "allowedTopologies"), &mut faults);
    faults
}

/// Who makes the volumes of a class.
pub(super) fn provisioner(provisioner: &Part<'_>) -> Vec<Fault> {
    if provisioner.is_empty() {
        return vec![provisioner.required("")];
    }
    let lower = provisioner.text().to_lowercase();
    let whys = names::label_key(&lower).into_iter();
    whys.map(|why| Fault::invalid(&provisioner.path, &lower, why)).collect()
}

/// What the makers of volumes are told.
pub(super) fn parameters(parameters: &Part<'_>) -> Vec<Fault> {
    const MOST: usize = 256 * 1024;
    /// How many there may be; the server calls them bytes.
    const ENTRIES: usize = 512;
    if parameters.map().is_some_and(|map| map.len() > ENTRIES) {
        return vec![Fault::too_long(&parameters.path, ENTRIES)];
    }
    let mut faults = Vec::new();
    if parameters.entries().iter().any(|(key, _)| key.is_empty()) {
        faults.push(Fault::invalid(&parameters.path, "", "field can not be empty."));
    }
    if size(parameters) > MOST {
        faults.push(Fault::too_long(&parameters.path, MOST));
    }
    faults
}

/// Where volumes of a class may be. A term that stands twice is told by an empty text.
fn topologies(terms: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for term in terms.items() {
        let list = term.field("matchLabelExpressions");
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for one in list.items() {
            let (key, values) = (one.field("key"), one.field("values"));
            if values.is_empty() {
                faults.push(values.required(""));
            }
            let mut known = BTreeSet::new();
            for value in values.items() {
                if !known.insert(value.text()) {
                    faults.push(value.duplicate());
                }
            }
            faults.extend(key.all_invalid(names::label_key(key.text())));
            if wanted.insert(key.text(), known).is_some() {
                faults.push(key.duplicate());
            }
        }
        if wanted.is_empty() || !seen.insert(wanted) {
            faults.push(Fault::duplicate(&list.path, "\"\""));
        }
    }
}

pub(super) fn storage_update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = storage(object);
    let frozen = ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"];
    let changed = |field: &&&str| Part::of(object, field).value != Part::of(old, field).value;
    // What it would be is not shown.
    let told = |field: &&str| Fault::invalid_value(field, "null", "field is immutable");
    faults.extend(frozen.iter().filter(changed).map(told));
    faults
}
