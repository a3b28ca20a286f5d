//! What a container requests, and may have.

use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::quantity;

/// The resources of containers that need no domain.
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Those that a quota may name without one, besides these.
const COUNTED: [&str; 16] = [
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.storage",
    "pods",
    "resourcequotas",
    "services",
    "services.nodeports",
    "services.loadbalancers",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
];

pub(super) fn judge(resources: &Part<'_>, faults: &mut Vec<Fault>) {
    let limits = resources.field("limits");
    for (name, part) in limits.entries() {
        one(name, &part, faults);
    }
    let requests = resources.field("requests");
    for (name, part) in requests.entries() {
        one(name, &part, faults);
        let limit = limits.field(name);
        let over_commit = !name.starts_with("hugepages-") && !name.contains('/');
        let (wanted, most) = (worth(&part), worth(&limit));
        let shown = |why: String| Fault::invalid(&requests.path, part.text(), why);
        if !limit.is_there() {
            if !over_commit {
                faults.push(limits.required("Limit must be set for non overcommitable resources"));
            }
        } else if wanted != most && !over_commit {
            faults.push(shown(format!("must be equal to {name} limit of {}", limit.text())));
        } else if wanted > most {
            faults.push(shown(format!("must be less than or equal to {name} limit of {}", limit.text())));
        }
    }
}

fn worth(part: &Part<'_>) -> i128 {
    quantity::nanos(part.text()).unwrap_or_default()
}

fn one(name: &str, part: &Part<'_>, faults: &mut Vec<Fault>) {
    faults.extend(name_of_container(name, part));
    if worth(part) < 0 {
        faults.push(part.invalid("must be greater than or equal to 0"));
    }
}

/// What is wrong with the name of a resource that a container is to have.
pub(super) fn name_of_container(name: &str, part: &Part<'_>) -> Vec<Fault> {
    let known = name.contains('/') || STANDARD.contains(&name) || name.starts_with("hugepages-");
    let mut faults = named(name, part, known);
    if !known {
        faults.push(Fault::invalid(&part.path, name, "must be a standard resource for containers"));
    }
    faults
}

/// What is wrong with the name of a resource.
pub(super) fn name(name: &str, part: &Part<'_>) -> Vec<Fault> {
    named(name, part, name == "storage" || is_of_quota(name))
}

/// Whether a quota may count it.
pub(super) fn is_of_quota(name: &str) -> bool {
    let plain = name.strip_prefix("requests.").unwrap_or(name);
    name.contains('/')
        || STANDARD.contains(&name)
        || COUNTED.contains(&name)
        || plain.starts_with("hugepages-")
}

fn named(name: &str, part: &Part<'_>, known: bool) -> Vec<Fault> {
    let whys = names::label_key(name);
    if whys.is_empty() && !known {
        return vec![Fault::invalid(&part.path, name, "must be a standard resource type or fully qualified")];
    }
    whys.iter().map(|why| Fault::invalid(&part.path, name, why.as_str())).collect()
}
