//! The endpoints of a service, in their older form.
//!
//! Source: `ValidateEndpoints` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use serde_json::Value;

use super::address::{address, ranges};
use super::common::{label, port_number, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;

pub(super) fn judge(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    Part::of(object, "subsets").items().iter().for_each(|subset| self::subset(subset, &mut faults));
    faults
}

/// What is as it was is not looked at again.
pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let is_same = Part::of(object, "subsets").value == Part::of(old, "subsets").value;
    if is_same { Vec::new() } else { judge(object) }
}

fn subset(subset: &Part<'_>, faults: &mut Vec<Fault>) {
    let lists = ["addresses", "notReadyAddresses"].map(|list| subset.field(list));
    if lists.iter().all(Part::is_empty) {
        faults.push(subset.required("must specify `addresses` or `notReadyAddresses`"));
    }
    for one in lists.iter().flat_map(Part::items) {
        let ip = one.field("ip");
        faults.extend(address(&ip));
        if !one.field("hostname").is_empty() {
            faults.extend(label(&one.field("hostname")));
        }
        if one.field("nodeName").is_there() {
            faults.extend(subdomain(&one.field("nodeName")));
        }
        faults.extend(ranges(&ip));
    }
    let ports = subset.field("ports").items();
    for port in &ports {
        let (name, application) = (port.field("name"), port.field("appProtocol"));
        if !name.is_empty() {
            faults.extend(label(&name));
        } else if ports.len() > 1 {
            faults.push(name.required(""));
        }
        faults.extend(port_number(&port.field("port")));
        faults.extend(port.field("protocol").one_of(&["SCTP", "TCP", "UDP"]));
        if application.is_there() {
            faults.extend(application.all_invalid(names::label_key(application.text())));
        }
    }
}
