//! What a job makes of pods that fail.
//!
//! Source: `validatePodFailurePolicy` in `k8s.io/kubernetes/pkg/apis/batch/validation`.

use std::collections::BTreeSet;

use super::super::fault::Fault;
use super::super::part::Part;
use super::super::pod::key_of_label;

pub(super) fn judge(spec: &Part<'_>) -> Vec<Fault> {
    let rules = spec.field("podFailurePolicy").field("rules");
    let items = rules.items();
    let mut faults = Vec::new();
    if items.len() > 20 {
        faults.push(Fault::too_many(&rules.path, items.len(), 20));
    }
    let pod = spec.field("template").field("spec");
    let containers = ["containers", "initContainers"].map(|list| pod.field(list).items());
    let called: Vec<&str> = containers.iter().flatten().map(|one| one.field("name").text()).collect();
    for rule in items {
        let action = rule.field("action");
        match action.text() {
            "" => {
                faults
                    .push(action.required("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"));
            }
            "FailIndex" if !spec.field("backoffLimitPerIndex").is_there() => {
                faults.push(action.invalid("requires the backoffLimitPerIndex to be set"));
            }
            _ => faults.extend(action.one_of(&["Count", "FailIndex", "FailJob", "Ignore"])),
        }
        let (codes, conditions) = (rule.field("onExitCodes"), rule.field("onPodConditions"));
        if codes.is_there() {
            self::codes(&codes, &called, &mut faults);
        }
        self::conditions(&conditions, &mut faults);
        let mut tell = |why: &str| faults.push(Fault::invalid_value(&rule.path, "", why));
        match (codes.is_there(), conditions.is_empty()) {
            (true, false) => tell("specifying both OnExitCodes and OnPodConditions is not supported"),
            (false, true) => tell("specifying one of OnExitCodes and OnPodConditions is required"),
            _ => {}
        }
    }
    faults
}

fn codes(codes: &Part<'_>, called: &[&str], faults: &mut Vec<Fault>) {
    let (operator, container, values) =
        (codes.field("operator"), codes.field("containerName"), codes.field("values"));
    if operator.is_empty() {
        faults.push(operator.required("valid values: [\"In\" \"NotIn\"]"));
    } else {
        faults.extend(operator.one_of(&["In", "NotIn"]));
    }
    if container.is_there() && !called.contains(&container.text()) {
        let why = "must be one of the container or initContainer names in the pod template";
        faults.push(container.invalid(why));
    }
    let items = values.items();
    if items.is_empty() {
        faults.push(Fault::invalid_value(&values.path, "[]", "at least one value is required"));
    } else if items.len() > 255 {
        faults.push(Fault::too_many(&values.path, items.len(), 255));
    }
    let numbers: Vec<i64> = items.iter().map(Part::number).collect();
    let mut seen = BTreeSet::new();
    for (item, number) in items.iter().zip(&numbers) {
        if operator.text() == "In" && *number == 0 {
            faults.push(item.invalid("must not be 0 for the In operator"));
        }
        if !seen.insert(number) {
            faults.push(item.duplicate());
        }
    }
    if !numbers.is_sorted() {
        faults.push(values.invalid("must be ordered"));
    }
}

fn conditions(conditions: &Part<'_>, faults: &mut Vec<Fault>) {
    let items = conditions.items();
    if items.len() > 20 {
        faults.push(Fault::too_many(&conditions.path, items.len(), 20));
    }
    for pattern in items {
        let (kind, status) = (pattern.field("type"), pattern.field("status"));
        key_of_label(&kind, faults);
        if status.is_empty() {
            faults.push(status.required("valid values: [\"False\" \"True\" \"Unknown\"]"));
        } else {
            faults.extend(status.one_of(&["False", "True", "Unknown"]));
        }
    }
}
