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
    let Some(spec) = pod.get("spec") else { return "BestEffort" };
    let lists = ["containers", "initContainers"].map(|list| spec.get(list).and_then(Value::as_array));
    // What is said of the pod as a whole counts alone.
    let whole = Some(spec).filter(|spec| levelled(spec));
    let containers = lists.into_iter().flatten().flatten().filter(|_| whole.is_none());
    for holder in whole.into_iter().chain(containers) {
        add(holder, "requests", &mut requests);
        let limited = add(holder, "limits", &mut limits);
        guaranteed &= limited == 2;
    }
    if requests.is_empty() && limits.is_empty() {
        return "BestEffort";
    }
    if guaranteed && requests == limits { "Guaranteed" } else { "Burstable" }
}

/// Whether it is said what a pod as a whole wants, or may have.
pub(crate) fn levelled(spec: &Value) -> bool {
    let lists =
        ["requests", "limits"].iter().filter_map(|list| spec.get("resources")?.get(list)?.as_object());
    lists
        .flat_map(serde_json::Map::keys)
        .any(|name| matches!(name.as_str(), "cpu" | "memory") || name.starts_with("hugepages-"))
}

/// Adds what a container or a whole pod has of processors and memory, and says of how many of the two there is some.
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
