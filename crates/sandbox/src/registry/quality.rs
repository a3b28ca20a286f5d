//! A pod's quality of service, from what its containers want and may have.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/core/helper/qos`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::object::quantity;

/// `Guaranteed`, `Burstable` or `BestEffort`.
pub(crate) fn quality(pod: &Value) -> &'static str {
    let mut requests = BTreeMap::new();
    let mut limits = BTreeMap::new();
    let mut guaranteed = true;
    for list in ["containers", "initContainers"] {
        let list = pod.get("spec").and_then(|spec| spec.get(list)).and_then(Value::as_array);
        for container in list.into_iter().flatten() {
            add(container, "requests", &mut requests);
            let limited = add(container, "limits", &mut limits);
            guaranteed &= limited == 2;
        }
    }
    if requests.is_empty() && limits.is_empty() {
        return "BestEffort";
    }
    if guaranteed && requests == limits { "Guaranteed" } else { "Burstable" }
}

/// Adds what a container has of processors and memory, and says of how many of the two there is some.
fn add<'v>(container: &'v Value, what: &str, to: &mut BTreeMap<&'v str, i128>) -> usize {
    let list =
        container.get("resources").and_then(|resources| resources.get(what)).and_then(Value::as_object);
    let mut count = 0;
    for (name, value) in
        list.into_iter().flatten().filter(|(name, _)| matches!(name.as_str(), "cpu" | "memory"))
    {
        let nanos = quantity::nanos(value.as_str().unwrap_or_default()).unwrap_or_default();
        if nanos > 0 {
            let sum: &mut i128 = to.entry(name.as_str()).or_default();
            *sum = sum.saturating_add(nanos);
            count += 1;
        }
    }
    count
}
