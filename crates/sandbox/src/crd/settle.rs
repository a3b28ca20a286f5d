//! What becomes of definitions. In a cluster controllers in the server do this within a moment; here it is done with each write of one:
//! names are accepted, resources served, and with a definition its objects go.

use kubewire::Now;
use serde_json::{Value, json};

use super::{GROUP, definition, text};
use crate::fields;
use crate::object::{meta, put, set_meta, timestamp};
use crate::registry::Kind;
use crate::server::Server;
use crate::store::Stored;

/// What holds a definition that is deleted until its objects are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Brings all definitions, and what is served, up to date.
pub(crate) fn settle(server: &mut Server, now: Now) {
    let Some(own) = server.registry.find(GROUP, "v1", "customresourcedefinitions") else { return };
    let definitions: Vec<(String, Stored)> =
        server.store.range(own.id, "", "").map(|(name, one)| (name.to_owned(), one.clone())).collect();
    let mut kinds = Vec::new();
    for (name, definition) in definitions {
        let id = server.custom_id(&name);
        let Some(kind) = definition::kind(&definition, id) else { continue };
        let mut new = (*definition).clone();
        if meta(&definition, "deletionTimestamp").is_empty() {
            accept(&own, &mut new, &definition, now);
        } else if empty(server, &kind, now) && release(&mut new) {
            server.store.write(own.id, &name, None);
            continue;
        }
        if new != *definition {
            server.store.write(own.id, &name, Some(new));
        }
        kinds.push(kind);
    }
    server.registry = server.registry.with(kinds);
}

/// Accepts the names of a definition.
fn accept(own: &Kind, new: &mut Value, old: &Value, now: Now) {
    let names = new.pointer("/spec/names").cloned().unwrap_or_default();
    if text(new, "/status/acceptedNames/plural").is_empty() {
        let time = timestamp(now);
        let condition = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "lastTransitionTime": time, "reason": reason, "message": message});
        let conditions = json!([
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ]);
        if let Some(status) = new.get_mut("status") {
            put(status, "acceptedNames", names);
            put(status, "conditions", conditions);
        }
        let writer = fields::Writer {
            manager: "kube-apiserver",
            version: "apiextensions.k8s.io/v1",
            now: time.as_str().unwrap_or_default(),
            subresource: "status",
            reset: &["metadata", "spec"],
        };
        fields::track(fields::Type::of(own.shape()), Some(old), new, &writer);
    } else if let Some(status) = new.get_mut("status") {
        put(status, "acceptedNames", names);
    }
}

/// Removes the objects of a kind, but for what finalizers hold. Whether none is left.
fn empty(server: &mut Server, kind: &Kind, now: Now) -> bool {
    let objects: Vec<(String, Stored)> =
        server.store.range(kind.id, "", "").map(|(key, object)| (key.to_owned(), object.clone())).collect();
    let mut none = true;
    for (key, object) in objects {
        let finalizers = object.pointer("/metadata/finalizers").and_then(Value::as_array);
        if finalizers.is_none_or(Vec::is_empty) {
            server.store.write(kind.id, &key, None);
            continue;
        }
        none = false;
        if meta(&object, "deletionTimestamp").is_empty() {
            let mut marked = (*object).clone();
            set_meta(&mut marked, "deletionTimestamp", Some(timestamp(now)));
            set_meta(&mut marked, "deletionGracePeriodSeconds", Some(0.into()));
            server.store.write(kind.id, &key, Some(marked));
        }
    }
    none
}

/// Lets go of a definition; whether nothing else holds it.
fn release(definition: &mut Value) -> bool {
    let finalizers = definition.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut);
    finalizers.is_none_or(|all| {
        all.retain(|one| one != CLEANUP);
        all.is_empty()
    })
}
