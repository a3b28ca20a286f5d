//! What is allowed, and still told: it is rarely meant.
//!
//! Source: the `warnings.go` of `k8s.io/kubernetes/pkg/api`, and `WarningsOnCreate` and `WarningsOnUpdate` of the strategies.

use serde_json::Value;

use super::names;
use super::part::Part;
use super::pod;
use crate::object::{annotation, meta, quote};
use crate::registry::{Kind, NameRule};

/// What is told of an object that is stored, in the place of another or as a new one.
pub(crate) fn warnings(kind: &Kind, object: &Value, old: Option<&Value>) -> Vec<String> {
    let spec = Part::of(object, "spec");
    let generation = |object: &Value| object.pointer("/metadata/generation").cloned();
    let touched = old.is_none_or(|old| generation(old) != generation(object));
    if kind.custom.is_some() {
        let mut told = super::metadata::warned_finalizers(object, old);
        told.extend(crate::crd::warned(kind, object, old));
        return told;
    }
    let mut told = Vec::new();
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") if old.is_none() => {
            name(object, "the Pod's hostname", &mut told);
            let pod = Part { path: String::new(), value: object };
            pod::told(&pod, &mut told);
        }
        ("", "Service") => {
            const OLDER: &str = "service.kubernetes.io/topology-aware-hints";
            if annotation(object, OLDER).is_some() {
                told.push(format!(
                    "annotation {OLDER} is deprecated, please use service.kubernetes.io/topology-mode instead"
                ));
            }
            service(&spec, &mut told);
        }
        (crate::crd::GROUP, _) => told.extend(crate::crd::told(object, old)),
        ("", "PersistentVolumeClaim") => {
            const OLDER: &str = "volume.beta.kubernetes.io/storage-class";
            if annotation(object, OLDER).is_some() {
                told.push(format!("metadata.annotations[{OLDER}]: deprecated since v1.8; use \"storageClassName\" attribute instead"));
            }
            for list in ["requests", "limits"] {
                pod::fractions(&spec.field("resources").field(list), "storage", &mut told);
            }
        }
        // The server looks at what was there before.
        ("", "ReplicationController") if touched => {
            let spec = Part::of(old.unwrap_or(object), "spec");
            pod::told(&spec.field("template"), &mut told);
        }
        ("", "PodTemplate") => pod::told(&Part::of(object, "template"), &mut told),
        ("", "PersistentVolume") => pod::volume_told(object, &spec, &mut told),
        ("", "Node") if !spec.field("externalID").is_empty() => {
            told.push("spec.externalID: this field is deprecated, and is unused by Kubernetes".into());
        }
        ("storage.k8s.io", "CSIDriver")
            if !spec.field("tokenRequests").is_empty()
                && old.is_none_or(|old| {
                    old.pointer("/spec/tokenRequests") != object.pointer("/spec/tokenRequests")
                })
                && !spec.field("serviceAccountTokenInSecrets").is_there() =>
        {
            told.push("spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes".into());
        }
        ("discovery.k8s.io", "EndpointSlice")
            if old.is_none() && Part::of(object, "addressType").text() == "FQDN" =>
        {
            let endpoints = Part::of(object, "endpoints").items();
            for address in endpoints.iter().flat_map(|endpoint| endpoint.field("addresses").items()) {
                if let Some(meant) = super::address::meant(address.text()) {
                    let (text, meant) = (quote(address.text()), quote(&meant));
                    told.push(format!(
                        "{}: non-standard IP address {text} is invalid: use {meant}",
                        address.path
                    ));
                }
            }
            told.push("spec.addressType: FQDN endpoints are deprecated".to_owned());
        }
        ("networking.k8s.io", "Ingress") if old.is_none() => {
            const OLDER: &str = "kubernetes.io/ingress.class";
            if annotation(object, OLDER).is_some() {
                told.push(format!(
                    "annotation {} is deprecated, please use 'spec.ingressClassName' instead",
                    quote(OLDER)
                ));
            }
        }
        ("apps", workload) => {
            let named = matches!(workload, "Deployment" | "ReplicaSet") && old.is_none();
            if named {
                name(object, "Pod names and hostnames", &mut told);
            }
            let history = spec.field("revisionHistoryLimit");
            if workload == "StatefulSet" && history.number() < 0 {
                told.push(format!(
                    "{}: a negative value retains all historical revisions; a value >= 0 is recommended",
                    history.path
                ));
            }
            if touched && !(workload == "DaemonSet" && same_template(object, old)) {
                pod::told(&spec.field("template"), &mut told);
            }
        }
        ("batch", workload) if touched => {
            if old.is_none() {
                name(object, "Pod names and hostnames", &mut told);
            }
            let job = if workload == "CronJob" { spec.field("jobTemplate").field("spec") } else { spec };
            pod::told(&job.field("template"), &mut told);
        }
        _ => {}
    }
    told
}

fn same_template(object: &Value, old: Option<&Value>) -> bool {
    old.is_some_and(|old| old.pointer("/spec/template") == object.pointer("/spec/template"))
}

fn name(object: &Value, what: &str, told: &mut Vec<String>) {
    let whys = names::name(NameRule::Label, meta(object, "name"), false);
    if !whys.is_empty() {
        told.push(format!(
            "metadata.name: this is used in {what}, which can result in surprising behavior; a DNS label is recommended: [{}]",
            whys.join(" ")
        ));
    }
}

fn service(spec: &Part<'_>, told: &mut Vec<String>) {
    let kind = spec.field("type").text();
    let bare = kind == "ClusterIP" && spec.field("clusterIP").text() == "None";
    let outside = !spec.field("externalIPs").is_empty();
    let mut tell = |text: &str| told.push(text.to_owned());
    if bare {
        if !spec.field("loadBalancerIP").is_empty() {
            tell("spec.loadBalancerIP is ignored for headless services");
        }
        if outside {
            tell("spec.externalIPs is ignored for headless services");
        }
        if spec.field("sessionAffinity").text() != "None" {
            tell("spec.SessionAffinity is ignored for headless services");
        }
    } else if outside && kind == "ExternalName" {
        tell("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    } else if outside {
        tell("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
    }
    if spec.field("trafficDistribution").text() == "PreferClose" {
        tell("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
    }
    if kind != "ExternalName" && !spec.field("externalName").is_empty() {
        tell("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    }
}
