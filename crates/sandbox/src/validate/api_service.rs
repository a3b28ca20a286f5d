//! Groups of the API that another server serves.
//!
//! Source: `k8s.io/kube-aggregator/pkg/apis/apiregistration/validation`.

use serde_json::Value;

use super::common::subdomain;
use super::fault::Fault;
use super::hook::port;
use super::names;
use super::part::Part;
use crate::object::{meta, quote};

pub(super) fn status(object: &Value) -> Vec<Fault> {
    let conditions = Part::of(object, "status").field("conditions").items();
    let states = conditions.iter().map(|condition| condition.field("status"));
    states.filter_map(|state| state.one_of(&["True", "False", "Unknown"])).collect()
}

pub(super) fn judge(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (group, version) = (spec.field("group"), spec.field("version"));
    let mut faults = Vec::new();
    let called = format!("{}.{}", version.text(), group.text());
    for field in ["generateName", "name"] {
        let name = meta(object, field);
        if !name.is_empty() && name != called && !name.contains(['/', '%']) {
            let why = format!("must be `spec.version+\".\"+spec.group`: {}", quote(&called));
            faults.push(Fault::invalid(&format!("metadata.{field}"), name, why));
        }
    }
    match (group.text(), version.text()) {
        ("", "v1") => {}
        ("", _) => {
            faults.push(group.required("only v1 may have an empty group and it better be legacy kube"));
        }
        _ => faults.extend(subdomain(&group)),
    }
    let whys = names::dns_1035_label(version.text()).into_iter();
    faults.extend(whys.map(|why| Fault::invalid(&version.path, version.text(), why)));
    for (field, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1_000)] {
        let number = spec.field(field).number();
        if !(1..=most).contains(&number) {
            let why = format!("must be positive and less than {most}");
            faults.push(Fault::invalid_value(&spec.field(field).path, number.to_string(), why));
        }
    }
    let (service, authority, trusts) =
        (spec.field("service"), spec.field("caBundle"), spec.field("insecureSkipTLSVerify"));
    if !service.is_there() {
        if !authority.is_empty() {
            let bytes = super::config_map::decoded_length(authority.text());
            let why = "local APIServices may not have a caBundle";
            faults.push(Fault::invalid(&authority.path, &format!("{bytes} bytes"), why));
        }
        if trusts.flag() {
            faults.push(trusts.invalid("local APIServices may not have insecureSkipTLSVerify"));
        }
        return faults;
    }
    for field in ["namespace", "name"].map(|field| service.field(field)) {
        if field.is_empty() {
            faults.push(field.required(""));
        }
    }
    faults.extend(port(&service.field("port")));
    if trusts.flag() && !authority.is_empty() {
        faults.push(trusts.invalid("may not be true if caBundle is present"));
    }
    faults
}
