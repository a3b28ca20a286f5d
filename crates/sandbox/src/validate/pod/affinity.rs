//! Which nodes a pod wants, and which neighbours.
//!
//! Source: `validateAffinity` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::{BTreeMap, BTreeSet};

use super::super::common::{label, selector, subdomain};
use super::super::fault::Fault;
use super::super::names;
use super::super::part::Part;

/// Terms that must be, and terms that may be.
pub(crate) const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
pub(crate) const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn judge(affinity: &Part<'_>, faults: &mut Vec<Fault>) {
    let nodes = affinity.field("nodeAffinity");
    if nodes.field(REQUIRED).is_there() {
        node_selector(&nodes.field(REQUIRED), faults);
    }
    for one in nodes.field(PREFERRED).items() {
        weight(&one, faults);
        node_term(&one.field("preference"), faults);
    }
    for pods in ["podAffinity", "podAntiAffinity"].map(|kind| affinity.field(kind)) {
        for term in pods.field(REQUIRED).items() {
            pod_term(&term, faults);
        }
        for one in pods.field(PREFERRED).items() {
            weight(&one, faults);
            pod_term(&one.field("podAffinityTerm"), faults);
        }
    }
}

fn weight(one: &Part<'_>, faults: &mut Vec<Fault>) {
    let weight = one.field("weight");
    if !(1..=100).contains(&weight.number()) {
        faults.push(weight.invalid("must be in the range 1-100"));
    }
}

pub(in super::super) fn node_selector(selector: &Part<'_>, faults: &mut Vec<Fault>) {
    let terms = selector.field("nodeSelectorTerms");
    if terms.is_empty() {
        faults.push(terms.required("must have at least one node selector term"));
    }
    terms.items().iter().for_each(|term| node_term(term, faults));
}

fn node_term(term: &Part<'_>, faults: &mut Vec<Fault>) {
    term.field("matchExpressions").items().iter().for_each(|one| label_of_node(one, faults));
    term.field("matchFields").items().iter().for_each(|one| field_of_node(one, faults));
}

fn label_of_node(one: &Part<'_>, faults: &mut Vec<Fault>) {
    let (key, operator, values) = (one.field("key"), one.field("operator"), one.field("values"));
    let items = values.items();
    match operator.text() {
        "In" | "NotIn" if items.is_empty() => {
            faults.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if !items.is_empty() => {
            faults
                .push(values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "Gt" | "Lt" if items.len() != 1 => {
            faults.push(values.required("must be specified single value when `operator` is 'Lt' or 'Gt'"));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        text => faults.push(Fault::invalid(&operator.path, text, "not a valid selector operator")),
    }
    key_of_label(&key, faults);
    for value in items {
        faults.extend(value.all_invalid(names::label_value(value.text())));
    }
}

fn field_of_node(one: &Part<'_>, faults: &mut Vec<Fault>) {
    let (key, operator, values) = (one.field("key"), one.field("operator"), one.field("values"));
    let items = values.items();
    match operator.text() {
        "In" | "NotIn" if items.len() != 1 => {
            let why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            faults.push(values.required(why));
        }
        "In" | "NotIn" => {}
        text => faults.push(Fault::invalid(&operator.path, text, "not a valid selector operator")),
    }
    if key.text() == "metadata.name" {
        items.iter().for_each(|value| faults.extend(subdomain(value)));
    } else {
        faults.push(Fault::invalid(&key.path, key.text(), "not a valid field selector key"));
    }
}

/// The key of a label; where there is none, it is an empty one.
pub(in super::super) fn key_of_label(key: &Part<'_>, faults: &mut Vec<Fault>) {
    let whys = names::label_key(key.text());
    faults.extend(whys.into_iter().map(|why| Fault::invalid(&key.path, key.text(), why)));
}

fn pod_term(term: &Part<'_>, faults: &mut Vec<Fault>) {
    faults.extend(selector(&term.field("labelSelector")));
    faults.extend(selector(&term.field("namespaceSelector")));
    for name in term.field("namespaces").items() {
        faults.extend(label(&Part { path: format!("{}.namespace", term.path), ..name }));
    }
    keys_of_labels(term, faults);
    let topology = term.field("topologyKey");
    if topology.is_empty() {
        faults.push(topology.required("can not be empty"));
    }
    key_of_label(&topology, faults);
}

/// Labels of the pod itself that others are to have, or not to have. In a pod the selector has them by now: it is a key that stands there twice
/// which somebody wrote there, too.
pub(super) fn keys_of_labels(term: &Part<'_>, faults: &mut Vec<Fault>) {
    let selector = term.field("labelSelector");
    let (same, other) = (term.field("matchLabelKeys"), term.field("mismatchLabelKeys"));
    for keys in [&same, &other].into_iter().filter(|keys| !keys.is_empty()) {
        if !selector.is_there() {
            faults.push(keys.forbidden("must not be specified when labelSelector is not set"));
            continue;
        }
        keys.items().iter().for_each(|key| key_of_label(key, faults));
    }
    let places = same.items();
    let places: BTreeMap<&str, usize> =
        places.iter().enumerate().map(|(place, key)| (key.text(), place)).collect();
    let labels = selector.field("matchLabels").entries();
    let mut seen: BTreeSet<&str> = labels.into_iter().map(|(key, _)| key).collect();
    for key in selector.field("matchExpressions").items().iter().map(|one| one.field("key")) {
        if let (false, Some(place)) = (seen.insert(key.text()), places.get(key.text())) {
            let why = "exists in both matchLabelKeys and labelSelector";
            faults.push(Fault::invalid(&format!("{}[{place}]", term.path), key.text(), why));
        }
    }
    let others: BTreeSet<&str> = other.items().iter().map(Part::text).collect();
    for key in same.items().iter().filter(|key| others.contains(key.text())) {
        faults.push(key.invalid("exists in both matchLabelKeys and mismatchLabelKeys"));
    }
}
