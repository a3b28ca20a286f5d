//! What a container requests, and may have.

use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::quantity;

/// The resources of containers that need no domain.
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

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
    let whys = names::label_key(name);
    let bad = |why: &str| Fault::invalid(&part.path, name, why);
    if !whys.is_empty() {
        faults.extend(whys.iter().map(|why| bad(why)));
    } else if !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with("hugepages-") {
        faults.push(bad("must be a standard resource type or fully qualified"));
    }
    if !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with("hugepages-") {
        faults.push(bad("must be a standard resource for containers"));
    }
    if worth(part) < 0 {
        faults.push(part.invalid("must be greater than or equal to 0"));
    }
}
