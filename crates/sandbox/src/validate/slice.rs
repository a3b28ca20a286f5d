//! Slices of a service's endpoints.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/discovery/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::address::of_host;
use super::common::{label, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::quote;

pub(super) fn judge(object: &Value) -> Vec<Fault> {
    looked_at(object, true)
}

fn looked_at(object: &Value, addresses: bool) -> Vec<Fault> {
    let kind = Part::of(object, "addressType");
    let mut faults = Vec::new();
    if kind.is_empty() {
        faults.push(kind.required(""));
    } else {
        faults.extend(kind.one_of(&["FQDN", "IPv4", "IPv6"]));
    }
    let endpoints = Part::of(object, "endpoints").items();
    endpoints.iter().for_each(|one| endpoint(one, kind.text(), addresses, &mut faults));
    ports(&Part::of(object, "ports"), &mut faults);
    faults
}

/// The kind of addresses stays. What it would be is not shown.
pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    // Endpoints that are as they were are not looked at again.
    let changed = Part::of(object, "endpoints").value != Part::of(old, "endpoints").value;
    let mut faults = looked_at(object, changed);
    let kind = |object| Part::of(object, "addressType").value;
    if kind(object) != kind(old) {
        faults.push(Fault::invalid_value("addressType", "null", "field is immutable"));
    }
    faults
}

fn endpoint(endpoint: &Part<'_>, kind: &str, addresses: bool, faults: &mut Vec<Fault>) {
    let list = endpoint.field("addresses");
    if list.is_empty() {
        faults.push(list.required(""));
    }
    for address in list.items().into_iter().filter(|_| addresses) {
        match kind {
            "FQDN" => faults.extend(domain(&address)),
            "IPv4" | "IPv6" => {
                faults.extend(of_host(&address));
                let six = address.text().parse().map(|own: std::net::IpAddr| own.is_ipv6());
                if six.is_ok_and(|six| six != (kind == "IPv6")) {
                    let article = format!("must be an {kind} address");
                    faults.push(Fault::invalid(&list.path, address.text(), article));
                }
            }
            _ => {}
        }
    }
    if !endpoint.field("nodeName").is_empty() {
        faults.extend(subdomain(&endpoint.field("nodeName")));
    }
    if endpoint.field("hostname").is_there() {
        faults.extend(label(&endpoint.field("hostname")));
    }
    for hints in ["forZones", "forNodes"].map(|field| endpoint.field("hints").field(field)) {
        let mut seen = BTreeSet::new();
        for name in hints.items().iter().map(|hint| hint.field("name")) {
            if !seen.insert(name.text()) {
                faults.push(Fault::duplicate(&name.path, &quote(name.text())));
            }
        }
    }
}

/// A whole name of a host.
fn domain(address: &Part<'_>) -> Vec<Fault> {
    let faults = subdomain(address);
    if faults.is_empty() && !address.text().contains('.') {
        return vec![address.invalid("should be a domain with at least two segments separated by dots")];
    }
    faults
}

fn ports(ports: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for port in ports.items() {
        let (name, application) = (port.field("name"), port.field("appProtocol"));
        if !name.is_empty() {
            faults.extend(label(&name));
        }
        if !seen.insert(name.text()) {
            faults.push(Fault::duplicate(&name.path, &quote(name.text())));
        }
        faults.extend(port.field("protocol").one_of(&["SCTP", "TCP", "UDP"]));
        if application.is_there() {
            faults.extend(application.all_invalid(names::label_key(application.text())));
        }
    }
}
