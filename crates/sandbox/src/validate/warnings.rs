//! What is allowed, and still told: it is rarely meant.
//!
//! Source: the `warnings.go` of `k8s.io/kubernetes/pkg/api`, and `WarningsOnCreate` and `WarningsOnUpdate` of the strategies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names;
use super::part::Part;
use crate::object::{annotation, meta, quantity, quote};
use crate::registry::{Kind, NameRule};

const NO_SELECTOR: &str = "a null labelSelector results in matching no pod";

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
            template(&pod, &mut told);
        }
        ("", "Service") => service(&spec, &mut told),
        (crate::crd::GROUP, _) => told.extend(crate::crd::told(object, old)),
        ("", "PersistentVolumeClaim") => {
            const OLDER: &str = "volume.beta.kubernetes.io/storage-class";
            if annotation(object, OLDER).is_some() {
                told.push(format!("metadata.annotations[{OLDER}]: deprecated since v1.8; use \"storageClassName\" attribute instead"));
            }
            for list in ["requests", "limits"] {
                bytes(&spec.field("resources").field(list), "storage", &mut told);
            }
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
            if touched && !(workload == "DaemonSet" && same_template(object, old)) {
                template(&spec.field("template"), &mut told);
            }
        }
        ("batch", workload) if touched => {
            if old.is_none() {
                name(object, "Pod names and hostnames", &mut told);
            }
            let job = if workload == "CronJob" { spec.field("jobTemplate").field("spec") } else { spec };
            template(&job.field("template"), &mut told);
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

fn template(template: &Part<'_>, told: &mut Vec<String>) {
    let spec = template.field("spec");
    let spec = Part { path: spec.path.trim_start_matches('.').to_owned(), ..spec };
    for constraint in spec.field("topologySpreadConstraints").items() {
        let selector = constraint.field("labelSelector");
        if !selector.is_there() {
            told.push(format!("{}: {NO_SELECTOR}", selector.path));
        }
    }
    for affinity in ["podAffinity", "podAntiAffinity"].map(|kind| spec.field("affinity").field(kind)) {
        let required = affinity.field("requiredDuringSchedulingIgnoredDuringExecution").items();
        let preferred = affinity.field("preferredDuringSchedulingIgnoredDuringExecution").items();
        let terms = required.into_iter().chain(preferred.iter().map(|one| one.field("podAffinityTerm")));
        for selector in terms.map(|term| term.field("labelSelector")).filter(|selector| !selector.is_there())
        {
            told.push(format!("{}: {NO_SELECTOR}", selector.path));
        }
    }
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let containers: Vec<Part<'_>> = lists.into_iter().flat_map(|list| spec.field(list).items()).collect();
    for container in &containers {
        for list in ["limits", "requests"] {
            for resource in ["memory", "ephemeral-storage"] {
                bytes(&container.field("resources").field(list), resource, told);
            }
        }
        variables(&container.field("env"), told);
    }
    ports(&containers, told);
    if spec.field("terminationGracePeriodSeconds").number() < 0 {
        told.push(format!(
            "{}: must be >= 0; negative values are invalid and will be treated as 1",
            spec.field("terminationGracePeriodSeconds").path
        ));
    }
}

/// Bytes are whole.
fn bytes(list: &Part<'_>, resource: &str, told: &mut Vec<String>) {
    let text = list.field(resource).text().to_owned();
    let nanos = quantity::nanos(&text).unwrap_or_default();
    if nanos % 1_000_000_000 != 0 {
        let quoted = quote(&text);
        told.push(format!(
            "{}[{resource}]: fractional byte value {quoted} is invalid, must be an integer",
            list.path
        ));
    }
}

fn variables(variables: &Part<'_>, told: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for variable in variables.items() {
        let (name, value) = (variable.field("name").text(), variable.field("value").text());
        let own = format!("$({name})");
        let builds_on = value != own && value.contains(&own) && !variable.field("valueFrom").is_there();
        if !seen.insert(name) && !builds_on {
            told.push(format!(
                "{}: hides previous definition of {}, which may be dropped when using apply",
                variable.path,
                quote(name)
            ));
        }
    }
}

fn ports(containers: &[Part<'_>], told: &mut Vec<String>) {
    let ports: Vec<Part<'_>> = containers.iter().flat_map(|one| one.field("ports").items()).collect();
    for (index, port) in ports.iter().enumerate() {
        for other in ports.iter().take(index) {
            let same = |field: &str| port.field(field).value == other.field(field).value;
            if !same("containerPort") || !same("protocol") {
                continue;
            }
            let free = |port: &Part<'_>| port.field("hostPort").number() == 0;
            if same("hostIP") && same("hostPort") {
                told.push(format!("{}: duplicate port definition with {}", port.path, other.path));
            } else if free(port) || free(other) {
                told.push(format!("{}: overlapping port definition with {}", port.path, other.path));
            }
        }
    }
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    for port in &ports {
        let name = port.field("name").text();
        match names.get(name) {
            _ if name.is_empty() => {}
            Some(other) => told.push(format!(
                "{}: duplicate port name {} with {other}, services and probes that select ports by name will use {other}",
                port.path,
                quote(name)
            )),
            None => {
                names.insert(name, &port.path);
            }
        }
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
    if kind != "ExternalName" && !spec.field("externalName").is_empty() {
        tell("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    }
}
