//! The labels of a pod by which it chooses its neighbours, where it names the keys alone: they become part of the selectors.
//!
//! Source: KEP-3633 for neighbours, and KEP-3243 for spreading.

use serde_json::{Map, Value, json};

use crate::object::put;
use crate::validate::{PREFERRED, REQUIRED};

/// What is added to a selector at most, in bytes: a key may be named many times, and is refused only later.
const MOST: usize = 1 << 20;

/// Adds what a new pod's labels say to its selectors.
pub(super) fn apply(pod: &mut Value) {
    let labels = pod.pointer("/metadata/labels").and_then(Value::as_object).cloned().unwrap_or_default();
    let Some(spec) = pod.get_mut("spec") else { return };
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = spec.pointer_mut(&format!("/affinity/{kind}")) else { continue };
        items(affinity, REQUIRED).for_each(|term| of_term(term, &labels));
        items(affinity, PREFERRED)
            .filter_map(|one| one.get_mut("podAffinityTerm"))
            .for_each(|term| of_term(term, &labels));
    }
    items(spec, "topologySpreadConstraints").for_each(|one| of_term(one, &labels));
}

fn items<'v>(part: &'v mut Value, list: &str) -> impl Iterator<Item = &'v mut Value> {
    part.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
}

fn of_term(term: &mut Value, labels: &Map<String, Value>) {
    let (mut wanted, mut room) = (Vec::new(), MOST);
    for (keys, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        let keys = term.get(keys).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for (key, value) in keys.filter_map(|key| Some((key, labels.get(key)?.as_str()?))) {
            room = room.saturating_sub(key.len() + value.len() + 100);
            if room > 0 {
                wanted.push(json!({"key": key, "operator": operator, "values": [value]}));
            }
        }
    }
    // Where there is no selector nobody is chosen, whatever the labels are.
    let Some(selector) = term.get_mut("labelSelector").filter(|selector| selector.is_object()) else {
        return;
    };
    match selector.get_mut("matchExpressions").and_then(Value::as_array_mut) {
        Some(there) => there.extend(wanted),
        None if wanted.is_empty() => {}
        None => put(selector, "matchExpressions", wanted),
    }
}
