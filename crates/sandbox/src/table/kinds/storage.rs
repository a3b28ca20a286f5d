//! Volumes, and what makes them.

use serde_json::Value;

use super::cells::{flag, is_deleted, list, optional, or_none, texts};
use crate::object::text;
use crate::table::row::Row;

pub(super) fn volume(row: &Row<'_>) -> Vec<Value> {
    let claim = match row.object.pointer("/spec/claimRef") {
        None | Some(Value::Null) => String::new(),
        Some(claim) => format!("{}/{}", text(claim, "/namespace"), text(claim, "/name")),
    };
    vec![
        row.name(),
        optional(row.object, "/spec/capacity/storage", "0").into(),
        modes(row.object, "/spec/accessModes").into(),
        row.text("/spec/persistentVolumeReclaimPolicy").into(),
        phase(row).into(),
        claim.into(),
        class_of(row).into(),
        optional(row.object, "/spec/volumeAttributesClassName", "<unset>").into(),
        row.text("/status/reason").into(),
        row.age(),
        optional(row.object, "/spec/volumeMode", "<unset>").into(),
    ]
}

pub(super) fn claim(row: &Row<'_>) -> Vec<Value> {
    let volume = row.text("/spec/volumeName");
    let (capacity, modes) = match volume {
        "" => ("", String::new()),
        _ => {
            (optional(row.object, "/status/capacity/storage", "0"), modes(row.object, "/status/accessModes"))
        }
    };
    vec![
        row.name(),
        phase(row).into(),
        volume.into(),
        capacity.into(),
        modes.into(),
        class_of(row).into(),
        optional(row.object, "/spec/volumeAttributesClassName", "<unset>").into(),
        row.age(),
        optional(row.object, "/spec/volumeMode", "<unset>").into(),
    ]
}

pub(super) fn class(row: &Row<'_>) -> Vec<Value> {
    let name = row.text("/metadata/name");
    let is_default = default_class(row.list) == Some(name);
    vec![
        if is_default { format!("{name} (default)").into() } else { name.into() },
        row.text("/provisioner").into(),
        optional(row.object, "/reclaimPolicy", "Delete").into(),
        optional(row.object, "/volumeBindingMode", "Immediate").into(),
        flag(row.object, "/allowVolumeExpansion").into(),
        row.age(),
    ]
}

pub(super) fn driver(row: &Row<'_>) -> Vec<Value> {
    let requests = row.object.pointer("/spec/tokenRequests").and_then(Value::as_array).map(|requests| {
        requests.iter().map(|request| text(request, "/audience")).collect::<Vec<_>>().join(",")
    });
    let attaches = row.object.pointer("/spec/attachRequired").and_then(Value::as_bool).unwrap_or(true);
    vec![
        row.name(),
        attaches.into(),
        flag(row.object, "/spec/podInfoOnMount").into(),
        flag(row.object, "/spec/storageCapacity").into(),
        requests.unwrap_or_else(|| "<unset>".to_owned()).into(),
        flag(row.object, "/spec/requiresRepublish").into(),
        or_none(&texts(row.object, "/spec/volumeLifecycleModes").join(",")).into(),
        row.age(),
    ]
}

pub(super) fn node(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), list(row.object, "/spec/drivers").len().into(), row.age()]
}

pub(super) fn attachment(row: &Row<'_>) -> Vec<Value> {
    vec![
        row.name(),
        row.text("/spec/attacher").into(),
        row.text("/spec/source/persistentVolumeName").into(),
        row.text("/spec/nodeName").into(),
        flag(row.object, "/status/attached").into(),
        row.age(),
    ]
}

pub(super) fn attributes_class(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), row.text("/driverName").into(), row.age()]
}

fn phase<'o>(row: &Row<'o>) -> &'o str {
    if is_deleted(row) { "Terminating" } else { row.text("/status/phase") }
}

/// The class of a volume or a claim: an old annotation goes first.
fn class_of<'o>(row: &Row<'o>) -> &'o str {
    let own = row.text("/spec/storageClassName");
    optional(row.object, "/metadata/annotations/volume.beta.kubernetes.io~1storage-class", own)
}

/// Each mode once, by its short name.
fn modes(object: &Value, pointer: &str) -> String {
    const MODES: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let said = texts(object, pointer);
    let own = MODES.iter().filter(|(mode, _)| said.contains(mode)).map(|(_, short)| *short);
    own.collect::<Vec<_>>().join(",")
}

/// The class that claims get that name none: of several the youngest, and of these the first by name. The server looks for it in lists only.
fn default_class(classes: &[Value]) -> Option<&str> {
    const SAID: [&str; 2] = [
        "/metadata/annotations/storageclass.kubernetes.io~1is-default-class",
        "/metadata/annotations/storageclass.beta.kubernetes.io~1is-default-class",
    ];
    let is_default = |class: &&Value| SAID.iter().any(|pointer| text(class, pointer) == "true");
    let named = |class| (text(class, "/metadata/creationTimestamp"), text(class, "/metadata/name"));
    let defaults = classes.iter().filter(is_default).map(named);
    defaults
        .reduce(|best, next| if next.0 > best.0 || next.0 == best.0 && next.1 < best.1 { next } else { best })
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_youngest_default_is_the_default() {
        let class = |name: &str, created: &str, default: &str| {
            json!({"metadata": {
                "name": name, "creationTimestamp": created, "annotations": {"storageclass.kubernetes.io/is-default-class": default},
            }})
        };
        let [old, young] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
        let classes = [
            class("a", old, "true"),
            class("c", young, "true"),
            class("b", young, "true"),
            class("d", young, ""),
        ];
        assert_eq!(default_class(&classes), Some("b"));
        assert_eq!(default_class(&[]), None);
    }
}
