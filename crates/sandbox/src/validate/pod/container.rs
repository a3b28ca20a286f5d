//! The containers of a pod.

use std::collections::BTreeSet;

use super::super::common::{label, port_name, port_number};
use super::super::fault::Fault;
use super::super::part::Part;
use super::volume::Volumes;
use super::{environment, mounts, probe, resources, security, system};

/// Judges those of all sorts.
pub(super) fn all(around: &Around<'_>, faults: &mut Vec<Fault>) {
    let spec = around.spec;
    let containers = spec.field("containers");
    if containers.is_empty() {
        faults.push(containers.required(""));
    }
    let mut seen = BTreeSet::new();
    for container in containers.items() {
        common(&container, around, faults);
        if !seen.insert(container.field("name").text()) {
            faults.push(container.field("name").duplicate());
        }
        probe::all(&container, spec, faults);
        restarts(&container, false, faults);
    }
    taken(containers.items().into_iter(), faults);
    for container in spec.field("initContainers").items() {
        common(&container, around, faults);
        restarts(&container, true, faults);
        let name = container.field("name");
        if seen.contains(name.text()) {
            faults.push(name.duplicate());
        } else if !name.is_empty() {
            seen.insert(name.text());
        }
        // They run one after the other. The server takes each for the first.
        let alone = Part { path: format!("{}.initContainers[0]", spec.path), ..container.clone() };
        taken(std::iter::once(alone), faults);
        if container.field("restartPolicy").text() == "Always" {
            probe::all(&container, spec, faults);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            let part = container.field(field);
            if part.is_there() {
                let why = "may not be set for init containers without restartPolicy=Always";
                faults.push(part.forbidden(why));
            }
        }
    }
}

/// Judges those that someone debugs a pod with: they may have less than others, and are called like no other one.
pub(super) fn to_debug(around: &Around<'_>, faults: &mut Vec<Fault>) {
    let spec = around.spec;
    const NOT: [&str; 9] = [
        "ports",
        "resources",
        "resizePolicy",
        "restartPolicy",
        "restartPolicyRules",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle",
    ];
    const WHY: &str = "cannot be set for an Ephemeral Container";
    let others = ["containers", "initContainers"].map(|list| spec.field(list).items());
    let others: BTreeSet<&str> = others.iter().flatten().map(|one| one.field("name").text()).collect();
    let mut seen = others.clone();
    for container in spec.field("ephemeralContainers").items() {
        common(&container, around, faults);
        let (name, target) = (container.field("name"), container.field("targetContainerName"));
        if !seen.insert(name.text()) {
            faults.push(name.duplicate());
        }
        if !target.is_empty() && !others.contains(target.text()) {
            faults.push(Fault::not_found(&target.path, &target.shown()));
        }
        let said = NOT.iter().map(|field| container.field(field)).filter(|field| !field.is_empty());
        faults.extend(said.map(|field| field.forbidden(WHY)));
        for mount in container.field("volumeMounts").items() {
            let paths = ["subPath", "subPathExpr"].map(|field| mount.field(field));
            faults.extend(paths.iter().filter(|path| !path.is_empty()).map(|path| path.forbidden(WHY)));
        }
    }
}

/// What else a container of a pod is judged by.
pub(super) struct Around<'a> {
    pub(super) volumes: &'a Volumes<'a>,
    pub(super) claims: &'a BTreeSet<&'a str>,
    /// `spec`.
    pub(super) spec: &'a Part<'a>,
}

fn common(container: &Part<'_>, around: &Around<'_>, faults: &mut Vec<Fault>) {
    let (name, image) = (container.field("name"), container.field("image"));
    if name.is_empty() {
        faults.push(name.required(""));
    } else {
        faults.extend(label(&name));
    }
    if image.is_empty() {
        faults.push(image.required(""));
    }
    faults.extend(container.field("terminationMessagePolicy").one_of(&["File", "FallbackToLogsOnError"]));
    ports(&container.field("ports"), faults);
    environment::all(container, faults);
    mounts::all(container, around.volumes, faults);
    faults.extend(container.field("imagePullPolicy").one_of(&["Always", "IfNotPresent", "Never"]));
    resources::judge(&container.field("resources"), around.claims, faults);
    resizes(&container.field("resizePolicy"), around.spec.field("restartPolicy").text(), faults);
    security::container(&container.field("securityContext"), system::has_own_users(around.spec), faults);
}

