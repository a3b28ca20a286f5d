//! What a `ResourceQuota` may say.
//!
//! Source: `ValidateResourceQuota` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fault::Fault;
use super::part::Part;
use super::pod::{is_of_quota, resource_name as name};
use crate::object::Amount;

const INTEGERS: [&str; 9] = [
    "pods",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
    "resourcequotas",
];
/// The scopes of pods that are for what they want, too.
const OF_COMPUTING: [&str; 5] =
    ["Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"];
const COMPUTED: [&str; 7] =
    ["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const PAIRS: [[&str; 2]; 2] = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];

pub(super) fn create(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = amounts(&spec.field("hard"));
    let names: Vec<&str> = spec.field("hard").entries().into_iter().map(|(name, _)| name).collect();
    scopes(&spec.field("scopes"), &names, &mut faults);
    selector(&spec.field("scopeSelector").field("matchExpressions"), &names, &mut faults);
    faults
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = create(object);
    let (scopes, before) = (Part::of(object, "spec").field("scopes"), Part::of(old, "spec").field("scopes"));
    let set = |scopes: &Part<'_>| -> BTreeSet<String> {
        scopes.items().iter().map(|scope| scope.text().to_owned()).collect()
    };
    if set(&scopes) != set(&before) {
        faults.push(scopes.invalid("field is immutable"));
    }
    faults
}

pub(super) fn status(object: &Value) -> Vec<Fault> {
    let status = Part::of(object, "status");
    ["hard", "used"].iter().flat_map(|list| amounts(&status.field(list))).collect()
}

fn amounts(list: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (resource, part) in list.entries() {
        faults.extend(name(resource, &part));
        if !is_of_quota(resource) {
            faults.push(Fault::invalid(&part.path, resource, "must be a standard resource for quota"));
        }
        faults.extend(amount(resource, &part));
    }
    faults
}

/// How much of a resource there is. Of some there is no part of one.
///
/// Source: `ValidateResourceQuantityValue`.
pub(super) fn amount(resource: &str, part: &Part<'_>) -> Vec<Fault> {
    let nanos = Amount::from(part.value).nanos();
    let mut faults = Vec::new();
    if nanos < 0 {
        faults.push(part.invalid("must be greater than or equal to 0"));
    }
    let of_others =
        resource.contains('/') && !resource.contains("kubernetes.io/") && !resource.starts_with("requests.");
    if (of_others || INTEGERS.contains(&resource)) && nanos % Amount::count(1).nanos() != 0 {
        faults.push(part.invalid("must be an integer"));
    }
    faults
}

fn is_known(scope: &str) -> bool {
    OF_COMPUTING.contains(&scope) || matches!(scope, "BestEffort" | "VolumeAttributesClass")
}

/// Whether a resource can be counted by a scope. What is counted by no scope at all is not looked at.
fn fits(scope: &str, resource: &str) -> bool {
    match scope {
        _ if resource.contains('/') || !is_of_quota(resource) || resource.contains("hugepages-") => true,
        "BestEffort" => resource == "pods",
        "VolumeAttributesClass" => matches!(resource, "persistentvolumeclaims" | "requests.storage"),
        scope if OF_COMPUTING.contains(&scope) => COMPUTED.contains(&resource),
        _ => true,
    }
}

fn conflict(part: &Part<'_>, seen: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let conflicts = PAIRS.iter().filter(|pair| pair.iter().all(|scope| seen.contains(scope)));
    faults.extend(conflicts.map(|_| part.invalid("conflicting scopes")));
}

fn scopes(list: &Part<'_>, resources: &[&str], faults: &mut Vec<Fault>) {
    let items = list.items();
    for scope in items.iter().map(Part::text) {
        if !is_known(scope) {
            faults.push(list.invalid("unsupported scope"));
        }
        for _ in resources.iter().filter(|resource| !fits(scope, resource)) {
            faults.push(list.invalid("unsupported scope applied to resource"));
        }
    }
    conflict(list, &items.iter().map(Part::text).collect(), faults);
}

fn selector(list: &Part<'_>, resources: &[&str], faults: &mut Vec<Fault>) {
    let items = list.items();
    for item in &items {
        // Faults do not say which of the requirements they are of.
        let at = |field: &str| Part { path: format!("{}.{field}", list.path), ..item.field(field) };
        let (scope, operator, values) = (at("scopeName"), at("operator"), at("values"));
        if !is_known(scope.text()) {
            faults.push(scope.invalid("unsupported scope"));
        }
        for _ in resources.iter().filter(|resource| !fits(scope.text(), resource)) {
            faults.push(list.invalid("unsupported scope applied to resource"));
        }
        let plain =
            is_known(scope.text()) && !matches!(scope.text(), "PriorityClass" | "VolumeAttributesClass");
        if plain && operator.text() != "Exists" {
            faults.push(operator.invalid("must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"));
        }
        match (operator.text(), values.is_empty()) {
            ("In" | "NotIn", true) => {
                faults.push(values.required(
                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
                ));
            }
            ("Exists" | "DoesNotExist", false) => {
                faults.push(values.invalid(
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
                ));
            }
            ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => {}
            _ => faults.push(operator.invalid("not a valid selector operator")),
        }
    }
    let seen = items.iter().map(|item| item.field("scopeName").text()).collect();
    conflict(list, &seen, faults);
}
