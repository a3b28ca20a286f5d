//! A pod on a node gets no more than the node has.
//!
//! Source: `plugin/pkg/admission/podresize` of Kubernetes, and `PodRequests` in `k8s.io/component-helpers/resource`.

use serde_json::{Value, json};

use crate::object::{Amount, Amounts, called, quote, text};
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const LABEL: &str = "kubernetes.io/os";

/// Admits what a pod is to be given.
///
/// # Errors
/// 403, where its node has less, cannot give something else, or is not there.
pub(super) fn judge(server: &Server, pod: &Value, old: &Value) -> Result<(), Refusal> {
    let node = text(pod, "/spec/nodeName");
    let generation = |pod: &Value| pod.pointer("/metadata/generation").cloned();
    if node.is_empty() || generation(pod) == generation(old) {
        return Ok(());
    }
    let forbidden = |why: &str| Problem::forbidden("", "pods", called(pod), why);
    let Some(found) = server.named("", "nodes", node) else {
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
    let has = Amounts::from(found.pointer("/status/allocatable"));
    let mut wants = Amounts::of_containers(pod, "requests");
    wants.add(&Amounts::from(pod.pointer("/spec/overhead")));
    let mut lacking = Vec::new();
    for (name, unit) in [("cpu", 1_000_000), ("memory", 1_000_000_000)] {
        let nanos = |list: &Amounts| list.get(name).unwrap_or(Amount::ZERO).nanos();
        let (has, wants) = (nanos(&has), nanos(&wants));
        if wants > has {
            let up = |nanos: i128| nanos.div_euclid(unit) + i128::from(nanos.rem_euclid(unit) > 0);
            lacking.push(format!("{name}, requested: {}, allocatable: {}", up(wants), up(has)));
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let why = format!("node didn't have enough allocatable resources: {}", lacking.join("; "));
    Err(forbidden(&why).cause(json!({"reason": "NodeCapacity"})).into())
}
