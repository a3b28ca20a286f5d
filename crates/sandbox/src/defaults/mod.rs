//! What the server puts where nothing is said, type by type, by hand; what OpenAPI says of it stands in the table of types.
//!
//! Source: the `defaults.go` of each group in `k8s.io/kubernetes/pkg/apis`.

mod core;
mod fields;
mod pod;
mod storage;
mod workloads;

use serde_json::{Map, Value};

use fields::{put, put_number, text};

use crate::auth::rbac::GROUP;

/// Puts the defaults of a struct into it; what is in it has its own already.
pub(crate) fn apply(package: &str, name: &str, object: &mut Map<String, Value>) {
    match package {
        "core.v1" => {
            pod::apply(name, object);
            core::apply(name, object);
            storage::core(name, object);
        }
        "apps.v1" | "batch.v1" => workloads::apply(name, object),
        "rbac.v1" => rbac(name, object),
        "networking.v1" => networking(name, object),
        "autoscaling.v1" if name == "HorizontalPodAutoscalerSpec" => put(object, "minReplicas", 1),
        "autoscaling.v2" => workloads::autoscaling(name, object),
        "discovery.v1" if name == "EndpointPort" => {
            put(object, "name", "");
            put(object, "protocol", "TCP");
        }
        "storage.v1" => storage::apply(name, object),
        "scheduling.v1" if name == "PriorityClass" => put(object, "preemptionPolicy", "PreemptLowerPriority"),
        "apiextensions.v1" if name == "CustomResourceDefinitionSpec" => crate::crd::defaults(object),
        "admissionregistration.v1" => admission(name, object),
        "apiregistration.v1" if name == "ServiceReference" => put(object, "port", 443),
        "flowcontrol.v1" => flow(name, object),
        _ => {}
    }
}

fn rbac(name: &str, object: &mut Map<String, Value>) {
    let group = match name {
        "RoleRef" => true,
        "Subject" => matches!(text(object, "kind"), "User" | "Group"),
        _ => false,
    };
    if group && text(object, "apiGroup").is_empty() {
        object.insert("apiGroup".into(), GROUP.into());
    }
}

fn networking(name: &str, object: &mut Map<String, Value>) {
    match name {
        "NetworkPolicyPort" => put(object, "protocol", "TCP"),
        "NetworkPolicySpec" => {
            let types: &[&str] =
                if object.contains_key("egress") { &["Ingress", "Egress"] } else { &["Ingress"] };
            put(object, "policyTypes", types);
        }
        "IngressClassParametersReference" => put(object, "scope", "Cluster"),
        _ => {}
    }
}

fn flow(name: &str, object: &mut Map<String, Value>) {
    match name {
        "FlowSchemaSpec" => put_number(object, "matchingPrecedence", 1000),
        "ExemptPriorityLevelConfiguration" => {
            put(object, "nominalConcurrencyShares", 0);
            put(object, "lendablePercent", 0);
        }
        "LimitedPriorityLevelConfiguration" => {
            put(object, "nominalConcurrencyShares", 30);
            put(object, "lendablePercent", 0);
        }
        "QueuingConfiguration" => {
            for (field, value) in [("handSize", 8), ("queues", 64), ("queueLengthLimit", 50)] {
                put_number(object, field, value);
            }
        }
        _ => {}
    }
}

fn admission(name: &str, object: &mut Map<String, Value>) {
    match name {
        "ValidatingWebhook" | "MutatingWebhook" => {
            put(object, "failurePolicy", "Fail");
            put(object, "matchPolicy", "Equivalent");
            put(object, "namespaceSelector", Map::new());
            put(object, "objectSelector", Map::new());
            put(object, "timeoutSeconds", 10);
            if name == "MutatingWebhook" {
                put(object, "reinvocationPolicy", "Never");
            }
        }
        "Rule" | "RuleWithOperations" | "NamedRuleWithOperations" => put(object, "scope", "*"),
        "ServiceReference" => put(object, "port", 443),
        "ValidatingAdmissionPolicySpec" => put(object, "failurePolicy", "Fail"),
        "MatchResources" => {
            put(object, "matchPolicy", "Equivalent");
            put(object, "namespaceSelector", Map::new());
            put(object, "objectSelector", Map::new());
        }
        _ => {}
    }
}
