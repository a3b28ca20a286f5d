//! Endpoint slices: where the pods of a service are.
//!
//! Source: `pkg/controller/endpointslice`.

use serde_json::{Value, json};

use super::hands::Hands;
use super::template::{is_over, is_ready, owner};
use crate::object::{meta, text};

const WHO: &str = "kube-controller-manager";
const GROUP: &str = "discovery.k8s.io";

/// Pods of a namespace changed: its services are looked at, for a pod may be one's no longer.
pub(super) fn pods_changed(hands: &mut Hands<'_>, namespace: &str) {
    for service in hands.list("", "services", namespace) {
        hands.wake("", "services", &service);
    }
}

pub(super) fn reconcile(hands: &mut Hands<'_>, service: &Value) {
    let no_selector =
        service.pointer("/spec/selector").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty);
    if no_selector || !meta(service, "deletionTimestamp").is_empty() {
        return;
    }
    let pods = hands.list("", "pods", meta(service, "namespace"));
    let chosen: Vec<_> = pods
        .iter()
        .filter(|pod| chooses(service, pod) && !is_over(pod) && !text(pod, "/status/podIP").is_empty())
        .collect();
    let endpoint = |pod: &Value| {
        let (ready, ends) = (is_ready(pod), !meta(pod, "deletionTimestamp").is_empty());
        json!({
            "addresses": [text(pod, "/status/podIP")],
            "conditions": {"ready": ready && !ends, "serving": ready, "terminating": ends},
            "nodeName": text(pod, "/spec/nodeName"),
            "targetRef": {
                "kind": "Pod", "namespace": meta(pod, "namespace"), "name": meta(pod, "name"), "uid": meta(pod, "uid"),
            },
        })
    };
    let endpoints: Vec<Value> = chosen.iter().map(|pod| endpoint(pod)).collect();
    let ports = service.pointer("/spec/ports").and_then(Value::as_array);
    let ports: Vec<Value> =
        ports.into_iter().flatten().map(|port| slice_port(port, chosen.first().map(|pod| &***pod))).collect();
    let metadata = json!({
        "namespace": meta(service, "namespace"),
        "generateName": format!("{}-", meta(service, "name")),
        "labels": {
            "kubernetes.io/service-name": meta(service, "name"),
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        },
        "ownerReferences": owner(service, "v1", "Service"),
    });
    match hands.controlled(GROUP, "endpointslices", service).first() {
        None => {
            let slice =
                json!({"metadata": metadata, "addressType": "IPv4", "endpoints": endpoints, "ports": ports});
            let _ = hands.create(WHO, GROUP, "endpointslices", &slice);
        }
        Some(slice) => {
            let same = slice.get("endpoints") == Some(&json!(endpoints))
                && slice.get("ports") == Some(&json!(ports));
            if let Some(id) = hands.id(GROUP, "endpointslices").filter(|_| !same) {
                hands.patch(WHO, id, slice, &json!({"endpoints": endpoints, "ports": ports}));
            }
        }
    }
}

/// Whether a service's selector fits a pod's labels.
fn chooses(service: &Value, pod: &Value) -> bool {
    let labels = pod.pointer("/metadata/labels");
    let selector = service.pointer("/spec/selector").and_then(Value::as_object);
    selector.is_some_and(|selector| {
        !selector.is_empty()
            && selector.iter().all(|(name, value)| labels.and_then(|labels| labels.get(name)) == Some(value))
    })
}

/// The port of the pods; a name is looked up in one of them.
fn slice_port(port: &Value, pod: Option<&Value>) -> Value {
    let named = |name: &str| {
        let containers = pod.and_then(|pod| pod.pointer("/spec/containers")).and_then(Value::as_array);
        let ports =
            containers.into_iter().flatten().filter_map(|one| one.get("ports").and_then(Value::as_array));
        ports
            .flatten()
            .find(|one| text(one, "/name") == name)
            .and_then(|one| one.get("containerPort").cloned())
    };
    let number = match port.get("targetPort") {
        Some(Value::String(name)) => named(name),
        Some(number) => Some(number.clone()),
        None => port.get("port").cloned(),
    };
    let protocol = port.get("protocol").cloned().unwrap_or_else(|| json!("TCP"));
    json!({"name": text(port, "/name"), "port": number, "protocol": protocol})
}
