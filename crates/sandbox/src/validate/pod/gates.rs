//! What keeps a pod from being scheduled.
//!
//! Source: `validateSchedulingGates` and `validateOnlyDeletedSchedulingGates` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::fault::Fault;
use super::super::names;
use super::super::part::Part;
use super::affinity::REQUIRED;
use crate::object::{put, set};

/// The gates of a spec, each as its name.
fn of<'v>(spec: &Part<'v>) -> Vec<Part<'v>> {
    spec.field("schedulingGates").items().iter().map(|gate| gate.field("name")).collect()
}

/// Judges how they are called. The real server names the gate, not its name.
pub(super) fn names(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for name in of(spec) {
        let path = name.path.trim_end_matches(".name").to_owned();
        let gate = Part { path, ..name };
        faults.extend(gate.all_invalid(names::label_key(gate.text())));
        if !seen.insert(gate.text()) {
            faults.push(gate.duplicate());
        }
    }
}

/// Gates can only be taken away. A pod that had some can still be narrowed in where it may go: what of its new spec, `munged`, is so, is put back.
pub(super) fn update(spec: &Part<'_>, was: &Part<'_>, munged: &mut Value, faults: &mut Vec<Fault>) {
    let had: BTreeSet<&str> = of(was).iter().map(Part::text).collect();
    for name in of(spec).iter().filter(|name| !had.contains(name.text())) {
        let why = format!("only deletion is allowed, but found new scheduling gate '{}'", name.text());
        faults.push(name.forbidden(&why));
    }
    if had.is_empty() {
        return;
    }
    let (new, old) = (spec.field("nodeSelector"), was.field("nodeSelector"));
    if old.entries().iter().any(|(key, value)| new.value.get(key) != Some(value.value)) {
        let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        faults.push(new.invalid(why));
    }
    set(munged, "nodeSelector", was.value.get("nodeSelector").cloned());
    let nodes = |spec: &Part<'_>| spec.value.pointer("/affinity/nodeAffinity").cloned();
    let before = nodes(was);
    if before == nodes(spec) {
        return;
    }
    if before.is_some() {
        terms(&spec.field("affinity"), &was.field("affinity"), faults);
    }
    let others =
        |affinity: &Value| affinity.get("podAffinity").is_some() || affinity.get("podAntiAffinity").is_some();
    match munged.get_mut("affinity") {
        Some(affinity) if was.field("affinity").is_there() || others(affinity) => {
            set(affinity, "nodeAffinity", before);
        }
        Some(_) => set(munged, "affinity", None),
        None => put(munged, "affinity", json!({"nodeAffinity": before})),
    }
}

fn required<'v>(affinity: &Part<'v>) -> Part<'v> {
    let required = affinity.field("nodeAffinity").field(REQUIRED);
    required.field("nodeSelectorTerms")
}

/// To the terms that must hold, requirements can only be added.
fn terms(affinity: &Part<'_>, was: &Part<'_>, faults: &mut Vec<Fault>) {
    let (list, old) = (required(affinity), required(was).items());
    let new = list.items();
    if !old.is_empty() && old.len() != new.len() {
        faults.push(list.invalid("no additions/deletions to non-empty NodeSelectorTerms list are allowed"));
        return;
    }
    for (new, old) in new.iter().zip(&old) {
        let lists = ["matchExpressions", "matchFields"];
        let was_empty = lists.iter().all(|list| old.field(list).is_empty());
        let is_empty = lists.iter().all(|list| new.field(list).is_empty());
        let adds = |list: &&str| {
            let (new, old) = (new.field(list).items(), old.field(list).items());
            new.len() >= old.len() && new.iter().zip(&old).all(|(new, old)| new.value == old.value)
        };
        if was_empty && !is_empty || !lists.iter().all(adds) {
            faults.push(new.invalid("only additions are allowed (no mutations or deletions)"));
        }
    }
}
