//! Pods that are given other resources.
//!
//! Source: `ValidatePodResize` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use serde_json::{Map, Value};

use super::super::fault::Fault;
use super::super::part::Part;
use super::whole;
use crate::registry::quality;

/// The resources that can change.
const MUTABLE: [&str; 2] = ["cpu", "memory"];
const ONLY: &str = "only cpu and memory resources are mutable";

pub(in super::super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut faults = whole(&spec);
    if quality(object) != quality(old) {
        let class = Part::of(object, "status").field("qosClass");
        let why = "Pod QOS Class may not change as a result of resizing";
        faults.push(Fault::invalid(&spec.path, class.text(), why));
    }
    if !supported(old) {
        faults.push(spec.forbidden("Pod running on node without support for resize"));
    }
    let order = order(&spec, &was);
    if !order.is_empty() {
        faults.extend(order);
        return faults;
    }
    let mut munged = spec.value.clone();
    for list in ["initContainers", "containers"] {
        for (new, old) in spec.field(list).items().iter().zip(was.field(list).items()) {
            faults.extend(removed(&new.field("resources"), &old.field("resources")));
        }
    }
    for (list, why) in [
        ("containers", ONLY),
        ("initContainers", "only cpu and memory resources for init or sidecar containers are mutable"),
    ] {
        let containers = munged.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for ((at, container), old) in containers.enumerate().zip(was.field(list).items()) {
            restore(container, old.value);
            if container != old.value {
                let path = if list == "containers" {
                    spec.path.clone()
                } else {
                    format!("{}.{list}[{at}]", spec.path)
                };
                faults.push(Fault::forbidden(&path, why));
            }
        }
    }
    if faults.is_empty() && munged != *was.value {
        faults.push(spec.forbidden(ONLY));
    }
    faults
}

/// Whether the node of a pod can give it something else: a container that runs says what it has.
fn supported(pod: &Value) -> bool {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let running = statuses.into_iter().flatten().find(|one| one.pointer("/state/running").is_some());
    running.is_none_or(|one| one.get("resources").is_some())
}

fn order(spec: &Part<'_>, was: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for list in ["containers", "initContainers"] {
        let (new, old) = (spec.field(list).items(), was.field(list).items());
        if new.len() != old.len() {
            faults.push(spec.field(list).forbidden(&format!("{list} may not be added or removed on resize")));
            continue;
        }
        let others =
            new.iter().zip(&old).filter(|(new, old)| new.field("name").value != old.field("name").value);
        let why = format!("{list} may not be renamed or reordered on resize");
        faults.extend(others.map(|(new, _)| new.field("name").forbidden(&why)));
    }
    faults
}

/// What a container had, and is to have no longer.
fn removed(new: &Part<'_>, old: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (list, what) in [("requests", "resource requests"), ("limits", "resource limits")] {
        let (new, old) = (new.field(list), old.field(list));
        let gone = old.entries().iter().any(|(name, _)| new.value.get(name).is_none());
        faults.extend(gone.then(|| new.forbidden(&format!("{what} cannot be removed"))));
    }
    faults
}

/// Gives a container back the processors and the memory that it had.
fn restore(container: &mut Value, old: &Value) {
    let Some(fields) = container.as_object_mut() else { return };
    let Value::Object(resources) = fields.entry("resources").or_insert_with(|| Map::new().into()) else {
        return;
    };
    for list in ["requests", "limits"] {
        let before =
            old.get("resources").and_then(|resources| resources.get(list)).and_then(Value::as_object);
        let Value::Object(amounts) = resources.entry(list).or_insert_with(|| Map::new().into()) else {
            return;
        };
        for name in MUTABLE {
            match before.and_then(|before| before.get(name)) {
                Some(amount) => amounts.insert(name.into(), amount.clone()),
                None => amounts.remove(name),
            };
        }
        if amounts.is_empty() && before.is_none() {
            resources.remove(list);
        }
    }
}
