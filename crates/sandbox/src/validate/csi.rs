//! Drivers of volumes, on nodes and in the cluster.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/storage/validation`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::common::{selector, size, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use super::pod;
use crate::object::{quantity, quote};
use crate::registry::NameRule;

const ATTACHER: &str = "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'Example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LONGEST_NODE_ID: usize = 256;

pub(super) fn create(kind: &str, object: &Value) -> Vec<Fault> {
    match kind {
        "CSIDriver" => driver(&Part::of(object, "spec")),
        "CSINode" => node(&Part::of(object, "spec").field("drivers")),
        "CSIStorageCapacity" => capacity(object),
        "VolumeAttachment" => attachment(&Part::of(object, "spec"), ATTACHER),
        "VolumeAttributesClass" => attributes(object),
        _ => Vec::new(),
    }
}

pub(super) fn update(kind: &str, object: &Value, old: &Value) -> Vec<Fault> {
    let changed = |pointer: &str| object.pointer(pointer) != old.pointer(pointer);
    let immutable = |pointer: &str, path: &str| {
        let shown = object.pointer(pointer).unwrap_or(&Value::Null).to_string();
        changed(pointer).then(|| Fault::invalid_value(path, shown, "field is immutable"))
    };
    let mut faults = Vec::new();
    match kind {
        "CSIDriver" => {
            faults.extend(create(kind, object));
            faults.extend(immutable("/spec/attachRequired", "spec.attachedRequired"));
            faults.extend(immutable("/spec/volumeLifecycleModes", "spec.volumeLifecycleModes"));
        }
        "CSINode" => {
            faults.extend(create(kind, object));
            drivers_stay(object, old, &mut faults);
        }
        "CSIStorageCapacity" => {
            faults.extend(create(kind, object));
            faults.extend(immutable("/nodeTopology", "nodeTopology"));
            faults.extend(immutable("/storageClassName", "storageClassName"));
        }
        "VolumeAttachment" => {
            faults.extend(attachment(&Part::of(object, "spec"), names::SUBDOMAIN));
            attached(&Part::of(object, "status"), &mut faults);
            if changed("/spec") {
                // What it would be is not shown.
                faults.push(Fault::invalid_value("spec", "null", "field is immutable"));
            }
        }
        "VolumeAttributesClass" => {
            for field in
                ["driverName", "parameters"].into_iter().filter(|field| changed(&format!("/{field}")))
            {
                faults.push(Fault::forbidden(field, &format!("updates to {field} are forbidden.")));
            }
            faults.extend(create(kind, object));
        }
        _ => {}
    }
    faults
}

/// Of a driver that is there only the number of its volumes changes.
fn drivers_stay(object: &Value, old: &Value, faults: &mut Vec<Fault>) {
    let drivers = |object| Part::of(object, "spec").field("drivers");
    let before = drivers(old).items();
    let before: BTreeMap<&str, &Part<'_>> =
        before.iter().map(|own| (own.field("name").text(), own)).collect();
    for own in drivers(object).items() {
        let Some(was) = before.get(own.field("name").text()) else { continue };
        let same = |field: &str| own.field(field).value == was.field(field).value;
        if !same("nodeID") || !same("topologyKeys") {
            let text = |field: &str| quote(own.field(field).text());
            let shown = format!(
                "{{\"Name\":{},\"NodeID\":{},\"TopologyKeys\":{},\"Allocatable\":null}}",
                text("name"),
                text("nodeID"),
                own.field("topologyKeys").value
            );
            faults.push(Fault::invalid_value(&drivers(object).path, shown, "field is immutable"));
        }
    }
}

/// What is wrong with a status.
pub(super) fn status(kind: &str, object: &Value, old: &Value) -> Vec<Fault> {
    if kind == "VolumeAttachment" { update(kind, object, old) } else { Vec::new() }
}

