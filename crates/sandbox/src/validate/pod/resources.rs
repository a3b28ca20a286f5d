//! What a container requests, and may have.

use std::collections::BTreeSet;

use super::super::fault::Fault;
use super::super::names;
use super::super::part::Part;
use crate::object::{quantity, quote};

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

/// What a container wants and may have.
pub(super) fn judge(resources: &Part<'_>, claims: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    both(resources, claims, name_of_container, faults);
}

/// What a whole pod wants and may have.
pub(super) fn of_pod(resources: &Part<'_>, claims: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let known = |name: &str, part: &Part<'_>| {
        let good = matches!(name, "cpu" | "memory") || is_huge(name);
        let fault = || Fault::not_supported(&part.path, &quote(name), &["cpu", "hugepages-", "memory"]);
        (!good).then(fault).into_iter().collect()
    };
    both(resources, claims, known, faults);
}

fn both(
    resources: &Part<'_>,
    claims: &BTreeSet<&str>,
    named: fn(&str, &Part<'_>) -> Vec<Fault>,
    faults: &mut Vec<Fault>,
) {
    let (limits, requests) = (resources.field("limits"), resources.field("requests"));
    for (name, part) in limits.entries() {
        faults.extend(named(name, &part));
        one(name, &part, faults);
        faults.extend(pages(name, &part));
    }
    for (name, part) in requests.entries() {
        faults.extend(named(name, &part));
        one(name, &part, faults);
        let limit = limits.field(name);
        let over_commit = !is_huge(name) && !name.contains('/');
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
        faults.extend(pages(name, &part));
    }
    let has = |wanted: &dyn Fn(&str) -> bool| {
        [&limits, &requests].iter().any(|list| list.entries().iter().any(|(name, _)| wanted(name)))
    };
    if has(&is_huge) && !has(&|name| matches!(name, "cpu" | "memory")) {
        faults.push(resources.forbidden("HugePages require cpu or memory"));
    }
    super::claims::of_container(&resources.field("claims"), claims, faults);
}

/// What the class of a pod takes besides its containers. The server names limits that nobody wrote.
pub(in super::super) fn overhead(overhead: &Part<'_>, faults: &mut Vec<Fault>) {
    for (name, part) in overhead.entries() {
        let part = Part { path: format!("{}.limits[{name}]", overhead.path), ..part };
        faults.extend(name_of_container(name, &part));
        one(name, &part, faults);
        faults.extend(pages(name, &part));
    }
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Of large pages there are only whole ones.
fn pages(name: &str, part: &Part<'_>) -> Option<Fault> {
    let size = name.strip_prefix("hugepages-")?;
    let size = quantity::nanos(size).filter(|size| *size > 0);
    let whole = size.is_some_and(|size| worth(part) % size == 0);
    (!whole).then(|| part.invalid(format!("{} is not positive integer multiple of {name}", part.text())))
}

fn worth(part: &Part<'_>) -> i128 {
    quantity::nanos(part.text()).unwrap_or_default()
}

fn one(name: &str, part: &Part<'_>, faults: &mut Vec<Fault>) {
    if worth(part) < 0 {
        faults.push(part.invalid("must be greater than or equal to 0"));
    }
    // Nobody has a part of what some driver counts.
    if name.contains('/') && !is_native(name) && worth(part) % 1_000_000_000 != 0 {
        faults.push(part.invalid("must be an integer"));
    }
}

/// What is wrong with the name of a resource that a container is to have.
pub(in super::super) fn name_of_container(name: &str, part: &Part<'_>) -> Vec<Fault> {
    let alone = !name.contains('/');
    let known = STANDARD.contains(&name) || is_huge(name);
    let mut faults = named(name, part, !alone || known || name == "storage" || is_of_quota(name));
    if alone && !known {
        faults.push(Fault::invalid(&part.path, name, "must be a standard resource for containers"));
    }
    let quota = format!("requests.{name}");
    let extended = !name.starts_with("requests.") && names::label_key(&quota).is_empty();
    if !alone && !is_native(name) && !extended {
        faults.push(Fault::invalid(&part.path, name, "doesn't follow extended resource name standard"));
    }
    faults
}

/// Whether it is a resource of Kubernetes itself.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// What is wrong with the name of a resource.
pub(in super::super) fn name(name: &str, part: &Part<'_>) -> Vec<Fault> {
    named(name, part, name == "storage" || is_of_quota(name))
}

/// Whether a quota may count it.
pub(in super::super) fn is_of_quota(name: &str) -> bool {
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
