//! What may be stored: rules in the words of `k8s.io/apimachinery/pkg/util/validation`.

mod address;
mod api_service;
mod autoscaler;
mod certificate;
mod claim;
mod classes;
mod common;
mod config_map;
mod controller;
mod conversion;
mod csi;
mod endpoints;
mod event;
mod fault;
mod flow;
mod hook;
mod job;
mod limits;
mod metadata;
mod names;
mod network_policy;
mod networking;
mod node;
mod other;
mod part;
mod path;
mod persistent;
mod pod;
mod quota;
mod rbac;
mod schedule;
mod secret;
mod service;
mod slice;
mod url;
mod warnings;
mod webhook;
mod workload;

use std::collections::HashSet;

use serde_json::Value;

pub(crate) use config_map::frozen_empty;
pub(crate) use conversion::conversion;
pub(crate) use fault::Fault;
pub(crate) use names::{dns_1035_label, is_label, is_subdomain, label_key, label_value, parent};
pub(crate) use other::binding;
pub(crate) use pod::{PREFERRED, REQUIRED};
pub(crate) use service::own_addresses;
pub(crate) use warnings::warnings;

use crate::registry::Kind;
use crate::verbs::Part;

/// What is wrong with a new object.
pub(crate) fn create(kind: &Kind, object: &Value) -> Vec<Fault> {
    let own = own(kind, object);
    if kind.is("events.k8s.io", "Event") {
        // The rules of this group alone come last.
        return [own, metadata::create(kind, object), event::new_form(object)].concat();
    }
    if own_first(kind) && !own.is_empty() {
        return own;
    }
    let misnamed = kind.custom.is_some() && crate::crd::misnamed(kind, object).is_some();
    let mut faults = if misnamed { Vec::new() } else { metadata::create(kind, object) };
    faults.extend(own);
    rules(kind, object, None, &mut faults);
    faults
}

/// What the rules of a custom kind say of an object that is fine otherwise.
fn rules(kind: &Kind, object: &Value, old: Option<&Value>, faults: &mut Vec<Fault>) {
    if let Some(custom) = &kind.custom {
        let more = crate::crd::judge(kind, custom, object, old, faults);
        faults.extend(more);
    }
}

/// Kinds whose metadata are only looked at where nothing else is wrong.
fn own_first(kind: &Kind) -> bool {
    kind.group == "policy" || kind.kind == "Event" && kind.custom.is_none()
}

/// What is wrong with an object that a test has made up: only what would break what looks at it.
pub(crate) fn seed(kind: &Kind, object: &Value) -> Vec<Fault> {
    let mut faults = metadata::create(kind, object);
    if matches!(kind.kind.as_str(), "ConfigMap" | "Secret" | "CustomResourceDefinition") {
        faults.extend(own(kind, object));
    }
    faults
}

/// What is wrong with an object that takes another's place.
pub(crate) fn update(kind: &Kind, object: &Value, old: &Value) -> Vec<Fault> {
    if kind.is_certificate_request() {
        return dedup(certificate::update(kind, object, old, certificate::May::Nothing));
    }
    let mut faults = metadata::update(kind, object, old);
    let name = kind.kind.as_str();
    match (kind.group.as_str(), name) {
        ("", "ConfigMap") => faults.extend(config_map::update(object, old)),
        ("", "Secret") => faults.extend(secret::update(object, old)),
        ("", "Service") => faults.extend(service::update(object, old)),
        ("", "Pod") => faults.extend(pod::update(object, old)),
        ("", "PersistentVolumeClaim") => faults.extend(claim::claim_update(object, old)),
        ("", "PersistentVolume") => faults.extend(persistent::update(object, old)),
        ("", "ResourceQuota") => faults.extend(quota::update(object, old)),
        ("", "Endpoints") => faults.extend(endpoints::update(object, old)),
        ("", "Namespace") => {}
        ("", "Node") => {
            faults.extend(node::create(object));
            faults.extend(node::update(object, old));
        }
        ("apps", "ControllerRevision") => faults.extend(other::revision_update(object, old)),
        ("" | "events.k8s.io", "Event") => faults.extend(event::update(kind, object, old)),
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") => {
            faults.extend(workload::update(name, object, old));
        }
        ("scheduling.k8s.io", "PriorityClass") => faults.extend(classes::priority_update(object, old)),
        ("storage.k8s.io", "StorageClass") => faults.extend(classes::storage_update(object, old)),
        ("storage.k8s.io", _) => faults.extend(csi::update(name, object, old)),
        ("batch", _) => faults.extend(job::update(name, object, old)),
        ("networking.k8s.io", "Ingress") => faults.extend(networking::ingress(object)),
        ("networking.k8s.io", "IngressClass") => faults.extend(networking::class_update(object, old)),
        ("discovery.k8s.io", "EndpointSlice") => faults.extend(slice::update(object, old)),
        ("node.k8s.io", "RuntimeClass") => faults.extend(classes::runtime_update(object, old)),
        ("rbac.authorization.k8s.io", _) => faults.extend(rbac::update(name, object, old)),
        (crate::crd::GROUP, _) => faults.extend(crate::crd::validate_definition_update(object, old)),
        _ => faults.extend(own(kind, object)),
    }
    // These look at the whole again.
    if matches!(name, "ConfigMap" | "Secret") || kind.group == "rbac.authorization.k8s.io" {
        faults.extend(create(kind, object));
    }
    rules(kind, object, Some(old), &mut faults);
    dedup(faults)
}

