//! A pod on a node gets no more than the node has.
//!
//! Source: `plugin/pkg/admission/podresize` of Kubernetes, and `PodRequests` in `k8s.io/component-helpers/resource`.

use serde_json::{Value, json};

use super::name_of;
use crate::object::{quantity, quote, text};
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const LABEL: &str = "kubernetes.io/os";

/// Admits what a pod is to be given.
///
/// # Errors
/// 403, where its node has less, cannot give something else, or is not there.
pub(crate) fn resize(server: &Server, pod: &Value, old: &Value) -> Result<(), Refusal> {
    let node = text(pod, "/spec/nodeName");
    let generation = |pod: &Value| pod.pointer("/metadata/generation").cloned();
    if node.is_empty() || generation(pod) == generation(old) {
        return Ok(());
    }
    let forbidden = |why: &str| Problem::forbidden("", "pods", name_of(pod), why);
    let kind = server.registry.find("", "v1", "nodes");
    let Some(found) = kind.and_then(|kind| server.store.get(kind.id, node)) else {
        return Err(forbidden(&format!("node {} not found", quote(node))).into());
    };
    let system =
        found.pointer("/metadata/labels").and_then(|labels| labels.get(LABEL)?.as_str()).unwrap_or("linux");
    if system != "linux" {
        let why =
            format!("pod resize is only supported on linux nodes, node {} is {}", quote(node), quote(system));
        return Err(forbidden(&why).cause(json!({"reason": "UnsupportedPlatform"})).into());
    }
    // Processors are told in thousandths, memory in bytes.
    let mut lacking = Vec::new();
    for (name, unit) in [("cpu", 1_000_000), ("memory", 1_000_000_000)] {
        let has = amount(found.pointer("/status/allocatable"), name);
        let wanted = wanted(pod, name);
        if wanted > has {
            let up = |nanos: i128| nanos.div_euclid(unit) + i128::from(nanos.rem_euclid(unit) > 0);
            lacking.push(format!("{name}, requested: {}, allocatable: {}", up(wanted), up(has)));
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let why = format!("node didn't have enough allocatable resources: {}", lacking.join("; "));
    Err(forbidden(&why).cause(json!({"reason": "NodeCapacity"})).into())
}

/// A quantity of a list of resources, in billionths.
fn amount(list: Option<&Value>, name: &str) -> i128 {
    let text = list.and_then(|list| list.get(name)?.as_str()).unwrap_or_default();
    quantity::nanos(text).unwrap_or_default()
}

/// What a pod wants of a resource: all its containers at once, or, if that is more, what starts it.
fn wanted(pod: &Value, name: &str) -> i128 {
    let of = |container: &Value| amount(container.pointer("/resources/requests"), name);
    let list = |list: &str| pod.pointer(list).and_then(Value::as_array).into_iter().flatten();
    let (mut beside, mut most) = (0_i128, 0_i128);
    for container in list("/spec/initContainers") {
        if text(container, "/restartPolicy") == "Always" {
            beside = of(container).saturating_add(beside);
            most = most.max(beside);
        } else {
            most = most.max(of(container).saturating_add(beside));
        }
    }
    most.max(list("/spec/containers").map(of).fold(beside, i128::saturating_add))
}
