//! What a service is given: an address, and ports on nodes.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use super::{needs_address, needs_health_check, needs_node_port, node_ports, ports_mut, text};
use crate::object::meta;
use crate::registry::Kind;
use crate::server::Server;
use crate::validate::Fault;
use crate::wire::Problem;

/// The network of services; its first address is that of the API server itself.
const NETWORK: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);
const FIRST: u32 = 2;
const LAST: u32 = 0xfffe;
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30000..=32767;

/// What other services have.
pub(super) struct Others {
    addresses: BTreeSet<String>,
    node_ports: BTreeSet<i64>,
}

impl Others {
    pub(super) fn of(server: &Server, kind: &Kind, object: &Value) -> Self {
        let own = kind.key(meta(object, "namespace"), meta(object, "name"));
        let mut others = Self { addresses: BTreeSet::new(), node_ports: BTreeSet::new() };
        for (key, service) in server.store.range(kind.id, "", "") {
            let Some(spec) = service.get("spec").and_then(Value::as_object).filter(|_| key != own) else {
                continue;
            };
            others.addresses.insert(text(spec, "clusterIP").to_owned());
            others.node_ports.extend(node_ports(spec).into_iter().filter(|port| *port != 0));
            others.node_ports.extend(spec.get("healthCheckNodePort").and_then(Value::as_i64));
        }
        others
    }

    /// Gives it an address, but for the one it `had`. `parent` is what is wrong with its name as an `IPAddress` has it.
    pub(super) fn address(&self, spec: &mut Map<String, Value>, had: &str, parent: &[Fault]) -> Vec<Fault> {
        let own = text(spec, "clusterIP").to_owned();
        if !needs_address(spec) || own == "None" || !own.is_empty() && own == had {
            return Vec::new();
        }
        let is_free = |address: &String| !self.addresses.contains(address);
        let base = u32::from(NETWORK);
        let lowest = || (FIRST..LAST).map(|host| Ipv4Addr::from(base + host).to_string()).find(is_free);
        let address = if own.is_empty() { lowest().unwrap_or_default() } else { own.clone() };
        let which = if own.is_empty() { String::new() } else { format!(" {own}") };
        let within =
            address.parse().is_ok_and(|address: Ipv4Addr| address.octets()[..2] == NETWORK.octets()[..2]);
        let why = if !within {
            "the provided network does not match the current range".to_owned()
        } else if !parent.is_empty() {
            Problem::invalid("networking.k8s.io", "IPAddress", &address, parent).message
        } else if !is_free(&address) {
            "provided IP is already allocated".to_owned()
        } else {
            spec.insert("clusterIPs".into(), json!([address]));
            spec.insert("clusterIP".into(), address.into());
            return Vec::new();
        };
        let why = format!("failed to allocate IP{which}: {why}");
        vec![Fault::invalid_value("spec.clusterIPs", json!([own]).to_string(), why)]
    }

    /// Gives it the ports on nodes that it has not said.
    pub(super) fn ports(&self, spec: &mut Map<String, Value>, is_new: bool, dry: bool) -> Vec<Fault> {
        let mut faults = Vec::new();
        if needs_node_port(spec) {
            let mut taken = self.node_ports.clone();
            taken.extend(node_ports(spec));
            // The same port has the same port on nodes, whatever its protocol.
            let mut given: Vec<(Value, i64)> = Vec::new();
            let mut own_ports: BTreeSet<(String, i64)> = BTreeSet::new();
            let protocol = |port: &Map<String, Value>| {
                port.get("protocol").and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            for (index, port) in ports_mut(spec).enumerate() {
                let own = port.get("port").cloned().unwrap_or(Value::Null);
                let same = given.iter().find(|(other, _)| *other == own).map(|(_, number)| *number);
                let number = match port.get("nodePort").and_then(Value::as_i64) {
                    Some(number)
                        if self.node_ports.contains(&number)
                            || own_ports.contains(&(protocol(port), number)) =>
                    {
                        let field = format!("spec.ports[{index}].nodePort");
                        let why = "provided port is already allocated";
                        faults.push(Fault::invalid_value(&field, number.to_string(), why));
                        continue;
                    }
                    // Who only tries is not asked for a place among those that there are.
                    Some(number) if !dry && !NODE_PORTS.contains(&number) && number != 0 => {
                        let field = format!("spec.ports[{index}].nodePort");
                        let why = "provided port is not in the valid range. The range of valid ports is 30000-32767";
                        faults.push(Fault::invalid_value(&field, number.to_string(), why));
                        continue;
                    }
                    Some(number) => number,
                    None => {
                        let free = NODE_PORTS.into_iter().find(|number| !taken.contains(number));
                        let number = same.filter(|_| is_new).or(free).unwrap_or_default();
                        taken.insert(number);
                        port.insert("nodePort".into(), number.into());
                        number
                    }
                };
                own_ports.insert((protocol(port), number));
                given.push((own, number));
            }
        }
        if needs_health_check(spec) && !spec.contains_key("healthCheckNodePort") {
            let mut taken = self.node_ports.clone();
            taken.extend(node_ports(spec));
            let free = NODE_PORTS.into_iter().find(|number| !taken.contains(number));
            spec.insert("healthCheckNodePort".into(), free.unwrap_or_default().into());
        }
        faults
    }
}
