//! What becomes of definitions. In a cluster controllers in the server do this within a moment; here it is done with each write of one:
//! names are accepted, resources served, and with a definition its objects go.

use kubewire::Now;
use serde_json::{Value, json};

use super::{GROUP, definition};
use crate::fields;
use crate::object::{meta, put, set_meta, text, timestamp};
use crate::registry::Kind;
use crate::server::Server;
use crate::store::Stored;
use crate::verbs;

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
        let mut new = (*definition).clone();
        if !is_marked(&definition) {
            accept(&own, &mut new, &definition, now);
        } else if !verbs::clear(server, id, "", now) && release(&mut new) {
            server.store.write(own.id, &name, None);
            continue;
        }
        if new != *definition {
            server.store.write(own.id, &name, Some(new));
        }
        kinds.extend(definition::kinds(&definition, id));
    }
    server.registry = server.registry.with(kinds);
}

/// Whether the definition of a custom kind waits for the last of its objects: then any write of these may be the one.
pub(crate) fn is_ending(server: &Server, kind: &Kind) -> bool {
    let own = server.registry.find(GROUP, "v1", "customresourcedefinitions");
    let definition = own.and_then(|own| server.store.get(own.id, &kind.qualified()));
    kind.custom.is_some() && definition.is_some_and(|definition| is_marked(definition))
}

/// Marks a definition as deleted: it has no grace, and no new generation.
pub(crate) fn end(definition: &mut Value, now: Now) {
    if !is_marked(definition) {
        set_meta(definition, "deletionTimestamp", Some(timestamp(now)));
    }
}

fn is_marked(object: &Value) -> bool {
    !meta(object, "deletionTimestamp").is_empty()
}

/// Accepts the names of a definition, which it may have changed since.
fn accept(own: &Kind, new: &mut Value, old: &Value, now: Now) {
    let names = new.pointer("/spec/names").cloned().unwrap_or_default();
    let Some(status) = new.get_mut("status") else { return };
    let is_new = text(status, "/acceptedNames/plural").is_empty();
    put(status, "acceptedNames", names);
    if !is_new {
        return;
    }
    let time = timestamp(now);
    let condition = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "lastTransitionTime": time, "reason": reason, "message": message});
    let conditions = json!([
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ]);
    put(status, "conditions", conditions);
    let writer = fields::Writer {
        manager: "kube-apiserver",
        version: &own.api_version(),
        now: time.as_str().unwrap_or_default(),
        subresource: "status",
        versions: &own.versions(),
        reset: &["metadata", "spec"],
    };
    fields::track(fields::Type::of(own.shape()), Some(old), new, &writer);
}

/// Lets go of a definition; whether nothing else holds it.
fn release(definition: &mut Value) -> bool {
    let finalizers = definition.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut);
    finalizers.is_none_or(|all| {
        all.retain(|one| one != CLEANUP);
        all.is_empty()
    })
}
