//! What of a pod is allowed, and still told: it is rarely meant.
//!
//! Source: `warningsForPodSpecAndMeta` in `k8s.io/kubernetes/pkg/api/pod`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::part::Part;
use super::affinity::{PREFERRED, REQUIRED};
use super::overlap;
use crate::object::{annotation, quantity, quote};

const NO_SELECTOR: &str = "a null labelSelector results in matching no pod";

/// Clients are told so much at most of ports and of files that lie over each other; the server's own headers end before.
pub(super) const MOST: usize = 256;

/// Labels of nodes that have other names now.
const OLDER: [(&str, &str, &str); 5] = [
    ("beta.kubernetes.io/arch", "v1.14", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "v1.14", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "v1.17", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "v1.17", "topology.kubernetes.io/zone"),
    ("beta.kubernetes.io/instance-type", "v1.17", "node.kubernetes.io/instance-type"),
];

/// Sources of volumes that are going, or have gone.
const GONE: [(&str, &str, &str); 9] = [
    ("photonPersistentDisk", "photonPersistentDisk", "v1.11, non-functional in v1.16+"),
    ("gitRepo", "gitRepo", "v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "scaleIO", "v1.16, non-functional in v1.22+"),
    ("flocker", "flocker", "v1.22, non-functional in v1.25+"),
    ("storageos", "storageOS", "v1.22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "v1.22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "v1.25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "v1.28, non-functional in v1.31+"),
    ("rbd", "rbd", "v1.28, non-functional in v1.31+"),
];

/// What is told of a pod, or of a template of pods.
pub(in super::super) fn told(template: &Part<'_>, told: &mut Vec<String>) {
    let spec = template.field("spec");
    let spec = Part { path: spec.path.trim_start_matches('.').to_owned(), ..spec };
    nodes(&spec, told);
    for constraint in spec.field("topologySpreadConstraints").items() {
        older(&constraint.field("topologyKey"), told);
        let selector = constraint.field("labelSelector");
        if !selector.is_there() {
            told.push(format!("{}: {NO_SELECTOR}", selector.path));
        }
    }
    volumes(&spec, told);
    named_twice(&spec.field("hostAliases"), "ip", told);
    let secrets = spec.field("imagePullSecrets");
    named_twice(&secrets, "name", told);
    for name in secrets.items().iter().map(|secret| secret.field("name")).filter(Part::is_empty) {
        told.push(format!("{}: invalid empty name \"\"", name.path));
    }
    let containers: Vec<Part<'_>> = super::containers(&spec).collect();
    for container in &containers {
        for list in ["limits", "requests"] {
            for resource in ["memory", "ephemeral-storage"] {
                fractions(&container.field("resources").field(list), resource, told);
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
    neighbours(&spec.field("affinity"), told);
}

/// What is told of a volume that is in no pod.
pub(in super::super) fn volume_told(object: &Value, spec: &Part<'_>, told: &mut Vec<String>) {
    const OLDER: &str = "volume.beta.kubernetes.io/storage-class";
    let required = spec.field("nodeAffinity").field("required").field("nodeSelectorTerms").items();
    for requirement in required.into_iter().flat_map(|term| term.field("matchExpressions").items()) {
        older(&requirement.field("key"), told);
    }
    if annotation(object, OLDER).is_some() {
        told.push(format!(
            "metadata.annotations[{OLDER}]: deprecated since v1.8; use \"storageClassName\" attribute instead"
        ));
    }
    let policy = spec.field("persistentVolumeReclaimPolicy");
    if policy.text() == "Recycle" {
        told.push(format!(
            "{}: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
            policy.path
        ));
    }
    // Of volumes these two are not told.
    if ["flocker", "quobyte"].iter().all(|source| !spec.field(source).is_there()) {
        gone(spec, told);
    }
}

/// Tells of a source that nobody serves any more.
fn gone(volume: &Part<'_>, told: &mut Vec<String>) {
    for (source, shown, since) in GONE {
        if volume.field(source).is_there() {
            told.push(format!("{}.{shown}: deprecated in {since}", volume.path));
        }
    }
}

fn instead(label: &str) -> Option<String> {
    let (_, since, now) = OLDER.iter().find(|(older, ..)| *older == label)?;
    Some(format!("deprecated since {since}; use {} instead", quote(now)))
}

/// Tells of the name of a label that is an older one.
fn older(key: &Part<'_>, told: &mut Vec<String>) {
    if let Some(instead) = instead(key.text()) {
        told.push(format!("{}: {} is {instead}", key.path, key.text()));
    }
}

fn nodes(spec: &Part<'_>, told: &mut Vec<String>) {
    for (label, part) in spec.field("nodeSelector").entries() {
        told.extend(instead(label).map(|instead| format!("{}: {instead}", part.path)));
    }
    let affinity = spec.field("affinity").field("nodeAffinity");
    let required = affinity.field(REQUIRED).field("nodeSelectorTerms").items();
    let preferred = affinity.field(PREFERRED).items();
    let terms = required.into_iter().chain(preferred.iter().map(|one| one.field("preference")));
    for requirement in terms.flat_map(|term| term.field("matchExpressions").items()) {
        older(&requirement.field("key"), told);
    }
}

fn volumes(spec: &Part<'_>, told: &mut Vec<String>) {
    let volumes = spec.field("volumes").items();
    for volume in &volumes {
        gone(volume, told);
        let claim = volume.field("ephemeral").field("volumeClaimTemplate").field("spec").field("resources");
        for list in ["requests", "limits"] {
            fractions(&claim.field(list), "storage", told);
        }
    }
    volumes.iter().for_each(|volume| overlap::told(volume, told));
}

/// What several items of a list have in common.
fn named_twice(list: &Part<'_>, field: &str, told: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in list.items().iter().map(|item| item.field(field)) {
        if !seen.insert(name.text()) {
            told.push(format!("{}: duplicate {field} {}", name.path, quote(name.text())));
        }
    }
}

fn neighbours(affinity: &Part<'_>, told: &mut Vec<String>) {
    for affinity in ["podAffinity", "podAntiAffinity"].map(|kind| affinity.field(kind)) {
        let preferred = affinity.field(PREFERRED).items();
        let required = affinity.field(REQUIRED).items().into_iter();
        let terms = required.chain(preferred.iter().map(|one| one.field("podAffinityTerm")));
        let selectors = terms.map(|term| term.field("labelSelector")).filter(|selector| !selector.is_there());
        told.extend(selectors.map(|selector| format!("{}: {NO_SELECTOR}", selector.path)));
    }
}

/// Bytes are whole.
pub(in super::super) fn fractions(list: &Part<'_>, resource: &str, told: &mut Vec<String>) {
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

/// Ports that several say.
fn ports(containers: &[Part<'_>], told: &mut Vec<String>) {
    let ports: Vec<Part<'_>> = containers.iter().flat_map(|one| one.field("ports").items()).collect();
    // Those of one number and protocol.
    let mut others: BTreeMap<(i64, &str), Vec<&Part<'_>>> = BTreeMap::new();
    for port in &ports {
        let (address, free) = (port.field("hostIP"), port.field("hostPort").number() == 0);
        if free && !address.is_empty() {
            told.push(format!(
                "{}: hostIP set without hostPort: {{Name:{} HostPort:0 ContainerPort:{} Protocol:{} HostIP:{}}}",
                port.path,
                port.field("name").text(),
                port.field("containerPort").number(),
                port.field("protocol").text(),
                address.text()
            ));
        }
        let key = (port.field("containerPort").number(), port.field("protocol").text());
        let alike = others.entry(key).or_default();
        for other in alike.iter() {
            if told.len() >= MOST {
                break;
            }
            let same = |field: &str| port.field(field).value == other.field(field).value;
            let free = |port: &Part<'_>| port.field("hostPort").number() == 0;
            if same("hostIP") && same("hostPort") {
                told.push(format!("{}: duplicate port definition with {}", port.path, other.path));
            } else if free(port) || free(other) {
                told.push(format!("{}: overlapping port definition with {}", port.path, other.path));
            }
        }
        // Whoever has more of them is told enough.
        if alike.len() < MOST {
            alike.push(port);
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
