//! What the server adds to an object before it judges it, which nobody owns, and what it refuses by what else is in the cluster.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/admission`.

mod account;
mod claims;
mod classes;
mod priority;
mod quota;
mod ranges;
mod resize;
mod runtime;
mod security;

use kubewire::Now;
use serde_json::{Map, Value, json};

use crate::crd;
use crate::object::{called, meta_mut, spec_mut};
use crate::registry::Kind;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

/// Admits a new object.
///
/// # Errors
/// 403 where it needs what is not there.
pub(crate) fn create(server: &mut Server, kind: &Kind, object: &mut Value) -> Result<(), Refusal> {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => {
            ranges::admit(server, object);
            account::admit(server, object)?;
            priority::admit(server, object)?;
            tolerations(object);
            runtime::admit(server, object)?;
        }
        ("", "Node") => not_ready(object),
        ("", "PersistentVolumeClaim") => {
            classes::storage(server, object);
            finalizer(object, "kubernetes.io/pvc-protection");
        }
        ("networking.k8s.io", "Ingress") => classes::ingress(server, object),
        ("", "PersistentVolume") => finalizer(object, "kubernetes.io/pv-protection"),
        ("storage.k8s.io", "VolumeAttributesClass") => finalizer(object, "kubernetes.io/vac-protection"),
        _ => {}
    }
    Ok(())
}

/// Admits an object in the place of another.
pub(crate) fn update(kind: &Kind, object: &mut Value, old: &Value) {
    if (kind.group.as_str(), kind.kind.as_str()) != ("", "Pod") {
        return;
    }
    tolerations(object);
    // What admission gave a pod, it has for ever.
    let given = ["priority", "preemptionPolicy"];
    let old = given.map(|field| old.get("spec").and_then(|spec| spec.get(field)).cloned());
    if let Some(spec) = spec_mut(object) {
        for (field, value) in given.iter().zip(old) {
            if let (false, Some(value)) = (spec.contains_key(*field), value) {
                spec.insert((*field).to_owned(), value);
            }
        }
    }
}

/// A write that is about to be stored, and right so far.
#[derive(Debug)]
pub(crate) struct Write<'w> {
    pub(crate) kind: &'w Kind,
    /// Empty for the object itself.
    pub(crate) subresource: &'w str,
    pub(crate) object: &'w Value,
    pub(crate) old: Option<&'w Value>,
    pub(crate) dry: bool,
    pub(crate) now: Now,
}

/// Judges a write by what else is in the cluster, and gives what is to be told of it.
///
/// # Errors
/// 403 where it cannot be.
pub(crate) fn judge(server: &mut Server, write: &Write<'_>) -> Result<Vec<String>, Refusal> {
    let Write { kind, object, .. } = write;
    let part = (kind.group.as_str(), kind.kind.as_str(), write.subresource, write.old);
    // In the order in which the server asks them.
    match part {
        ("", "Pod", "", None) | ("", "Pod", "resize", _) => ranges::judge_pod(server, object)?,
        ("", "PersistentVolumeClaim", "", _) => ranges::judge_claim(server, object)?,
        _ => {}
    }
    let mut told = security::judge(server, write)?;
    told.extend(without_effect(kind, object));
    match part {
        ("", "Pod", "", None) => runtime::judge(server, object)?,
        ("scheduling.k8s.io", "PriorityClass", "", old) => priority::judge(server, object, old.is_none())?,
        ("", "Pod", "resize", Some(old)) => resize::judge(server, object, old)?,
        ("", "PersistentVolumeClaim", "", Some(old)) => claims::judge(server, object, old)?,
        _ => {}
    }
    quota::judge(server, write)?;
    Ok(told)
}

/// Nothing is passed over in silence: who configures admission or conversion here hears that nobody asks it.
fn without_effect(kind: &Kind, object: &Value) -> Option<String> {
    if kind.group == "admissionregistration.k8s.io" {
        return Some(format!("the sandbox stores a {} and does not act by it", kind.kind));
    }
    if kind.group == crd::GROUP { crd::without_webhook(object) } else { None }
}

/// 403 of an object.
fn refused(plural: &str, object: &Value, why: &str) -> Refusal {
    Problem::forbidden("", plural, called(object), why).into()
}

/// Nothing runs on a new node until someone says that it is ready.
///
/// Source: `plugin/pkg/admission/nodetaint` of Kubernetes.
fn not_ready(node: &mut Value) {
    let Some(spec) = spec_mut(node) else { return };
    let Value::Array(taints) = spec.entry("taints").or_insert_with(|| json!([])) else { return };
    let is = |taint: &Value| {
        let is = |field: &str, wanted: &str| taint.get(field).is_some_and(|own| own == wanted);
        is("key", "node.kubernetes.io/not-ready") && is("effect", "NoSchedule")
    };
    if !taints.iter().any(is) {
        taints.push(json!({"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}));
    }
}

fn finalizer(object: &mut Value, name: &str) {
    let Some(metadata) = meta_mut(object) else { return };
    let list = metadata.entry("finalizers").or_insert_with(|| json!([]));
    if let Value::Array(list) = list
        && !list.iter().any(|own| own == name)
    {
        list.push(name.into());
    }
}

/// Pods stay five minutes on a node that is not ready, or not reached.
fn tolerations(object: &mut Value) {
    let Some(spec) = spec_mut(object) else { return };
    for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let text =
            |one: &Value, field: &str| one.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = spec.entry("tolerations").or_insert_with(|| json!([]));
        let Value::Array(list) = list else { return };
        let tolerates = |one: &Value| {
            let (key, effect) = (text(one, "key"), text(one, "effect"));
            (key == taint || key.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        };
        if !list.iter().any(tolerates) {
            list.push(
                json!({"key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}),
            );
        }
    }
}

/// The containers of a pod's spec, those that start it first.
fn containers(spec: &mut Map<String, Value>) -> Vec<&mut Map<String, Value>> {
    let lists = spec.iter_mut().filter(|(name, _)| matches!(name.as_str(), "containers" | "initContainers"));
    lists.filter_map(|(_, list)| list.as_array_mut()).flatten().filter_map(Value::as_object_mut).collect()
}