/// What becomes of a container whose resources change.
fn resizes(policies: &Part<'_>, restart: &str, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for policy in policies.items() {
        // The server names the list.
        let [resource, how] = ["resourceName", "restartPolicy"]
            .map(|field| Part { path: policies.path.clone(), value: policy.field(field).value });
        if !seen.insert(resource.text()) {
            faults.push(Fault::duplicate(&policy.path, &crate::object::quote(resource.text())));
        }
        if resource.is_empty() || how.is_empty() {
            faults.push(resource.required(""));
        }
        for (part, known) in [(&resource, ["cpu", "memory"]), (&how, ["NotRequired", "RestartContainer"])] {
            faults.extend(part.one_of(&known).filter(|_| !part.is_empty()));
        }
        if restart == "Never" && how.text() != "NotRequired" {
            faults.push(how.invalid("must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
        }
    }
}

/// Whether a container is started again.
fn restarts(container: &Part<'_>, is_init: bool, faults: &mut Vec<Fault>) {
    let (policy, rules) = (container.field("restartPolicy"), container.field("restartPolicyRules"));
    if policy.is_there() {
        faults.extend(policy.one_of(&["Always", "Never", "OnFailure"]));
    } else if !rules.is_empty() {
        faults.push(policy.required("must specify restartPolicy when restart rules are used"));
        if is_init {
            return;
        }
    }
    let items = rules.items();
    if items.len() > 20 {
        faults.push(Fault::too_many(&rules.path, items.len(), 20));
    }
    for rule in items {
        let codes = rule.field("exitCodes");
        faults.extend(rule.field("action").one_of(&["Restart", "RestartAllContainers"]));
        if codes.is_there() {
            faults.extend(codes.field("operator").one_of(&["In", "NotIn"]));
            let values = codes.field("values");
            if values.items().len() > 255 {
                faults.push(Fault::too_many(&values.path, values.items().len(), 255));
            }
        } else {
            faults.push(codes.required("must be specified"));
        }
    }
}

/// A port of the host is one container's alone.
fn taken<'c>(containers: impl Iterator<Item = Part<'c>>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for port in containers.flat_map(|container| container.field("ports").items()) {
        let host = port.field("hostPort");
        let shown =
            format!("{}/{}/{}", port.field("protocol").text(), port.field("hostIP").text(), host.number());
        if host.number() != 0 && !seen.insert(shown.clone()) {
            faults.push(Fault::duplicate(&host.path, &crate::object::quote(&shown)));
        }
    }
}

/// On the host's network a port is what it is.
pub(super) fn on_host(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    if !spec.field("hostNetwork").flag() {
        return;
    }
    // Templates may leave it to their pods.
    let is_pod = spec.path == "spec";
    for container in spec.field("containers").items() {
        for port in container.field("ports").items() {
            let host = port.field("hostPort");
            if (is_pod || host.number() != 0) && host.number() != port.field("containerPort").number() {
                let why = "must match `containerPort` when `hostNetwork` is true";
                faults.push(Fault::invalid_value(&host.path, host.number().to_string(), why));
            }
        }
    }
}

fn ports(ports: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for port in ports.items() {
        let (name, number, host) = (port.field("name"), port.field("containerPort"), port.field("hostPort"));
        if !name.is_empty() {
            let whys = port_name(name.text());
            if !whys.is_empty() {
                faults.extend(name.all_invalid(whys));
            } else if !seen.insert(name.text()) {
                faults.push(name.duplicate());
            }
        }
        if number.number() == 0 {
            faults.push(number.required(""));
        } else {
            faults.extend(port_number(&number));
        }
        if host.number() != 0 {
            faults.extend(port_number(&host));
        }
        faults.extend(port.field("protocol").one_of(&["SCTP", "TCP", "UDP"]));
    }
}
