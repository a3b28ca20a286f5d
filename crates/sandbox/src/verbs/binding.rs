//! Binding: a pod gets its node.
//!
//! Source: `BindingREST` in `pkg/registry/core/pod/storage/storage.go` of Kubernetes.

use serde_json::{Value, json};

use super::ask::Ask;
use super::body;
use super::update::precondition;
use super::write::{admit, match_namespace, wipe};
use crate::object::{meta, meta_mut, put, quote, set_condition, text};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::server::Server;
use crate::validate;
use crate::wire::{Place, Problem, Refusal};

/// Whether a binding is made here: at a pod, or, the old way, beside the pods.
pub(super) fn binds(place: &Place) -> bool {
    let (kind, part) = (&place.kind, place.subresource.as_str());
    kind.group.is_empty() && matches!((kind.plural.as_str(), part), ("pods", "binding") | ("bindings", ""))
}

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let dry = ask.write_options("CreateOptions")?;
    body::check(ask)?;
    let place = ask.place;
    let mut binding = body::object_of(ask, &Kind::of_part("", "Binding", "bindings"))?;
    match_namespace(&place.kind, &mut binding, &place.namespace)?;
    let pods = ask.registry.find("", "v1", "pods").ok_or_else(|| ask.not_found())?;
    let name = if place.name.is_empty() { meta(&binding, "name").to_owned() } else { place.name.clone() };
    admit(server, ask, &name)?;
    if name.is_empty() {
        return Err(Problem::bad_request("Name parameter required.").into());
    }
    if place.name.is_empty() {
        // Only at the pod the uid is meant.
        wipe(&mut binding);
    }
    if name != meta(&binding, "name") {
        return Err(Problem::bad_request("name in URL does not match name in Binding object").into());
    }
    let faults = validate::binding(&binding);
    if !faults.is_empty() {
        return Err(Problem::aggregate(&faults).into());
    }
    let key = pods.key(&place.namespace, &name);
    let missing = || Problem::not_found("", "pods", &name);
    let pod = server.store.get(pods.id, &key).cloned().ok_or_else(missing)?;
    let registry = if dry { "" } else { "/registry" };
    for (what, field) in [("UID", "uid"), ("ResourceVersion", "resourceVersion")] {
        let (wanted, is) = (meta(&binding, field), meta(&pod, field));
        if !wanted.is_empty() && wanted != is {
            let why = precondition(&format!("{registry}/pods/{key}"), what, wanted, is);
            return Err(Problem::conflict("", "pods", &name, &why).into());
        }
    }
    if let Some(why) = refused(&pod) {
        return Err(Problem::conflict("", "pods/binding", &name, &why).into());
    }
    if !dry {
        let mut pod = (*pod).clone();
        bind(&mut pod, &binding, ask);
        server.store.write(pods.id, &key, Some(pod));
    }
    Ok(Reply::created(&ask.warnings))
}

/// Why a pod gets no node.
fn refused(pod: &Value) -> Option<String> {
    let (name, node) = (meta(pod, "name"), text(pod, "/spec/nodeName"));
    if !meta(pod, "deletionTimestamp").is_empty() {
        return Some(format!("pod {name} is being deleted, cannot be assigned to a host"));
    }
    if !node.is_empty() {
        return Some(format!("pod {name} is already assigned to node {}", quote(node)));
    }
    pod.pointer("/spec/schedulingGates/0").map(|_| format!("pod {name} has non-empty .spec.schedulingGates"))
}

/// Gives a pod its node, and what of labels and annotations the binding brings.
fn bind(pod: &mut Value, binding: &Value, ask: &Ask<'_>) {
    if let Some(spec) = pod.get_mut("spec") {
        put(spec, "nodeName", text(binding, "/target/name"));
    }
    for field in ["annotations", "labels"] {
        let brought = binding.pointer(&format!("/metadata/{field}")).and_then(Value::as_object);
        let Some(brought) = brought.filter(|brought| !brought.is_empty()) else { continue };
        if let Some(Value::Object(own)) =
            meta_mut(pod).map(|metadata| metadata.entry(field).or_insert_with(|| json!({})))
        {
            own.extend(brought.clone());
        }
    }
    if let Some(Value::Object(status)) = pod.get_mut("status") {
        status.remove("nominatedNodeName");
    }
    let scheduled = json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null,
    });
    set_condition(pod, scheduled, ask.now);
}
