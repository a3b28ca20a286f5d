//! Sources that the kubelet knows no longer, and the server still judges.

use super::super::super::fault::Fault;
use super::super::super::part::Part;
use super::source::{label_if_any, named_secret};

pub(super) fn judge(name: &str, part: &Part<'_>, faults: &mut Vec<Fault>) {
    match name {
        "flocker" => flocker(part, faults),
        "quobyte" => quobyte(part, faults),
        "storageos" => {
            if part.field("volumeName").is_empty() {
                faults.push(part.field("volumeName").required(""));
            }
            label_if_any(&part.field("volumeName"), faults);
            label_if_any(&part.field("volumeNamespace"), faults);
            named_secret(&part.field("secretRef"), faults);
        }
        _ => {}
    }
}

fn flocker(part: &Part<'_>, faults: &mut Vec<Fault>) {
    let (name, id) = (part.field("datasetName"), part.field("datasetUUID"));
    match (name.is_empty(), id.is_empty()) {
        (true, true) => faults.push(part.required("one of datasetName and datasetUUID is required")),
        (false, false) => {
            let why = "datasetName and datasetUUID can not be specified simultaneously";
            faults.push(Fault::invalid(&part.path, "resource", why));
        }
        _ => {}
    }
    if name.text().contains('/') {
        faults.push(name.invalid("must not contain '/'"));
    }
}

fn quobyte(part: &Part<'_>, faults: &mut Vec<Fault>) {
    const WHY: &str = "must be a host:port pair or multiple pairs separated by commas";
    let (registry, tenant) = (part.field("registry"), part.field("tenant"));
    if registry.is_empty() {
        faults.push(registry.required(WHY));
    } else if tenant.text().len() > 64 {
        faults.push(tenant.required("must be a UUID and may not exceed a length of 64 characters"));
    } else {
        let pairs = registry.text().split(',').filter(|pair| pair.matches(':').count() != 1);
        faults.extend(Fault::bounded(pairs.map(|_| registry.invalid(WHY))));
    }
    if part.field("volume").is_empty() {
        faults.push(part.field("volume").required(""));
    }
}
