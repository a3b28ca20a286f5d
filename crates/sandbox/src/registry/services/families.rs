//! The families of a service's addresses: one here, as in most clusters, but for services without an address and without pods of their own.
//!
//! Source: `initIPFamilyFields` in `k8s.io/kubernetes/pkg/registry/core/service/storage`.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::{needs_address, text};
use crate::object::spec_mut;
use crate::validate::{Fault, own_addresses};

const SINGLE: &str = "SingleStack";
const PREFERRED: &str = "PreferDualStack";
const REQUIRED: &str = "RequireDualStack";
/// The family that there is.
const OWN: &str = "IPv4";
const OTHER: &str = "IPv6";

/// Says what a service has not said of its families, and what is wrong with what it has said of them and of its addresses.
pub(super) fn settle(object: &mut Value, old: Option<&Map<String, Value>>) -> Vec<Fault> {
    let Some(spec) = spec_mut(object) else { return Vec::new() };
    if old.is_none() && !text(spec, "clusterIP").is_empty() && !spec.contains_key("clusterIPs") {
        let address = text(spec, "clusterIP").to_owned();
        spec.insert("clusterIPs".into(), json!([address]));
    }
    if !needs_address(spec) || old.is_some_and(|old| prefers_as_before(spec, old)) {
        return Vec::new();
    }
    let bare = is_bare(spec);
    if !spec.contains_key("ipFamilyPolicy") {
        let before = old.and_then(|old| old.get("ipFamilyPolicy")).cloned();
        let policy = before.unwrap_or_else(|| if bare { REQUIRED } else { SINGLE }.into());
        spec.insert("ipFamilyPolicy".into(), policy);
    }
    let mut faults = own_addresses(object, old.map(|old| items(old, "clusterIPs")).unwrap_or_default());
    let Some(spec) = spec_mut(object).filter(|_| faults.is_empty()) else { return faults };
    if let Some(old) = old {
        fewer(spec, old, &mut faults);
    }
    if text(spec, "ipFamilyPolicy") == SINGLE {
        for (field, what) in [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")] {
            if items(spec, field).len() == 2 {
                let why = format!("must be '{REQUIRED}' or '{PREFERRED}' when multiple {what} are specified");
                faults.push(Fault::invalid("spec.ipFamilyPolicy", SINGLE, why));
            }
        }
    }
    of_addresses(spec, &mut faults);
    if !faults.is_empty() {
        return faults;
    }
    if items(spec, "ipFamilies").is_empty() {
        spec.insert("ipFamilies".into(), json!([OWN]));
    }
    if bare {
        if let [one] = items(spec, "ipFamilies")
            && text(spec, "ipFamilyPolicy") != SINGLE
        {
            let both = if one == OTHER { [OTHER, OWN] } else { [OWN, OTHER] };
            spec.insert("ipFamilies".into(), json!(both));
        }
        return faults;
    }
    there_is_one(spec)
}

/// Whether a service has neither an address nor pods that are chosen for it.
fn is_bare(spec: &Map<String, Value>) -> bool {
    text(spec, "clusterIP") == "None" && !spec.contains_key("selector")
}

fn items<'v>(spec: &'v Map<String, Value>, field: &str) -> &'v [Value] {
    spec.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// What prefers two families stays as it is until somebody says otherwise, whatever the cluster has by then.
fn prefers_as_before(spec: &Map<String, Value>, old: &Map<String, Value>) -> bool {
    text(spec, "ipFamilyPolicy") == PREFERRED
        && matches!(text(old, "ipFamilyPolicy"), PREFERRED | "")
        && text(spec, "type") == text(old, "type")
        && ["clusterIPs", "ipFamilies"].iter().all(|field| items(spec, field) == items(old, field))
}

/// A service gives up its second family by its policy alone, or by that and its lists.
fn fewer(spec: &mut Map<String, Value>, old: &Map<String, Value>, faults: &mut Vec<Fault>) {
    let policy = text(spec, "ipFamilyPolicy").to_owned();
    for (field, what) in [("clusterIPs", "cluster IP"), ("ipFamilies", "IP family")] {
        let (now, before) = (items(spec, field), items(old, field));
        match now {
            [first, _, ..] if policy == SINGLE && now == before => {
                let first = first.clone();
                spec.insert(field.into(), json!([first]));
            }
            [_, ..] if policy != SINGLE && now.len() < before.len() => {
                let why = format!("must be '{SINGLE}' to release the secondary {what}");
                faults.push(Fault::invalid("spec.ipFamilyPolicy", &policy, why));
            }
            _ => {}
        }
    }
}

/// Addresses say which families they are of.
fn of_addresses(spec: &mut Map<String, Value>, faults: &mut Vec<Fault>) {
    let addresses = items(spec, "clusterIPs").to_vec();
    let mut families = items(spec, "ipFamilies").to_vec();
    let known = families.len();
    for (index, address) in addresses.iter().filter_map(Value::as_str).enumerate().skip(known) {
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => families.push(OWN.into()),
            Ok(IpAddr::V6(_)) => {
                let why = format!("{OTHER} is not configured on this cluster");
                let field = format!("spec.clusterIPs[{index}]");
                faults.push(Fault::invalid_value(&field, json!(addresses).to_string(), why));
            }
            Err(_) => return,
        }
    }
    if families.len() > known {
        spec.insert("ipFamilies".into(), families.into());
    }
}

fn there_is_one(spec: &Map<String, Value>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if text(spec, "ipFamilyPolicy") == REQUIRED {
        let why = "this cluster is not configured for dual-stack services";
        faults.push(Fault::invalid("spec.ipFamilyPolicy", REQUIRED, why));
    }
    let families = items(spec, "ipFamilies").iter().enumerate();
    for (index, _) in families.filter(|(_, family)| **family == OTHER) {
        let field = format!("spec.ipFamilies[{index}]");
        faults.push(Fault::invalid(&field, OTHER, "not configured on this cluster"));
    }
    faults
}
