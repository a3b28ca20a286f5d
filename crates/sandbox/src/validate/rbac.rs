//! Roles and their bindings.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/rbac/validation`.

use serde_json::Value;

use super::common::{selector, selects, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::auth::rbac::GROUP;
use crate::registry::NameRule;

pub(super) fn create(kind: &str, object: &Value) -> Vec<Fault> {
    let namespaced = !kind.starts_with("Cluster");
    match kind {
        "Role" | "ClusterRole" => role(object, namespaced),
        _ => binding(object, namespaced),
    }
}

pub(super) fn update(kind: &str, object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = create(kind, object);
    faults.extend(Part::of(object, "roleRef").unchanged(&Part::of(old, "roleRef")));
    faults
}

fn role(object: &Value, namespaced: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for rule in Part::of(object, "rules").items() {
        if rule.field("verbs").is_empty() {
            faults.push(rule.field("verbs").required(""));
        }
        let paths = rule.field("nonResourceURLs");
        let is_there = |field: &str| !rule.field(field).is_empty();
        if !paths.is_empty() {
            if namespaced {
                faults.push(paths.invalid("namespaced rules cannot apply to non-resource URLs"));
            }
            if ["apiGroups", "resources", "resourceNames"].into_iter().any(is_there) {
                let why = "rules cannot apply to both regular resources and non-resource URLs";
                faults.push(paths.invalid(why));
            }
            continue;
        }
        for (field, what) in [("apiGroups", "api group"), ("resources", "resource")] {
            if !is_there(field) {
                let why = format!("resource rules must supply at least one {what}");
                faults.push(rule.field(field).required(&why));
            }
        }
    }
    let aggregation = Part::of(object, "aggregationRule");
    let selectors = aggregation.field("clusterRoleSelectors");
    if aggregation.is_there() && selectors.is_empty() {
        let why = "at least one clusterRoleSelector required if aggregationRule is non-nil";
        faults.push(selectors.required(why));
    }
    for one in selectors.items() {
        faults.extend(selector(&one));
        if selects(one.value, None).is_none() {
            faults.push(Fault::invalid_value(&one.path, "null", "invalid label selector."));
        }
    }
    faults
}

fn binding(object: &Value, namespaced: bool) -> Vec<Fault> {
    let role = Part::of(object, "roleRef");
    let kinds: &[&str] = if namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    let mut faults: Vec<Fault> = role.field("apiGroup").one_of(&[GROUP]).into_iter().collect();
    faults.extend(role.field("kind").one_of(kinds));
    let name = role.field("name");
    if name.is_empty() {
        faults.push(name.required(""));
    } else {
        faults.extend(name.all_invalid(names::name(NameRule::PathSegment, name.text(), false)));
    }
    for subject in Part::of(object, "subjects").items() {
        self::subject(&subject, namespaced, &mut faults);
    }
    faults
}

fn subject(subject: &Part<'_>, namespaced: bool, faults: &mut Vec<Fault>) {
    let (name, group) = (subject.field("name"), subject.field("apiGroup"));
    if name.is_empty() {
        faults.push(name.required(""));
    }
    match subject.field("kind").text() {
        "ServiceAccount" => {
            if !name.is_empty() {
                faults.extend(subdomain(&name));
            }
            if !group.is_empty() {
                faults.push(group.not_supported(&[""]));
            }
            if !namespaced && subject.field("namespace").is_empty() {
                faults.push(subject.field("namespace").required(""));
            }
        }
        "User" | "Group" => faults.extend(group.one_of(&[GROUP])),
        _ => faults.push(subject.field("kind").not_supported(&["ServiceAccount", "User", "Group"])),
    }
}
