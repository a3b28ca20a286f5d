//! Nodes.
//!
//! Source: `ValidateNode` and `ValidateNodeUpdate` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::address::network;
use super::fault::Fault;
use super::names;
use super::part::Part;
use super::quota::amount;
use crate::object::{as_go, quote};

pub(super) fn create(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    taints(object, &mut faults);
    resources(object, &mut faults);
    networks(&Part::of(object, "spec").field("podCIDRs"), &mut faults);
    faults
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut faults = Vec::new();
    resources(object, &mut faults);
    let mut seen = BTreeSet::new();
    for address in Part::of(object, "status").field("addresses").items() {
        let text = |field: &str| address.field(field).text();
        if !seen.insert((text("type"), text("address"))) {
            let shown =
                format!("{{\"Type\":{},\"Address\":{}}}", quote(text("type")), quote(text("address")));
            faults.push(Fault::duplicate(&address.path, &shown));
        }
    }
    networks_stay(&spec.field("podCIDRs"), &was.field("podCIDRs"), &mut faults);
    let (id, before) = (spec.field("providerID"), was.field("providerID"));
    if !before.is_empty() && id.text() != before.text() {
        let why = match id.is_empty() {
            true => "field cannot be cleared once set",
            false => "field cannot be modified once set",
        };
        faults.push(Fault::invalid_value(&id.path, "null", why));
    }
    taints(object, &mut faults);
    if spec.field("externalID").text() != was.field("externalID").text() {
        faults.push(spec.field("externalID").forbidden("may not be updated"));
    }
    faults
}

/// They stand below the metadata where they are told.
fn taints(object: &Value, faults: &mut Vec<Fault>) {
    let taints = Part { path: "metadata.taints".into(), ..Part::of(object, "spec").field("taints") };
    let mut seen = BTreeSet::new();
    for taint in taints.items() {
        let (key, value, effect) = (taint.field("key"), taint.field("value"), taint.field("effect"));
        let whys = names::label_key(key.text());
        faults.extend(whys.into_iter().map(|why| Fault::invalid(&key.path, key.text(), why)));
        let whys = names::label_value(value.text());
        if !whys.is_empty() {
            faults.push(value.invalid(whys.join(";")));
        }
        if effect.is_empty() {
            faults.push(effect.required(""));
        } else {
            faults.extend(effect.one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"]));
        }
        if !seen.insert((effect.text(), key.text())) {
            let shown = format!(
                "{{\"Key\":{},\"Value\":{},\"Effect\":{},\"TimeAdded\":{}}}: taints must be unique by key and effect pair",
                quote(key.text()),
                quote(value.text()),
                quote(effect.text()),
                as_go(taint.field("timeAdded").value)
            );
            faults.push(Fault::duplicate(&taint.path, &shown));
        }
    }
}

fn resources(object: &Value, faults: &mut Vec<Fault>) {
    let status = Part::of(object, "status");
    for list in ["capacity", "allocatable"].map(|list| status.field(list)) {
        for (resource, part) in list.entries() {
            let part = Part { path: format!("{}.{resource}", list.path), ..part };
            faults.extend(amount(resource, &part));
        }
    }
}

fn networks(list: &Part<'_>, faults: &mut Vec<Fault>) {
    let items = list.items();
    let four = |part: &Part<'_>| !part.text().contains(':');
    let bad = items.iter().filter_map(|part| network(part).err());
    faults.extend(bad);
    let pair = matches!(items.as_slice(), [one, other] if four(one) != four(other));
    if items.len() > 1 && !pair {
        faults.push(list.invalid("may specify no more than one CIDR for each IP family"));
    }
}

/// Once a node has its networks, it keeps them.
fn networks_stay(list: &Part<'_>, was: &Part<'_>, faults: &mut Vec<Fault>) {
    const WHY: &str = "node updates may not change podCIDR except from \"\" to valid";
    let (now, before) = (list.items(), was.items());
    let changed = match now.len() == before.len() {
        true => now.iter().zip(&before).filter(|(now, before)| now.value != before.value).count(),
        false => usize::from(!before.is_empty()),
    };
    faults.extend((0..changed).map(|_| list.forbidden(WHY)));
}