fn driver(spec: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    faults.extend(spec.field("fsGroupPolicy").one_of(&["File", "None", "ReadWriteOnceWithFSType"]));
    let mut audiences = BTreeSet::new();
    let requests = spec.field("tokenRequests");
    for request in requests.items() {
        let (audience, time) = (request.field("audience"), request.field("expirationSeconds"));
        if !audiences.insert(audience.text()) {
            faults.push(audience.duplicate());
        } else if time.is_there() && time.number() < 600 {
            faults.push(time.invalid("may not specify a duration less than 10 minutes"));
        } else if time.number() > 1 << 32 {
            faults.push(time.invalid("may not specify a duration larger than 2^32 seconds"));
        }
    }
    let modes = spec.field("volumeLifecycleModes");
    for mode in modes.items() {
        let here = Part { path: modes.path.clone(), ..mode };
        faults.extend(here.one_of(&["Persistent", "Ephemeral"]));
    }
    let period = spec.field("nodeAllocatableUpdatePeriodSeconds");
    if period.is_there() && period.number() < 10 {
        faults.push(period.invalid("must be greater than or equal to 10 seconds"));
    }
    let secrets = spec.field("serviceAccountTokenInSecrets");
    if secrets.is_there() && requests.is_empty() {
        faults
            .push(secrets.invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified"));
    }
    faults
}

fn node(drivers: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for driver in drivers.items() {
        let (name, id, count) =
            (driver.field("name"), driver.field("nodeID"), driver.field("allocatable").field("count"));
        named(&name, &mut faults);
        if id.is_empty() {
            faults.push(id.required(""));
        }
        if id.text().len() > LONGEST_NODE_ID {
            faults.push(id.invalid(format!("must be {LONGEST_NODE_ID} characters or less")));
        }
        faults.extend(count.not_negative());
        if !seen.insert(name.text()) {
            faults.push(Fault::duplicate(&name.path, &quote(name.text())));
        }
        let mut keys = BTreeSet::new();
        // It is the driver that is told.
        for key in driver.field("topologyKeys").items() {
            let key = Part { path: driver.path.clone(), ..key };
            if key.is_empty() {
                faults.push(key.required(""));
            }
            if !keys.insert(key.text()) {
                faults.push(key.duplicate());
            }
            faults.extend(key.all_invalid(names::label_key(key.text())));
        }
    }
    faults
}

fn named(name: &Part<'_>, faults: &mut Vec<Fault>) {
    if name.is_empty() {
        faults.push(name.required(""));
    }
    pod::volume_driver(name, faults);
}

/// A new one's attacher is judged by another part of the server, in other words.
fn attachment(spec: &Part<'_>, no_attacher: &str) -> Vec<Fault> {
    const ONE: &str = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    let source = spec.field("source");
    let (volume, inline) = (source.field("persistentVolumeName"), source.field("inlineVolumeSpec"));
    let mut faults = Vec::new();
    match (volume.is_there(), inline.is_there()) {
        (false, false) => faults.push(source.required(ONE)),
        (true, true) => faults.push(source.forbidden(ONE)),
        (true, false) if volume.is_empty() => {
            faults.push(volume.required("must specify non empty persistentVolumeName"));
        }
        _ => {}
    }
    let node = spec.field("nodeName");
    let whys = names::name(NameRule::Subdomain, node.text(), false);
    faults.extend(whys.into_iter().map(|why| Fault::invalid(&node.path, node.text(), why)));
    if volume.is_there() {
        faults.extend(subdomain(&volume));
    }
    let attacher = spec.field("attacher");
    let lower = Value::from(attacher.text().to_lowercase());
    if attacher.is_empty() {
        faults.push(attacher.required(""));
        return faults;
    }
    if attacher.text().len() > 63 {
        faults.push(Fault::too_long(&attacher.path, 63));
    }
    if !subdomain(&Part { path: String::new(), value: &lower }).is_empty() {
        faults.push(attacher.invalid(no_attacher));
    }
    faults
}

/// What came of attaching and detaching a volume.
fn attached(status: &Part<'_>, faults: &mut Vec<Fault>) {
    const MESSAGE: usize = 1024;
    const METADATA: usize = 256 * 1024;
    let metadata = status.field("attachmentMetadata");
    if size(&metadata) > METADATA {
        faults.push(Fault::too_long(&metadata.path, METADATA));
    }
    for error in ["attachError", "detachError"].map(|field| status.field(field)) {
        let (message, code) = (error.field("message"), error.field("errorCode"));
        if message.text().len() > MESSAGE {
            faults.push(Fault::too_long(&message.path, MESSAGE));
        }
        if code.number() < 0 {
            faults.push(code.invalid("must be between 0 and 2147483647, inclusive"));
        }
    }
}

fn capacity(object: &Value) -> Vec<Fault> {
    let (class, amount) = (Part::of(object, "storageClassName"), Part::of(object, "capacity"));
    let mut faults = selector(&Part::of(object, "nodeTopology"));
    let whys = names::name(NameRule::Subdomain, class.text(), false);
    faults.extend(whys.into_iter().map(|why| Fault::invalid(&class.path, class.text(), why)));
    if quantity::nanos(amount.text()).is_some_and(|nanos| nanos < 0) {
        faults.push(amount.invalid("must be greater than or equal to 0"));
    }
    faults
}

fn attributes(object: &Value) -> Vec<Fault> {
    let parameters = Part::of(object, "parameters");
    let mut faults = super::classes::provisioner(&Part::of(object, "driverName"));
    faults.extend(super::classes::parameters(&parameters));
    if parameters.is_empty() {
        faults.push(parameters.required("must contain at least one key/value pair"));
    }
    faults
}
