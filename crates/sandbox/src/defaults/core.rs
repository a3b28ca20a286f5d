//! Services, Secrets, namespaces and other kinds of the core group.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::fields::{items, made, map, put, text};

pub(super) fn apply(name: &str, object: &mut Map<String, Value>) {
    match name {
        "Service" => service(object),
        "ServicePort" => {
            let target = object.get("targetPort");
            if target.is_none_or(|target| *target == 0 || *target == "") {
                let port = object.get("port").cloned().unwrap_or(Value::Null);
                object.insert("targetPort".into(), port);
            }
        }
        "EndpointPort" => put(object, "protocol", "TCP"),
        "Secret" => secret(object),
        "Namespace" => label(object),
        "NamespaceStatus" => put(object, "phase", "Active"),
        "LimitRangeItem" if text(object, "type") == "Container" => limits(object),
        "NodeSpec" => networks(object),
        "NodeStatus" => {
            if let Some(capacity) = object.get("capacity").cloned() {
                put(object, "allocatable", capacity);
            }
        }
        "ReplicationController" => controller(object),
        _ => {}
    }
}

/// The network of a node and the first of its networks are one. The older field wins.
fn networks(spec: &mut Map<String, Value>) {
    let first = spec.get("podCIDRs").and_then(|list| list.get(0)).and_then(Value::as_str);
    match (text(spec, "podCIDR"), first) {
        ("", Some(first)) => {
            let first = first.to_owned();
            spec.insert("podCIDR".into(), first.into());
        }
        (own, first) if !own.is_empty() && first != Some(own) => {
            let own = own.to_owned();
            spec.insert("podCIDRs".into(), json!([own]));
        }
        _ => {}
    }
}

fn service(object: &mut Map<String, Value>) {
    let Some(spec) = map(object, "spec") else { return };
    put(spec, "sessionAffinity", "None");
    if text(spec, "sessionAffinity") == "None" {
        spec.remove("sessionAffinityConfig");
    }
    if text(spec, "sessionAffinity") == "ClientIP" {
        let timeout =
            spec.get("sessionAffinityConfig").and_then(|config| config.pointer("/clientIP/timeoutSeconds"));
        if timeout.is_none() {
            spec.insert("sessionAffinityConfig".into(), json!({"clientIP": {"timeoutSeconds": 10800}}));
        }
    }
    put(spec, "type", "ClusterIP");
    let kind = text(spec, "type").to_owned();
    let outside = kind == "ClusterIP" && spec.contains_key("externalIPs");
    if outside || matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        put(spec, "externalTrafficPolicy", "Cluster");
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer" | "ClusterIP") {
        put(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        put(spec, "allocateLoadBalancerNodePorts", true);
    }
    let balancer = map(object, "status").and_then(|status| map(status, "loadBalancer"));
    for ingress in balancer.into_iter().flat_map(|balancer| items(balancer, "ingress")) {
        if kind == "LoadBalancer" && !text(ingress, "ip").is_empty() {
            put(ingress, "ipMode", "VIP");
        }
    }
}

/// What came as text is data, and there is a type.
fn secret(object: &mut Map<String, Value>) {
    if let Some(Value::Object(texts)) = object.remove("stringData")
        && let Some(data) = made(object, "data")
    {
        for (key, value) in texts {
            data.insert(key, STANDARD.encode(value.as_str().unwrap_or_default()).into());
        }
    }
    put(object, "type", "Opaque");
}

/// A namespace has its name as a label.
fn label(object: &mut Map<String, Value>) {
    let Some(metadata) = map(object, "metadata") else { return };
    let name = text(metadata, "name").to_owned();
    if name.is_empty() {
        return;
    }
    if let Some(labels) = made(metadata, "labels") {
        labels.insert("kubernetes.io/metadata.name".into(), name.into());
    }
}

fn limits(object: &mut Map<String, Value>) {
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
        let Some(given) = map(object, from).cloned() else { continue };
        if let Some(known) = made(object, to) {
            for (name, value) in given {
                known.entry(name).or_insert(value);
            }
        }
    }
}

/// A replication controller takes the labels of its pods.
fn controller(object: &mut Map<String, Value>) {
    let labels = object.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels")).cloned();
    let Some(labels) = labels else { return };
    if let Some(spec) = made(object, "spec") {
        put(spec, "selector", labels.clone());
    }
    if let Some(metadata) = made(object, "metadata") {
        put(metadata, "labels", labels);
    }
}
