//! What a pod as a whole wants and may have, beside what its containers do.
//!
//! Source: `validatePodResources` in `k8s.io/kubernetes/pkg/apis/core/validation`, KEP-2837.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::fault::Fault;
use super::super::part::Part;
use super::resources;
use crate::object::{Amounts, quantity};

pub(super) fn judge(spec: &Part<'_>, claims: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let whole = spec.field("resources");
    if !whole.is_there() {
        return;
    }
    if spec.field("os").field("name").text() == "windows" {
        return faults.push(whole.forbidden("may not be set for a windows pod"));
    }
    if whole.field("claims").is_there() {
        faults.push(whole.field("claims").forbidden("claims may not be set for Resources at pod-level"));
    }
    resources::of_pod(&whole, claims, faults);
    let pod = json!({"spec": spec.value});
    for (list, only_pages) in [("requests", false), ("limits", true)] {
        let said = whole.field(list);
        for (name, amount) in Amounts::of_containers(&pod, list).0 {
            let part = Part { path: format!("{}[{name}]", said.path), ..said.field(&name) };
            let less = quantity::nanos(part.text()).is_some_and(|own| own < amount.nanos());
            if less && (!only_pages || name.starts_with("hugepages-")) {
                let why = format!("must be greater than or equal to aggregate container {list} of {amount}");
                faults.push(part.invalid(why));
            }
        }
    }
    for (at, container) in spec.field("containers").items().iter().enumerate() {
        for (name, limit) in container.field("resources").field("limits").entries() {
            let most = whole.field("limits").field(name);
            let nanos = |part: &Part<'_>| quantity::nanos(part.text());
            if most.is_there() && nanos(&limit) > nanos(&most) {
                let path = format!("{}.containers[{at}][{name}].limits", whole.path);
                let why = format!("must be less than or equal to pod limits of {}", most.text());
                faults.push(Fault::invalid(&path, limit.text(), why));
            }
        }
    }
}
