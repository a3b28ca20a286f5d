//! A service's address and ports on nodes, which the server chooses: here always the lowest that is free.
//!
//! Source: `k8s.io/kubernetes/pkg/registry/core/service/storage`.

mod choose;
mod families;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use choose::Others;

use super::Kind;
use crate::object::{meta, spec_mut};
use crate::server::Server;
use crate::validate::parent;
use crate::wire::{Problem, Refusal};

/// Gives a service what it has not said; what it had before, it keeps.
///
/// # Errors
/// 422 where it wants what another has.
pub(crate) fn allocate(
    server: &Server,
    kind: &Kind,
    object: &mut Value,
    old: Option<&Value>,
    dry: bool,
) -> Result<(), Refusal> {
    if (kind.group.as_str(), kind.kind.as_str()) != ("", "Service") {
        return Ok(());
    }
    let name = meta(object, "name").to_owned();
    // Who only tries does not get as far as the address's own object, an `IPAddress`.
    let parent_faults = if dry { Vec::new() } else { parent(&name) };
    let others = Others::of(server, kind, object);
    let old = old.and_then(|old| old.get("spec")).and_then(Value::as_object);
    let Some(spec) = spec_mut(object) else { return Ok(()) };
    if let Some(old) = old {
        keep(spec, old);
    }
    let faults = families::settle(object, old);
    let Some(spec) = spec_mut(object).filter(|_| faults.is_empty()) else {
        return Err(Problem::invalid("", "Service", &name, &faults).into());
    };
    let had = old.map(|old| text(old, "clusterIP"));
    let faults = others.address(spec, had.unwrap_or_default(), &parent_faults);
    if !faults.is_empty() {
        return Err(Problem::invalid("", "Service", &name, &faults).into());
    }
    let faults = others.ports(spec, old.is_none(), dry);
    if let (Some(_), Some(port)) = (old, twice(spec)) {
        return Err(Problem::plain(format!("duplicate nodePort: {port}")).into());
    }
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid("", "Service", &name, &faults).into()) }
}

fn text<'v>(spec: &'v Map<String, Value>, field: &str) -> &'v str {
    spec.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The port on nodes that two ports of one protocol have, as Go shows it.
fn twice(spec: &Map<String, Value>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let given =
        ports(spec).filter_map(|port| Some((text(port, "protocol"), port.get("nodePort")?.as_i64()?)));
    given
        .filter(|(_, number)| *number != 0)
        .find(|port| !seen.insert(*port))
        .map(|(protocol, number)| format!("{{{protocol} {number}}}"))
}

fn needs_address(spec: &Map<String, Value>) -> bool {
    text(spec, "type") != "ExternalName"
}

fn needs_node_port(spec: &Map<String, Value>) -> bool {
    match text(spec, "type") {
        "NodePort" => true,
        "LoadBalancer" => spec.get("allocateLoadBalancerNodePorts").and_then(Value::as_bool) != Some(false),
        _ => false,
    }
}

/// Has an update keep what was chosen, and drop what its type has no use for.
fn keep(spec: &mut Map<String, Value>, old: &Map<String, Value>) {
    if needs_address(old) && needs_address(spec) {
        for field in ["clusterIP", "clusterIPs"] {
            if let (false, Some(value)) = (spec.contains_key(field), old.get(field)) {
                spec.insert(field.to_owned(), value.clone());
            }
        }
    }
    addresses(spec, old);
    if needs_node_port(old) && needs_node_port(spec) {
        keep_node_ports(spec, old);
    }
    if let (true, true, Some(port)) =
        (needs_health_check(old), needs_health_check(spec), old.get("healthCheckNodePort"))
    {
        spec.entry("healthCheckNodePort").or_insert_with(|| port.clone());
    }
    let outside = |spec: &Map<String, Value>| {
        matches!(text(spec, "type"), "NodePort" | "LoadBalancer")
            || text(spec, "type") == "ClusterIP" && spec.contains_key("externalIPs")
    };
    let is = |spec: &Map<String, Value>, kind: &str| text(spec, "type") == kind;
    let gone: [(bool, &[&str]); 5] = [
        (
            needs_address(old) && !needs_address(spec),
            &["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"],
        ),
        (needs_health_check(old) && !needs_health_check(spec), &["healthCheckNodePort"]),
        (
            is(old, "LoadBalancer") && !is(spec, "LoadBalancer"),
            &["allocateLoadBalancerNodePorts", "loadBalancerClass"],
        ),
        (outside(old) && !outside(spec), &["externalTrafficPolicy"]),
        (!is(old, "ExternalName") && is(spec, "ExternalName"), &["internalTrafficPolicy"]),
    ];
    for field in gone.iter().filter(|(gone, _)| *gone).flat_map(|(_, fields)| *fields) {
        if spec.get(*field) == old.get(*field) {
            spec.remove(*field);
        }
    }
    // Those that it brings itself are told of, and stay.
    let had = node_ports(old);
    let is_known = |port: &i64| *port == 0 || had.contains(port);
    if needs_node_port(old) && !needs_node_port(spec) && node_ports(spec).iter().all(is_known) {
        for port in ports_mut(spec) {
            port.remove("nodePort");
        }
    }
}

/// Ports of the same name keep their port on nodes.
fn keep_node_ports(spec: &mut Map<String, Value>, old: &Map<String, Value>) {
    let used: BTreeSet<i64> = node_ports(spec).into_iter().filter(|port| *port != 0).collect();
    let before: Vec<(String, i64)> = ports(old)
        .filter_map(|port| Some((text(port, "name").to_owned(), port.get("nodePort")?.as_i64()?)))
        .collect();
    for port in ports_mut(spec).filter(|port| !port.contains_key("nodePort")) {
        let named = before.iter().find(|(name, _)| *name == text(port, "name"));
        if let Some((_, number)) = named.filter(|(_, number)| !used.contains(number)) {
            port.insert("nodePort".into(), (*number).into());
        }
    }
}

/// The list of addresses follows the one address, which older clients say.
fn addresses(spec: &mut Map<String, Value>, old: &Map<String, Value>) {
    let (new, was) = (text(spec, "clusterIP").to_owned(), text(old, "clusterIP"));
    let same = spec.get("clusterIPs") == old.get("clusterIPs");
    if new == was {
        if let (false, Some(list)) = (spec.contains_key("clusterIPs"), old.get("clusterIPs")) {
            spec.insert("clusterIPs".into(), list.clone());
        }
    } else if same && !was.is_empty() && new.is_empty() {
        spec.remove("clusterIPs");
    } else if same && !new.is_empty() {
        spec.insert("clusterIPs".into(), json!([new]));
    }
}

fn ports(spec: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    spec.get("ports").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn ports_mut(spec: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

fn node_ports(spec: &Map<String, Value>) -> Vec<i64> {
    ports(spec).map(|port| port.get("nodePort").and_then(Value::as_i64).unwrap_or_default()).collect()
}

/// Balancers that send to local pods only ask on a port which nodes have some.
fn needs_health_check(spec: &Map<String, Value>) -> bool {
    text(spec, "type") == "LoadBalancer" && text(spec, "externalTrafficPolicy") == "Local"
}
