//! Services, and what stands behind them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cells::{int, labels, list, or, or_none, some, texts};
use crate::object::text;
use crate::table::row::Row;

/// So many of what there may be many of are shown.
const MOST: usize = 3;

pub(super) fn service(row: &Row<'_>) -> Vec<Value> {
    let ports: Vec<String> = list(row.object, "/spec/ports").iter().map(port).collect();
    vec![
        row.name(),
        row.text("/spec/type").into(),
        or_none(row.text("/spec/clusterIPs/0")).into(),
        external(row.object).into(),
        or_none(&ports.join(",")).into(),
        row.age(),
        labels(row.object.pointer("/spec/selector")).into(),
    ]
}

pub(super) fn endpoints(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), addresses(list(row.object, "/subsets")).into(), row.age()]
}

pub(super) fn endpoint_slice(row: &Row<'_>) -> Vec<Value> {
    let port = |port: &Value| match port.get("port").and_then(Value::as_i64) {
        Some(number) => number.to_string(),
        None => port.get("name").and_then(Value::as_str).unwrap_or("*").to_owned(),
    };
    let ports: Vec<String> = list(row.object, "/ports").iter().map(port).collect();
    let endpoints = list(row.object, "/endpoints").iter();
    let addresses = endpoints.flat_map(|endpoint| texts(endpoint, "/addresses"));
    let addresses: Vec<String> = addresses.map(str::to_owned).collect();
    let unset = |texts: &[String]| Value::from(or(&some(texts, MOST), "<unset>"));
    vec![row.name(), row.text("/addressType").into(), unset(&ports), unset(&addresses), row.age()]
}

/// The addresses of a balancer, sorted.
pub(super) fn balanced(object: &Value) -> Vec<&str> {
    let ingress = list(object, "/status/loadBalancer/ingress").iter();
    let address = |one| or(text(one, "/ip"), text(one, "/hostname"));
    let addresses: BTreeSet<&str> = ingress.map(address).filter(|address| !address.is_empty()).collect();
    addresses.into_iter().collect()
}

fn port(port: &Value) -> String {
    let (number, node, protocol) = (int(port, "/port"), int(port, "/nodePort"), text(port, "/protocol"));
    if node > 0 { format!("{number}:{node}/{protocol}") } else { format!("{number}/{protocol}") }
}

fn external(service: &Value) -> String {
    let mut own = texts(service, "/spec/externalIPs");
    match text(service, "/spec/type") {
        "ClusterIP" | "NodePort" => or_none(&own.join(",")).to_owned(),
        "LoadBalancer" => {
            let mut all = balanced(service);
            all.append(&mut own);
            or(&all.join(","), "<pending>").to_owned()
        }
        "ExternalName" => text(service, "/spec/externalName").to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

/// Where what stands behind a service listens; of addresses without ports, the addresses.
fn addresses(subsets: &[Value]) -> String {
    if subsets.is_empty() {
        return "<none>".to_owned();
    }
    let mut all = Vec::new();
    for subset in subsets {
        let ips: Vec<&str> = list(subset, "/addresses").iter().map(|address| text(address, "/ip")).collect();
        let ports = list(subset, "/ports");
        if ports.is_empty() {
            all.extend(ips.iter().map(|ip| (*ip).to_owned()));
        }
        for port in ports {
            let port = int(port, "/port");
            all.extend(
                ips.iter().map(|ip| {
                    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
                }),
            );
        }
    }
    some(&all, MOST)
}
