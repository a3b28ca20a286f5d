//! What a pod as a whole wants and may have, where only a part of it is said.
//!
//! Source: KEP-2837.

use serde_json::{Map, Value};

use super::quality::levelled;
use crate::object::{Amounts, put, spec_mut};

/// Nothing is added where nothing is said: most pods say it container by container.
pub(super) fn apply(pod: &mut Value) {
    let Some((wanted, allowed)) = of(pod) else { return };
    let Some(spec) = spec_mut(pod) else { return };
    let resources = spec.entry("resources").or_insert_with(|| Map::new().into());
    for (list, amounts) in [("requests", wanted), ("limits", allowed)] {
        if !amounts.0.is_empty() {
            put(resources, list, Value::from(&amounts));
        }
    }
}

/// What it wants, and what it may have.
fn of(pod: &Value) -> Option<(Amounts, Amounts)> {
    let spec = pod.get("spec").filter(|spec| levelled(spec))?;
    let requests = Amounts::of_containers(pod, "requests");
    let limits = Amounts::of_containers(pod, "limits");
    let (asked, mut allowed) = (Amounts::of(spec, "requests"), Amounts::of(spec, "limits"));
    for (name, amount) in limits.0 {
        // What one container may have without end the pod may, too.
        let bounded = is_huge(&name) || matches!(name.as_str(), "cpu" | "memory") && all_limit(pod, &name);
        if bounded {
            let least = asked.get(&name).filter(|own| own.nanos() > amount.nanos());
            allowed.0.entry(name).or_insert(least.unwrap_or(amount));
        }
    }
    let mut wanted = asked;
    for (name, amount) in requests.0 {
        if matches!(name.as_str(), "cpu" | "memory") {
            wanted.0.entry(name).or_insert(amount);
        }
    }
    for (name, amount) in &allowed.0 {
        wanted.0.entry(name.clone()).or_insert(*amount);
    }
    Some((wanted, allowed))
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Whether each container of a pod has a limit of its own.
fn all_limit(pod: &Value, name: &str) -> bool {
    let containers = |list: &str| pod.pointer(list).and_then(Value::as_array).into_iter().flatten();
    containers("/spec/containers")
        .chain(containers("/spec/initContainers"))
        .all(|one| one.pointer("/resources/limits").is_some_and(|limits| limits.get(name).is_some()))
}
