//! Volumes that outlive pods.
//!
//! Source: `ValidatePersistentVolumeSpec` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use serde_json::Value;

use super::claim::access;
use super::common::subdomain;
use super::fault::Fault;
use super::part::Part;
use super::path::forward;
use super::pod;
use crate::object::{annotation, as_go, quantity};

/// The sources in the order in which the server looks for them.
const SOURCES: [&str; 22] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];

/// Those that somebody mounts who takes options.
const WITH_OPTIONS: [&str; 13] = [
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "nfs",
    "rbd",
    "quobyte",
    "iscsi",
    "cinder",
    "cephfs",
    "azureFile",
    "vsphereVolume",
    "azureDisk",
    "photonPersistentDisk",
];

pub(super) fn create(object: &Value) -> Vec<Fault> {
    const OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";
    let spec = Part::of(object, "spec");
    let (mut faults, modes) = (Vec::new(), spec.field("accessModes"));
    if modes.is_empty() {
        faults.push(modes.required(""));
    }
    faults.extend(access(&modes));
    capacity(&spec.field("capacity"), &mut faults);
    let (policy, affinity) = (spec.field("persistentVolumeReclaimPolicy"), spec.field("nodeAffinity"));
    if !policy.is_empty() {
        faults.extend(policy.one_of(&["Delete", "Recycle", "Retain"]));
    }
    if affinity.is_there() {
        let required = affinity.field("required");
        if required.is_there() {
            pod::node_selector(&required, &mut faults);
        } else {
            faults.push(required.required("must specify required node constraints"));
        }
    }
    source(&spec, &Part::of(object, "metadata").field("name"), &mut faults);
    let path = spec.field("hostPath").field("path").text();
    let all = path.starts_with('/') && path.trim_matches(['/', '.']).is_empty();
    if all && policy.text() == "Recycle" {
        faults.push(policy.forbidden("may not be 'recycle' for a hostPath mount of '/'"));
    }
    for class in ["storageClassName", "volumeAttributesClassName"].map(|field| spec.field(field)) {
        if !class.is_empty() {
            faults.extend(subdomain(&class));
        }
    }
    if spec.field("volumeMode").is_there() {
        faults.extend(spec.field("volumeMode").one_of(&["Block", "Filesystem"]));
    }
    let takes_options = WITH_OPTIONS.iter().any(|source| spec.field(source).is_there());
    if !takes_options && annotation(object, OPTIONS).is_some() {
        let why = "may not specify mount options for this volume type";
        faults.push(Fault::forbidden(&format!("metadata.annotations.{OPTIONS}"), why));
    }
    faults
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = create(object);
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    if SOURCES.iter().any(|source| spec.field(source).value != was.field(source).value) {
        let why = "spec.persistentvolumesource is immutable after creation\n";
        faults.push(Fault::forbidden("spec.persistentvolumesource", why));
    }
    let (affinity, before) = (spec.field("nodeAffinity"), was.field("nodeAffinity"));
    if before.is_there() && affinity.value != before.value {
        let why = "field is immutable, except for updating from beta label to GA";
        faults.push(Fault::invalid_value("nodeAffinity", internal(&affinity), why));
    }
    let mode = Part { path: "volumeMode".into(), ..spec.field("volumeMode") };
    faults.extend(mode.unchanged(&was.field("volumeMode")));
    faults
}

/// Which nodes it is for, as the server has it within itself.
fn internal(affinity: &Part<'_>) -> String {
    if !affinity.is_there() {
        return "null".to_owned();
    }
    let all = |list: &Part<'_>, one: &dyn Fn(&Part<'_>) -> String| {
        let shown = || format!("[{}]", list.items().iter().map(one).collect::<Vec<_>>().join(","));
        if list.is_there() { shown() } else { "null".to_owned() }
    };
    let requirement = |one: &Part<'_>| {
        let field = |name: &str| as_go(one.field(name).value);
        let (key, operator, values) = (field("key"), field("operator"), field("values"));
        format!("{{\"Key\":{key},\"Operator\":{operator},\"Values\":{values}}}")
    };
    let term = |term: &Part<'_>| {
        let list = |name: &str| all(&term.field(name), &requirement);
        let (labels, fields) = (list("matchExpressions"), list("matchFields"));
        format!("{{\"MatchExpressions\":{labels},\"MatchFields\":{fields}}}")
    };
    let terms = all(&affinity.field("required").field("nodeSelectorTerms"), &term);
    format!("{{\"Required\":{{\"NodeSelectorTerms\":{terms}}}}}")
}

