//! The containers of a pod.

use std::collections::BTreeSet;

use super::common::{label, port_name, port_number};
use super::fault::Fault;
use super::names;
use super::part::Part;
use super::probe;
use super::resources;

/// Judges those of all sorts.
pub(super) fn all(spec: &Part<'_>, volumes: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let containers = spec.field("containers");
    if containers.is_empty() {
        faults.push(containers.required(""));
    }
    let mut seen = BTreeSet::new();
    for container in containers.items() {
        common(&container, volumes, faults);
        if !seen.insert(container.field("name").text()) {
            faults.push(container.field("name").duplicate());
        }
        probe::all(&container, faults);
    }
    for container in spec.field("initContainers").items() {
        common(&container, volumes, faults);
        let name = container.field("name");
        if seen.contains(name.text()) {
            faults.push(name.duplicate());
        } else if !name.is_empty() {
            seen.insert(name.text());
        }
        if container.field("restartPolicy").text() == "Always" {
            probe::all(&container, faults);
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
pub(super) fn to_debug(spec: &Part<'_>, volumes: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
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
        common(&container, volumes, faults);
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

fn common(container: &Part<'_>, volumes: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
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
    faults.extend(container.field("imagePullPolicy").one_of(&["Always", "IfNotPresent", "Never"]));
    ports(&container.field("ports"), faults);
    for variable in container.field("env").items() {
        self::variable(&variable, faults);
    }
    mounts(&container.field("volumeMounts"), volumes, faults);
    resources::judge(&container.field("resources"), faults);
    let context = container.field("securityContext");
    for field in ["runAsUser", "runAsGroup"] {
        let id = context.field(field);
        if !(0..=i64::from(i32::MAX)).contains(&id.number()) {
            faults.push(id.invalid("must be between 0 and 2147483647, inclusive"));
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

fn variable(variable: &Part<'_>, faults: &mut Vec<Fault>) {
    let name = variable.field("name");
    if name.is_empty() {
        faults.push(name.required(""));
    } else if name.text().chars().any(|c| !(' '..='~').contains(&c) || c == '=') {
        let why = "a valid environment variable name must consist only of printable ASCII characters other than '='";
        faults.push(name.invalid(why));
    }
    let from = variable.field("valueFrom");
    let Some(sources) = from.map() else { return };
    let why = match sources.len() {
        0 => {
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        }
        _ if !variable.field("value").is_empty() => "may not be specified when `value` is not empty",
        1 => "",
        _ => "may not have more than one field specified at a time",
    };
    if !why.is_empty() {
        faults.push(Fault::invalid(&from.path, "", why));
    }
    let keys = ["configMapKeyRef", "secretKeyRef"].map(|field| from.field(field));
    for part in keys.iter().filter(|part| part.is_there()) {
        let key = part.field("key");
        if key.is_empty() {
            faults.push(key.required(""));
        } else {
            faults.extend(key.all_invalid(names::config_key(key.text())));
        }
    }
}

fn mounts(mounts: &Part<'_>, volumes: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let mut paths = BTreeSet::new();
    for mount in mounts.items() {
        let (name, path) = (mount.field("name"), mount.field("mountPath"));
        if name.is_empty() {
            faults.push(name.required(""));
        }
        if !volumes.contains(name.text()) {
            faults.push(Fault::not_found(&name.path, &crate::object::quote(name.text())));
        }
        if path.is_empty() {
            faults.push(path.required(""));
        }
        if !paths.insert(path.text()) {
            faults.push(path.invalid("must be unique"));
        }
    }
}
