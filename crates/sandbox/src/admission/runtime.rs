//! What a class of runtimes adds to its pods: an overhead, and where they may run.
//!
//! Source: `plugin/pkg/admission/runtimeclass` of Kubernetes.

use serde_json::{Value, json};

use super::refused;
use crate::object::{called, quote, spec_mut, text};
use crate::server::Server;
use crate::wire::{Problem, Refusal};

pub(super) fn admit(server: &Server, pod: &mut Value) -> Result<(), Refusal> {
    let Some(class) = class(server, pod)? else { return Ok(()) };
    let name = called(pod).to_owned();
    let refused = |why: &str| Refusal::from(Problem::forbidden("", "pods", &name, why));
    let Some(spec) = spec_mut(pod) else { return Ok(()) };
    if let Some(overhead) = class.pointer("/overhead/podFixed") {
        let own = spec.entry("overhead").or_insert_with(|| overhead.clone());
        if own != overhead {
            return Err(refused(
                "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
            ));
        }
    }
    for (label, value) in
        class.pointer("/scheduling/nodeSelector").and_then(Value::as_object).into_iter().flatten()
    {
        let Some(selector) = spec.entry("nodeSelector").or_insert_with(|| json!({})).as_object_mut() else {
            continue;
        };
        let own = selector.entry(label.clone()).or_insert_with(|| value.clone());
        if own != value {
            let show = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (class, own) = (show(value), show(own));
            return Err(refused(&format!(
                "conflict: runtimeClass.scheduling.nodeSelector[{label}] = {class}; pod.spec.nodeSelector[{label}] = {own}"
            )));
        }
    }
    for toleration in class.pointer("/scheduling/tolerations").and_then(Value::as_array).into_iter().flatten()
    {
        if let Value::Array(list) = spec.entry("tolerations").or_insert_with(|| json!([]))
            && !list.contains(toleration)
        {
            list.push(toleration.clone());
        }
    }
    Ok(())
}

/// A pod's overhead is its class's.
pub(super) fn judge(server: &Server, pod: &Value) -> Result<(), Refusal> {
    let class = class(server, pod)?;
    let overhead = class.and_then(|class| class.pointer("/overhead/podFixed"));
    match (overhead, pod.pointer("/spec/overhead")) {
        (None, Some(_)) => {
            let why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
            Err(refused("pods", pod, why))
        }
        _ => Ok(()),
    }
}

fn class<'s>(server: &'s Server, pod: &Value) -> Result<Option<&'s Value>, Refusal> {
    let name = text(pod, "/spec/runtimeClassName");
    if name.is_empty() {
        return Ok(None);
    }
    match server.named("node.k8s.io", "runtimeclasses", name) {
        Some(class) => Ok(Some(class)),
        None => Err(refused("pods", pod, &format!("pod rejected: RuntimeClass {} not found", quote(name)))),
    }
}
