//! Services.
//!
//! Source: `validateService` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::address::{address, network, of_host};
use super::common::{label, labels, port, port_number};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::{annotation, quote};
use crate::registry::NameRule;

pub(super) fn create(object: &Value) -> Vec<Fault> {
    judge(object, &[])
}

/// Beside the addresses that it had before.
fn judge(object: &Value, before: &[Value]) -> Vec<Fault> {
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
    let affinity = spec.field("sessionAffinity");
    faults.extend(affinity.one_of(&["ClientIP", "None"]));
    let seconds = spec.field("sessionAffinityConfig").field("clientIP").field("timeoutSeconds");
    if affinity.text() == "ClientIP" && seconds.is_there() && !(1..=86400).contains(&seconds.number()) {
        faults.push(seconds.invalid("must be greater than 0 and less than 86400"));
    }
    if kind != "ExternalName" {
        addresses(&spec, before, &mut faults);
    }
    for address in spec.field("externalIPs").items() {
        faults.extend(of_host(&address));
    }
    faults.extend(spec.field("type").one_of(&["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]));
    balancer(object, &spec, &mut faults);
    let near = spec.field("trafficDistribution");
    if near.is_there() {
        faults.extend(near.one_of(&["PreferClose", "PreferSameZone", "PreferSameNode"]));
    }
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
    let (class, before) = (spec.field("loadBalancerClass"), was.field("loadBalancerClass"));
    if kind(&spec) == "LoadBalancer" && kind(&was) == "LoadBalancer" && class.value != before.value {
        faults.push(class.invalid("may not change once set"));
    }
    let before = was.field("clusterIPs");
    faults.extend(judge(object, before.value.as_array().map(Vec::as_slice).unwrap_or_default()));
    faults
}

/// Only a balancer tells where it can be reached.
pub(super) fn status(object: &Value) -> Option<Fault> {
    let ingress = Part::of(object, "status").field("loadBalancer").field("ingress");
    let balancer = Part::of(object, "spec").field("type").text() == "LoadBalancer";
    let why = "may only be used when `spec.type` is 'LoadBalancer'";
    (!ingress.is_empty() && !balancer).then(|| ingress.forbidden(why))
}

/// What only a balancer has.
fn balancer(object: &Value, spec: &Part<'_>, faults: &mut Vec<Fault>) {
    const ONLY: &str = "may only be used when `type` is 'LoadBalancer'";
    const OLDER: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
    let is_balancer = spec.field("type").text() == "LoadBalancer";
    let class = spec.field("loadBalancerClass");
    let older = annotation(object, OLDER).and_then(Value::as_str).map(str::trim);
    let ranges = spec.field("loadBalancerSourceRanges");
    let ranges: Vec<&str> = ranges.items().iter().map(Part::text).collect();
    let (place, ranges): (_, Vec<&str>) = match older.filter(|text| !text.is_empty()) {
        _ if !ranges.is_empty() => (format!("{}.LoadBalancerSourceRanges", spec.path), ranges),
        Some(text) => (format!("metadata.annotations[{OLDER}]"), text.split(',').collect()),
        None => (String::new(), Vec::new()),
    };
    if !ranges.is_empty() && !is_balancer {
        faults.push(Fault::forbidden(&place, ONLY));
    }
    let is_list = !place.ends_with(']');
    for (at, range) in ranges.iter().enumerate() {
        let path = if is_list { format!("{place}[{at}]") } else { place.clone() };
        let value = Value::from(range.trim());
        let judged = network(&Part { path, value: &value });
        faults.extend(judged.err());
    }
    if class.is_there() {
        if is_balancer {
            faults.extend(class.all_invalid(names::label_key(class.text())));
        } else {
            faults.push(class.forbidden(ONLY));
        }
    }
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
        let whys = names::name(NameRule::Subdomain, name.text().trim_end_matches('.'), false);
        faults.extend(name.all_invalid(whys));
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
            // The server shows what it looked for.
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                quote(protocol.text()),
                part.field("port").number()
            );
            faults.push(Fault::duplicate(&part.path, &shown));
        }
    }
}

/// What is wrong with its addresses: this is asked before the server chooses any.
pub(crate) fn own_addresses(object: &Value, before: &[Value]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let spec = Part::of(object, "spec");
    if spec.field("type").text() != "ExternalName" {
        addresses(&spec, before, &mut faults);
    }
    faults
}

fn addresses(spec: &Part<'_>, before: &[Value], faults: &mut Vec<Fault>) {
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
    let mut seen = BTreeSet::new();
    for family in spec.field("ipFamilies").items() {
        faults.extend(family.one_of(&["IPv4", "IPv6"]));
        if !seen.insert(family.text()) {
            faults.push(family.duplicate());
        }
    }
    let policy = spec.field("ipFamilyPolicy");
    if policy.is_there() {
        faults.extend(policy.one_of(&["PreferDualStack", "RequireDualStack", "SingleStack"]));
    }
    let items = list.items();
    let mut bad = Vec::new();
    for (index, part) in items.iter().enumerate() {
        if index == 0 && part.text() == "None" {
            if items.len() > 1 {
                bad.push(list.invalid("'None' must be the first and only value"));
            }
            continue;
        }
        // What was taken before stays.
        if !before.contains(part.value) {
            bad.extend(address(part));
        }
    }
    let are_addresses = bad.is_empty();
    faults.extend(bad);
    if items.len() > 2 {
        faults.push(list.invalid("may only hold up to 2 values"));
    }
    if !are_addresses {
        return;
    }
    let is_six = |part: &Part<'_>| part.text().contains(':');
    let sixes = items.iter().filter(|part| is_six(part)).count();
    if items.len() > 1 && (sixes == 0 || sixes == items.len()) {
        faults.push(list.invalid("may specify no more than one IP for each IP family"));
    }
    let families = spec.field("ipFamilies").items();
    for (index, (part, family)) in items.iter().zip(&families).enumerate().filter(|_| own != "None") {
        let wanted = family.text();
        if matches!(wanted, "IPv4" | "IPv6") && is_six(part) != (wanted == "IPv6") {
            let why = format!("expected an {wanted} value as indicated by `ipFamilies[{index}]`");
            faults.push(part.invalid(why));
        }
    }
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
    } else if health.is_there() {
        faults.extend(port_number(&health));
    }
    let inside = spec.field("internalTrafficPolicy");
    if inside.is_there() {
        faults.extend(inside.one_of(&["Cluster", "Local"]));
    }
}
