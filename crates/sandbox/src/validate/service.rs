//! Services.
//!
//! Source: `validateService` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::common::{label, labels, port, port_number, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;

pub(super) fn create(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = Vec::new();
    let kind = spec.field("type").text();
    let bare = spec.field("clusterIP").text() == "None";
    let ports = spec.field("ports");
    if ports.is_empty() && !bare && kind != "ExternalName" {
        faults.push(ports.required(""));
    }
    match kind {
        "LoadBalancer" | "NodePort" if bare => {
            let field = "spec.clusterIPs[0]";
            faults.push(Fault::invalid(
                field,
                "None",
                format!("may not be set to 'None' for {kind} services"),
            ));
        }
        "ExternalName" => external(&spec, &mut faults),
        _ => {}
    }
    self::ports(&ports, kind, &mut faults);
    faults.extend(labels(&spec.field("selector")));
    faults.extend(spec.field("sessionAffinity").one_of(&["ClientIP", "None"]));
    if kind != "ExternalName" {
        addresses(&spec, &mut faults);
    }
    for address in spec.field("externalIPs").items() {
        faults.extend(ip(&address));
    }
    faults.extend(spec.field("type").one_of(&["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]));
    let allocates = spec.field("allocateLoadBalancerNodePorts");
    if allocates.is_there() && kind != "LoadBalancer" {
        faults.push(allocates.forbidden("may only be used when `type` is 'LoadBalancer'"));
    }
    traffic(&spec, kind, &mut faults);
    faults
}

/// The first address stays; its place is given up with the type that has one.
pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut faults = Vec::new();
    let kind = |spec: &Part<'_>| spec.field("type").text().to_owned();
    let (new, old) = (spec.field("clusterIP").text(), was.field("clusterIP").text());
    if kind(&spec) != "ExternalName"
        && kind(&was) != "ExternalName"
        && !old.is_empty()
        && !new.is_empty()
        && new != old
    {
        let list = spec.field("clusterIPs").shown();
        faults.push(Fault::invalid_value("spec.clusterIPs[0]", list, "may not change once set"));
    }
    faults.extend(create(object));
    faults
}

/// Only a balancer tells where it can be reached.
pub(super) fn status(object: &Value) -> Option<Fault> {
    let ingress = Part::of(object, "status").field("loadBalancer").field("ingress");
    let balancer = Part::of(object, "spec").field("type").text() == "LoadBalancer";
    let why = "may only be used when `spec.type` is 'LoadBalancer'";
    (!ingress.is_empty() && !balancer).then(|| ingress.forbidden(why))
}

fn external(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        let part = spec.field(field);
        if !part.is_empty() {
            faults.push(part.forbidden("may not be set for ExternalName services"));
        }
    }
    let name = spec.field("externalName");
    if name.text().trim_end_matches('.').is_empty() {
        faults.push(name.required(""));
    } else {
        faults.extend(subdomain(&name));
    }
}

fn ports(ports: &Part<'_>, kind: &str, faults: &mut Vec<Fault>) {
    let items = ports.items();
    let (mut names, mut numbers, mut on_nodes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for part in &items {
        let name = part.field("name");
        if name.is_empty() {
            if items.len() > 1 {
                faults.push(name.required(""));
            }
        } else {
            faults.extend(label(&name));
            if !names.insert(name.text()) {
                faults.push(name.duplicate());
            }
        }
        faults.extend(port_number(&part.field("port")));
        let protocol = part.field("protocol");
        faults.extend(protocol.one_of(&["SCTP", "TCP", "UDP"]));
        faults.extend(port(&part.field("targetPort")));
        let application = part.field("appProtocol");
        if application.is_there() {
            faults.extend(application.all_invalid(names::label_key(application.text())));
        }
        let on_node = part.field("nodePort");
        if on_node.number() != 0 {
            if kind == "ClusterIP" {
                faults.push(on_node.forbidden("may not be used when `type` is 'ClusterIP'"));
            }
            if !on_nodes.insert((protocol.text(), on_node.number())) {
                faults.push(on_node.duplicate());
            }
        }
        if !numbers.insert((protocol.text(), part.field("port").number())) {
            faults.push(part.duplicate());
        }
    }
}

/// What is wrong with its addresses: this is asked before the server chooses any.
pub(crate) fn own_addresses(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let spec = Part::of(object, "spec");
    if spec.field("type").text() != "ExternalName" {
        addresses(&spec, &mut faults);
    }
    faults
}

fn addresses(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let list = spec.field("clusterIPs");
    let first = list.items().first().map(|first| first.text().to_owned()).unwrap_or_default();
    let own = spec.field("clusterIP").text();
    if own.is_empty() {
        if !list.is_empty() {
            faults.push(list.invalid("must be empty when `clusterIP` is not specified"));
        }
    } else if list.is_empty() {
        faults.push(list.required(""));
    } else if first != own {
        faults.push(list.invalid("first value must match `clusterIP`"));
    }
    for family in spec.field("ipFamilies").items() {
        faults.extend(family.one_of(&["IPv4", "IPv6"]));
    }
    let policy = spec.field("ipFamilyPolicy");
    if policy.is_there() {
        faults.extend(policy.one_of(&["PreferDualStack", "RequireDualStack", "SingleStack"]));
    }
    for address in list.items().iter().filter(|address| address.text() != "None") {
        faults.extend(ip(address));
    }
}

fn ip(part: &Part<'_>) -> Option<Fault> {
    let good = part.text().parse::<std::net::IpAddr>().is_ok();
    (!good).then(|| part.invalid("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
}

fn traffic(spec: &Part<'_>, kind: &str, faults: &mut Vec<Fault>) {
    let outside = spec.field("externalTrafficPolicy");
    let accessible = matches!(kind, "NodePort" | "LoadBalancer")
        || kind == "ClusterIP" && !spec.field("externalIPs").is_empty();
    if accessible {
        faults.extend(outside.one_of(&["Cluster", "Local"]));
    } else if !outside.is_empty() {
        faults.push(outside.invalid("may only be set for externally-accessible services"));
    }
    let health = spec.field("healthCheckNodePort");
    if health.is_there() && !(kind == "LoadBalancer" && outside.text() == "Local") {
        let why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        faults.push(health.invalid(why));
    }
    let inside = spec.field("internalTrafficPolicy");
    if inside.is_there() {
        faults.extend(inside.one_of(&["Cluster", "Local"]));
    }
}
