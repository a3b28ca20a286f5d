//! What keeps a pod from being scheduled.
//!
//! Source: `validateSchedulingGates` and `validateOnlyDeletedSchedulingGates` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use super::fault::Fault;
use super::names;
use super::part::Part;

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

/// Gates can only be taken away. True for a pod that had some: where it may go can still be narrowed.
pub(super) fn update(spec: &Part<'_>, was: &Part<'_>, faults: &mut Vec<Fault>) -> bool {
    let had: BTreeSet<&str> = of(was).iter().map(Part::text).collect();
    for name in of(spec).iter().filter(|name| !had.contains(name.text())) {
        let why = format!("only deletion is allowed, but found new scheduling gate '{}'", name.text());
        faults.push(name.forbidden(&why));
    }
    let (new, old) = (spec.field("nodeSelector"), was.field("nodeSelector"));
    if !had.is_empty() && old.entries().iter().any(|(key, value)| new.value.get(key) != Some(value.value)) {
        let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        faults.push(new.invalid(why));
    }
    !had.is_empty()
}
