//! What an object uses.
//!
//! Source: the evaluators in `pkg/quota/v1/evaluator/core` of Kubernetes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::object::{Amount, Amounts, annotation, text};
use crate::registry::Kind;

/// Of these a container must say how much it wants, or may have, where a quota counts them.
const TO_BE_SAID: [&str; 6] =
    ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const COMPUTED: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
const OF_CLASS: &str = ".storageclass.storage.k8s.io/";

/// Whether a quota's resource is one that objects of a kind use.
pub(crate) fn counts(kind: &Kind, name: &str) -> bool {
    if name == counted(kind) {
        return true;
    }
    if !kind.group.is_empty() {
        return false;
    }
    match kind.kind.as_str() {
        "Pod" => {
            let plain = name.strip_prefix("requests.").unwrap_or(name);
            let limited = name.strip_prefix("limits.").unwrap_or(plain);
            let extended = name != plain && plain.contains('/');
            name == "pods" || COMPUTED.contains(&limited) || plain.starts_with("hugepages-") || extended
        }
        "Service" => matches!(name, "services" | "services.nodeports" | "services.loadbalancers"),
        "PersistentVolumeClaim" => {
            matches!(name, "persistentvolumeclaims" | "requests.storage") || name.contains(OF_CLASS)
        }
        "ConfigMap" | "Secret" | "ResourceQuota" | "ReplicationController" => name == kind.plural,
        _ => false,
    }
}

/// The resource that counts objects of a kind.
fn counted(kind: &Kind) -> String {
    format!("count/{}", kind.qualified())
}

/// What an object uses of everything.
pub(crate) fn uses(kind: &Kind, object: &Value) -> Amounts {
    let one = Amount::count(1);
    let mut sum = Amounts::default();
    let mut set = |name: &str, amount: Amount| {
        sum.0.insert(name.to_owned(), amount);
    };
    set(&counted(kind), one);
    if !kind.group.is_empty() {
        return sum;
    }
    match kind.kind.as_str() {
        "Pod" if is_over(object) => {}
        "Pod" => {
            set("pods", one);
            let of = |list: &str| {
                let mut all = Amounts::of_pod(object, list);
                all.add(&Amounts::from(object.pointer("/spec/overhead")));
                all
            };
            sum.0.extend(computed(&of("requests"), &of("limits")).0);
        }
        "Service" => {
            set("services", one);
            let kind = text(object, "/spec/type");
            if kind == "LoadBalancer" {
                set("services.loadbalancers", one);
            }
            set("services.nodeports", Amount::count(node_ports(object, kind)));
        }
        "PersistentVolumeClaim" => {
            set("persistentvolumeclaims", one);
            let size = Amount::at(object, "/spec/resources/requests/storage");
            set("requests.storage", size);
            let older = annotation(object, "volume.beta.kubernetes.io/storage-class");
            let class =
                older.and_then(Value::as_str).unwrap_or_else(|| text(object, "/spec/storageClassName"));
            if !class.is_empty() {
                set(&format!("{class}{OF_CLASS}persistentvolumeclaims"), one);
                set(&format!("{class}{OF_CLASS}requests.storage"), size);
            }
        }
        "ConfigMap" | "Secret" | "ResourceQuota" | "ReplicationController" => set(&kind.plural, one),
        _ => {}
    }
    sum
}

/// A pod that has ended uses nothing any more.
fn is_over(pod: &Value) -> bool {
    matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

fn node_ports(service: &Value, kind: &str) -> usize {
    let ports = || service.pointer("/spec/ports").and_then(Value::as_array).into_iter().flatten();
    let unwanted = service.pointer("/spec/allocateLoadBalancerNodePorts") == Some(&Value::Bool(false));
    match kind {
        "NodePort" => ports().count(),
        "LoadBalancer" if unwanted => ports().filter(|port| port.get("nodePort").is_some()).count(),
        "LoadBalancer" => ports().count(),
        _ => 0,
    }
}

fn computed(requests: &Amounts, limits: &Amounts) -> Amounts {
    let mut sum = Amounts::default();
    for (name, amount) in &requests.0 {
        let pages = name.starts_with("hugepages-");
        if COMPUTED.contains(&name.as_str()) || pages {
            sum.0.insert(name.clone(), *amount);
        }
        if COMPUTED.contains(&name.as_str()) || pages || name.contains('/') {
            sum.0.insert(format!("requests.{name}"), *amount);
        }
    }
    let limited = limits.0.iter().filter(|(name, _)| COMPUTED.contains(&name.as_str()));
    sum.0.extend(limited.map(|(name, amount)| (format!("limits.{name}"), *amount)));
    sum
}

/// What the containers of a pod leave open of the resources that a quota counts, in its words.
pub(crate) fn lacks(kind: &Kind, object: &Value, hard: &Amounts) -> Option<String> {
    if !kind.is("", "Pod") {
        return None;
    }
    let mut lacking: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for list in ["/spec/containers", "/spec/initContainers"] {
        for container in object.pointer(list).and_then(Value::as_array).into_iter().flatten() {
            let said = computed(&Amounts::of(container, "requests"), &Amounts::of(container, "limits"));
            for name in
                TO_BE_SAID.into_iter().filter(|name| hard.get(name).is_some() && said.get(name).is_none())
            {
                lacking.entry(name).or_default().insert(text(container, "/name"));
            }
        }
    }
    let told = lacking.into_iter().map(|(name, containers)| {
        format!("{name} for: {}", containers.into_iter().collect::<Vec<_>>().join(","))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| format!("must specify {}", told.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use serde_json::json;

    #[test]
    fn resources_belong_to_kinds() {
        let registry = Registry::new();
        let kind = |group: &str, plural: &str| registry.find(group, "v1", plural).unwrap();
        let (pods, claims, services) =
            (kind("", "pods"), kind("", "persistentvolumeclaims"), kind("", "services"));
        for (name, wanted) in [
            ("pods", [true, false, false]),
            ("cpu", [true, false, false]),
            ("limits.memory", [true, false, false]),
            ("requests.hugepages-2Mi", [true, false, false]),
            ("requests.example.com/gpu", [true, false, false]),
            ("example.com/gpu", [false; 3]),
            ("requests.storage", [false, true, false]),
            ("gold.storageclass.storage.k8s.io/requests.storage", [false, true, false]),
            ("services.nodeports", [false, false, true]),
            ("count/services", [false, false, true]),
            ("count/deployments.apps", [false; 3]),
        ] {
            assert_eq!([&pods, &claims, &services].map(|kind| counts(kind, name)), wanted, "{name}");
        }
        assert!(counts(&kind("apps", "deployments"), "count/deployments.apps"));
    }

    #[test]
    fn pods_use_what_their_containers_want() {
        let registry = Registry::new();
        let pods = registry.find("", "v1", "pods").unwrap();
        let resources = json!({"requests": {"cpu": "1", "example.com/gpu": "2"}, "limits": {"memory": "1Gi", "example.com/gpu": "2"}});
        let pod = json!({"spec": {"containers": [{"name": "c", "resources": resources}]}});
        let wanted = "count/pods=1,cpu=1,limits.memory=1Gi,pods=1,requests.cpu=1,requests.example.com/gpu=2";
        assert_eq!(uses(&pods, &pod).to_string(), wanted);
        let over = json!({"status": {"phase": "Failed"}});
        assert_eq!(uses(&pods, &over).to_string(), "count/pods=1");
    }
}