fn capacity(capacity: &Part<'_>, faults: &mut Vec<Fault>) {
    if capacity.is_empty() {
        faults.push(capacity.required(""));
    }
    let entries = capacity.entries();
    if entries.len() != 1 || !capacity.field("storage").is_there() {
        faults.push(Fault::not_supported(&capacity.path, &as_go(capacity.value), &["storage"]));
    }
    for (_, amount) in entries {
        let nanos = quantity::nanos(amount.text()).unwrap_or_default();
        if nanos < 0 {
            let whole = (nanos / 1_000_000_000).to_string();
            faults.push(Fault::invalid_value(&amount.path, whole, "must be a valid resource quantity"));
        }
        if nanos <= 0 {
            faults.push(amount.invalid("must be greater than zero"));
        }
    }
}

fn source(spec: &Part<'_>, called: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut seen = false;
    for name in SOURCES.into_iter().filter(|name| spec.field(name).is_there()) {
        let part = spec.field(name);
        // Of this one the server does not ask whether it stands alone.
        if seen && name != "flexVolume" {
            let part = if name == "cephfs" { spec.field("cephFS") } else { part };
            faults.push(part.forbidden("may not specify more than 1 volume type"));
            continue;
        }
        seen = true;
        match name {
            "local" => local(spec, &part, faults),
            "csi" => driver(&part, faults),
            _ => pod::volume_source(name, spec, called, faults),
        }
        beyond_namespaces(name, &part, faults);
    }
    if !seen {
        faults.push(spec.required("must specify a volume type"));
    }
}

fn local(spec: &Part<'_>, part: &Part<'_>, faults: &mut Vec<Fault>) {
    if part.field("path").is_empty() {
        faults.push(part.field("path").required(""));
    }
    faults.extend(forward(&part.field("path")));
    if !spec.field("nodeAffinity").is_there() {
        faults.push(spec.field("nodeAffinity").required("Local volume requires node affinity"));
    }
}

fn driver(part: &Part<'_>, faults: &mut Vec<Fault>) {
    if part.field("driver").is_empty() {
        faults.push(part.field("driver").required(""));
    }
    pod::volume_driver(&part.field("driver"), faults);
    if part.field("volumeHandle").is_empty() {
        faults.push(part.field("volumeHandle").required(""));
    }
    for secret in [
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ] {
        let secret = part.field(secret);
        for field in ["name", "namespace"].map(|field| secret.field(field)) {
            if secret.is_there() && field.is_empty() {
                faults.push(field.required(""));
            }
        }
    }
}

/// A volume is in no namespace: what it names elsewhere has one.
fn beyond_namespaces(name: &str, part: &Part<'_>, faults: &mut Vec<Fault>) {
    let secret = part.field("secretRef");
    if matches!(name, "cinder" | "storageos") && secret.is_there() && secret.field("namespace").is_empty() {
        faults.push(secret.field("namespace").required(""));
    }
    if name == "iscsi" && secret.is_there() && secret.field("name").is_empty() {
        faults.push(secret.field("name").required(""));
    }
    let (secrets, endpoints) = (part.field("secretNamespace"), part.field("endpointsNamespace"));
    if secrets.is_there() && secrets.is_empty() {
        faults.push(secrets.required(""));
    }
    if endpoints.is_there() && endpoints.is_empty() {
        faults.push(endpoints.invalid("if the endpointnamespace is set, it must be a valid namespace name"));
    }
}
