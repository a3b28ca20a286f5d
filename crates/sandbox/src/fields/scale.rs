//! The managers of an object, as those of its scale, and back: the same field has another path there.
//!
//! Source: `scalehandler.go` in `k8s.io/apimachinery/pkg/util/managedfields`.

use serde_json::Value;

use super::element::Element;
use super::managed::{self, Managed, Manager, Operation, Owned};
use super::set::Set;
use crate::object::set_meta;

const SCALE: &str = "autoscaling/v1";
const REPLICAS: [&str; 2] = ["spec", "replicas"];

/// Where an object has its replicas, and in which versions it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replicas<'r> {
    /// The names that lead there.
    pub(crate) path: &'r [&'r str],
    /// That of the request.
    pub(crate) version: &'r str,
    pub(crate) versions: &'r [String],
}

impl Replicas<'_> {
    fn knows(&self, owned: &Owned) -> bool {
        self.versions.contains(&owned.version)
    }

    fn are_in(&self, set: &Set) -> bool {
        has(set, self.path)
    }
}

/// Gives a scale those managers of its object who own the replicas.
pub(crate) fn to_scale(object: &Value, scale: &mut Value, replicas: Replicas<'_>) {
    let owners =
        read(object).into_iter().filter(|(_, owned)| replicas.knows(owned) && replicas.are_in(&owned.set));
    let owners: Managed = owners
        .map(|(manager, owned)| {
            let version =
                if manager.operation == Operation::Update { SCALE.to_owned() } else { String::new() };
            let owned = Owned { set: only(&REPLICAS), version: SCALE.to_owned(), ..owned };
            (Manager { version, ..manager }, owned)
        })
        .collect();
    set_meta(scale, "managedFields", managed::write(&owners));
}

/// Gives an object back the managers of its scale. Who updates has another version there, and so becomes a manager beside itself.
pub(crate) fn to_object(object: &mut Value, scale: &Value, replicas: Replicas<'_>) {
    let (own, mut owners) = (read(object), read(scale));
    let mut out = Managed::new();
    for (manager, owned) in own.iter().filter(|(_, owned)| replicas.knows(owned)) {
        if !replicas.are_in(&owned.set) || owners.remove(manager).is_some() {
            out.insert(manager.clone(), owned.clone());
            continue;
        }
        let left = owned.set.difference(&only(replicas.path));
        if !left.is_empty() {
            out.insert(manager.clone(), Owned { set: left, ..owned.clone() });
        }
    }
    for (manager, _) in owners.into_iter().filter(|(_, owned)| has(&owned.set, &REPLICAS)) {
        let time = own.get(&manager).and_then(|before| before.time.clone());
        let owned = Owned { set: only(replicas.path), version: replicas.version.to_owned(), time };
        out.insert(manager, owned);
    }
    set_meta(object, "managedFields", managed::write(&out));
}

fn read(object: &Value) -> Managed {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries.and_then(|entries| managed::read(entries)).unwrap_or_default()
}

/// The set of one field.
fn only(path: &[&str]) -> Set {
    let mut set = Set::default();
    set.insert(&path.iter().map(|name| Element::field(name)).collect::<Vec<_>>());
    set
}

fn has(set: &Set, path: &[&str]) -> bool {
    match path {
        [] => false,
        [last] => set.has(&Element::field(last)),
        [first, rest @ ..] => set.below(&Element::field(first)).is_some_and(|below| has(below, rest)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(manager: &str, operation: &str, version: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": version, "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    #[test]
    fn replicas_change_hands() {
        let versions = ["apps/v1".to_owned()];
        let replicas = Replicas { path: &REPLICAS, version: "apps/v1", versions: &versions };
        let mut object = json!({"metadata": {"managedFields": [
            entry("one", "Update", "apps/v1", &json!({"f:spec": {"f:paused": {}, "f:replicas": {}}})),
            entry("two", "Apply", "apps/v1", &json!({"f:spec": {"f:paused": {}}})),
        ]}});
        let mut scale = json!({});
        to_scale(&object, &mut scale, replicas);
        let owned = json!({"f:spec": {"f:replicas": {}}});
        assert_eq!(scale["metadata"]["managedFields"], json!([entry("one", "Update", SCALE, &owned)]));
        scale["metadata"]["managedFields"] = json!([entry("three", "Apply", SCALE, &owned)]);
        to_object(&mut object, &scale, replicas);
        let wanted = json!([
            entry("three", "Apply", "apps/v1", &owned),
            entry("two", "Apply", "apps/v1", &json!({"f:spec": {"f:paused": {}}})),
            entry("one", "Update", "apps/v1", &json!({"f:spec": {"f:paused": {}}})),
        ]);
        assert_eq!(object["metadata"]["managedFields"], wanted);
    }
}