/// What is wrong with an object of which only the status was to be written. Of most statuses only the type is judged.
pub(crate) fn status(kind: &Kind, object: &Value, old: &Value) -> Vec<Fault> {
    if kind.is_certificate_request() {
        return certificate::update(kind, object, old, certificate::May::Sign);
    }
    let mut faults = metadata::update(kind, object, old);
    if let Some(custom) = &kind.custom {
        faults.extend(crate::crd::validate_status(custom, object));
        rules(kind, object, Some(old), &mut faults);
        return faults;
    }
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Service") => faults.extend(service::status(object)),
        ("", "Node") => faults.extend(node::update(object, old)),
        ("", "Namespace") => faults.extend(other::namespace_status(object)),
        ("apiregistration.k8s.io", "APIService") => faults.extend(api_service::status(object)),
        ("flowcontrol.apiserver.k8s.io", _) => faults.extend(flow::status(object)),
        ("storage.k8s.io", name) => faults.extend(csi::status(name, object, old)),
        ("", "ResourceQuota") => faults.extend(quota::status(object)),
        ("apps", workload) => faults.extend(workload::status(workload, object)),
        ("policy", _) => {
            let status = part::Part::of(object, "status");
            let numbers = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"];
            faults.extend(numbers.iter().filter_map(|field| status.field(field).not_negative()));
        }
        _ => {}
    }
    faults
}

/// What is wrong with an object of which only a part was to be written.
pub(crate) fn part(kind: &Kind, part: Part, object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = metadata::update(kind, object, old);
    match part {
        Part::Approval => return certificate::update(kind, object, old, certificate::May::Decide),
        Part::EphemeralContainers => faults.extend(pod::debug(object, old)),
        Part::Resize => faults.extend(pod::resize(object, old)),
        Part::Finalize => faults.extend(other::finalizers(object)),
    }
    faults
}

fn own(kind: &Kind, object: &Value) -> Vec<Fault> {
    if let Some(custom) = &kind.custom {
        return crate::crd::validate(kind, custom, object);
    }
    let name = kind.kind.as_str();
    match (kind.group.as_str(), name) {
        ("", "ConfigMap") => config_map::create(object),
        ("", "Secret") => secret::create(object),
        ("", "Pod") => pod::create(object),
        ("", "Service") => service::create(object),
        ("" | "events.k8s.io", "Event") => event::create(kind, object),
        ("", "LimitRange") => limits::range(object),
        ("", "ResourceQuota") => quota::create(object),
        ("", "PersistentVolumeClaim") => claim::claim(object),
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") => workload::create(name, object),
        (crate::crd::GROUP, _) => crate::crd::validate_definition(object),
        ("apps", "ControllerRevision") => other::revision(object),
        ("batch", _) => job::create(name, object),
        _ if kind.is_certificate_request() => certificate::create(object),
        ("rbac.authorization.k8s.io", _) => rbac::create(name, object),
        ("", "ReplicationController") => controller::judge(object),
        ("", "PersistentVolume") => persistent::create(object),
        ("", "Endpoints") => endpoints::judge(object),
        ("", "Namespace") => other::namespace(object),
        ("", "Node") => node::create(object),
        ("", "PodTemplate") => pod::template(&part::Part::of(object, "template")),
        ("networking.k8s.io", "Ingress") => networking::create(object),
        ("networking.k8s.io", "IngressClass") => networking::class(object),
        ("networking.k8s.io", "NetworkPolicy") => network_policy::judge(object),
        ("discovery.k8s.io", "EndpointSlice") => slice::judge(object),
        ("node.k8s.io", "RuntimeClass") => classes::runtime(object),
        ("scheduling.k8s.io", "PriorityClass") => classes::priority(object),
        ("storage.k8s.io", "StorageClass") => classes::storage(object),
        ("storage.k8s.io", _) => csi::create(name, object),
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => webhook::judge(name, object),
        ("apiregistration.k8s.io", "APIService") => api_service::judge(object),
        ("flowcontrol.apiserver.k8s.io", _) => flow::judge(name, object),
        ("coordination.k8s.io", "Lease") => other::lease(object),
        ("policy", "PodDisruptionBudget") => other::budget(object),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler::judge(object),
        _ => Vec::new(),
    }
}

/// What is said twice of one field is written once.
fn dedup(faults: Vec<Fault>) -> Vec<Fault> {
    let mut seen = HashSet::new();
    faults.into_iter().filter(|fault| seen.insert(fault.clone())).collect()
}
