//! Claims of volumes.

use serde_json::Value;

use super::common::{selector, subdomain};
use super::fault::Fault;
use super::part::Part;
use crate::object::{Amount, quantity, set, text};

/// Source: `ValidatePersistentVolumeClaimSpec`.
pub(super) fn claim(object: &Value) -> Vec<Fault> {
    claim_spec(&Part::of(object, "spec"))
}

/// What is claimed, by a claim or by the template of one.
pub(super) fn claim_spec(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let modes = spec.field("accessModes");
    if modes.is_empty() {
        faults.push(modes.required("at least 1 access mode is required"));
    }
    faults.extend(selector(&spec.field("selector")));
    faults.extend(access(&modes));
    let size = spec.field("resources").field("requests").field("storage");
    let size = Part { path: format!("{}.resources[storage]", spec.path), ..size };
    if !size.is_there() {
        faults.push(size.required(""));
    } else if quantity::nanos(size.text()).unwrap_or_default() <= 0 {
        faults.push(size.invalid("must be greater than zero"));
    }
    let class = spec.field("storageClassName");
    if !class.is_empty() {
        faults.extend(subdomain(&class));
    }
    faults.extend(spec.field("volumeMode").one_of(&["Block", "Filesystem"]));
    sources(spec, &mut faults);
    let attributes = spec.field("volumeAttributesClassName");
    if !attributes.is_empty() {
        faults.extend(subdomain(&attributes));
    }
    faults
}

/// How a volume may be mounted, as a claim asks it and as a volume offers it.
pub(super) fn access(modes: &Part<'_>) -> Vec<Fault> {
    const KNOWN: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    let items = modes.items();
    let of_list = |mode: &Part<'_>| Part { path: modes.path.clone(), value: mode.value }.one_of(&KNOWN);
    let mut faults: Vec<Fault> = items.iter().filter_map(of_list).collect();
    if items.len() > 1 && items.iter().any(|mode| mode.text() == "ReadWriteOncePod") {
        faults.push(modes.forbidden("may not use ReadWriteOncePod with other access modes"));
    }
    faults
}

/// What the volume is filled from, which is said twice.
fn sources(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    const CLAIM: &str = "PersistentVolumeClaim";
    let both = ["dataSource", "dataSourceRef"].map(|field| spec.field(field));
    for source in both.iter().filter(|source| source.is_there()) {
        for field in ["name", "kind"].map(|field| source.field(field)) {
            if field.is_empty() {
                faults.push(field.required(""));
            }
        }
        let (group, kind) = (source.field("apiGroup"), source.field("kind").text());
        if group.is_empty() && kind != CLAIM {
            let why = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
            faults.push(Fault::invalid(&source.path, kind, why));
        }
        if !group.is_empty() {
            faults.extend(subdomain(&group));
        }
    }
    let [one, other] = both;
    let same =
        ["apiGroup", "kind", "name"].iter().all(|field| one.field(field).value == other.field(field).value);
    let elsewhere = !other.field("namespace").is_empty();
    if one.is_there() && other.is_there() && (elsewhere || !same) {
        let why = match elsewhere {
            true => "may not be specified when dataSourceRef.namespace is specified",
            false => "must match dataSourceRef",
        };
        faults.push(Fault::invalid_value(&spec.path, "{}", why));
    }
}

const ATTRIBUTES: &str = "volumeAttributesClassName";

pub(super) fn claim_update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = claim(object);
    let (spec, was) = (Part::of(object, "spec"), Part::of(old, "spec"));
    let mut kept = was.value.clone();
    if let Some(fields) = kept.as_object_mut() {
        let volume = spec.field("volumeName");
        if was.field("volumeName").is_empty() && !volume.is_empty() {
            fields.insert("volumeName".into(), volume.value.clone());
        }
        let (class, before) = (spec.field("storageClassName"), was.field("storageClassName"));
        if !before.is_there() && class.is_there() {
            fields.insert("storageClassName".into(), class.value.clone());
        }
    }
    // A claim that has its volume may be resized, and get another class of attributes.
    let bound = text(object, "/status/phase") == "Bound";
    if bound {
        set(&mut kept, ATTRIBUTES, spec.value.get(ATTRIBUTES).cloned());
    }
    if let (true, Some(size)) = (bound, spec.value.pointer("/resources/requests/storage"))
        && let Some(kept) = kept.pointer_mut("/resources/requests/storage")
    {
        *kept = size.clone();
    }
    if kept != *spec.value {
        let why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";
        faults.push(spec.forbidden(why));
    }
    let size = |spec: &Part<'_>| Amount::at(spec.value, "/resources/requests/storage").nanos();
    let has = Amount::at(old, "/status/capacity/storage").nanos();
    if size(&spec) < size(&was) && size(&spec) <= has {
        let path = "spec.resources.requests.storage";
        faults.push(Fault::forbidden(path, "field can not be less than status.capacity"));
    }
    let (mode, before) = (spec.field("volumeMode"), was.field("volumeMode"));
    faults.extend(Part { path: "volumeMode".into(), ..mode }.unchanged(&before));
    let attributes = spec.field(ATTRIBUTES);
    if Part::of(old, "status").field("currentVolumeAttributesClassName").is_there() && attributes.is_empty() {
        let what = if attributes.is_there() { "empty string" } else { "nil" };
        let why =
            format!("update to {what} is forbidden when status.currentVolumeAttributesClassName is not nil");
        if attributes.value != was.field(ATTRIBUTES).value {
            faults.push(attributes.forbidden(&why));
        }
    }
    faults
}
