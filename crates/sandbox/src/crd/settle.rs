//! What becomes of definitions. In a cluster controllers in the server do this within a moment; here it is done with each write of one:
//! names are accepted, resources served, and with a definition its objects go.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubewire::Now;
use serde_json::{Value, json};

use super::names::{self, Taken};
use super::rules::is_established;
use super::{GROUP, NAMES, definition};
use crate::fields;
use crate::object::{meta, put, set_condition, set_meta, text, timestamp};
use crate::registry::Kind;
use crate::server::Server;
use crate::store::Stored;
use crate::verbs;

/// What holds a definition that is deleted until its objects are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// Brings all definitions, and what is served, up to date.
pub(crate) fn settle(server: &mut Server, now: Now) {
    let Some(own) = server.registry.find(GROUP, "v1", "customresourcedefinitions") else { return };
    let mut definitions: Vec<(String, Stored)> =
        server.store.range(own.id, "", "").map(|(name, one)| (name.to_owned(), one.clone())).collect();
    // The names of those that go are free for the others.
    definitions.sort_by_key(|(_, one)| !is_marked(one));
    // The names that each has been given, by group.
    let mut given: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for (name, one) in &definitions {
        given.entry(text(one, "/spec/group").to_owned()).or_default().insert(name.clone(), names_of(one));
    }
    let mut before: BTreeMap<usize, Vec<Arc<Kind>>> = BTreeMap::new();
    for kind in server.registry.kinds().filter(|kind| kind.custom.is_some()) {
        before.entry(kind.id).or_default().push(Arc::clone(kind));
    }
    let mut kinds = Vec::new();
    for (name, definition) in definitions {
        let id = server.custom_id(&name);
        let group = given.entry(text(&definition, "/spec/group").to_owned()).or_default();
        let new = if !is_marked(&definition) {
            accepted(&own, &definition, &Taken::of(group.values()), now)
        } else if verbs::clear(server, id, "", now) {
            None
        } else {
            let mut new = (*definition).clone();
            if release(&mut new) {
                server.store.write(own.id, &name, None);
                group.remove(&name);
                continue;
            }
            // Someone else may hold it still.
            Some(new).filter(|new| *new != *definition)
        };
        let written = new.and_then(|new| server.store.write(own.id, &name, Some(new)));
        let definition = written.unwrap_or(definition);
        group.insert(name, names_of(&definition));
        if is_established(&definition) {
            let same =
                |kind: &Arc<Kind>| kind.custom.as_ref().is_some_and(|custom| custom.is_of(&definition));
            let known = before.remove(&id).filter(|known| known.first().is_some_and(same));
            kinds.extend(known.unwrap_or_else(|| definition::kinds(&definition, id)));
        }
    }
    server.registry = server.registry.with(kinds);
}

/// The names that a definition has been given.
fn names_of(definition: &Value) -> Value {
    definition.pointer(NAMES).cloned().unwrap_or_default()
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

/// A definition with its names, as far as they are free; nothing where it has them. Once it is established it stays so, whatever it asks for later.
fn accepted(own: &Kind, old: &Value, taken: &Taken, now: Now) -> Option<Value> {
    let (accepted, refused) = names::accepted(old, taken);
    // The rest of a definition is large, and most have what they ask for.
    let mut bare = json!({"status": old.get("status")?});
    let told = conditions(&mut bare, accepted, refused, is_established(old), now);
    if bare.get("status") == old.get("status") {
        return None;
    }
    let mut new = old.clone();
    put(&mut new, "status", bare.get_mut("status").map(Value::take));
    if !told {
        return Some(new);
    }
    let time = timestamp(now);
    let writer = fields::Writer {
        manager: "kube-apiserver",
        version: &own.api_version(),
        now: time.as_str().unwrap_or_default(),
        subresource: "status",
        versions: &own.versions(),
        reset: &["metadata", "spec"],
    };
    fields::track(fields::Type::of(own.shape()), Some(old), &mut new, &writer);
    Some(new)
}

/// Writes into a status what comes of the names; whether a condition has changed.
fn conditions(
    definition: &mut Value,
    accepted: Value,
    refused: Option<(&'static str, String)>,
    established: bool,
    now: Now,
) -> bool {
    let is_refused = refused.is_some();
    if let Some(status) = definition.get_mut("status") {
        put(status, "acceptedNames", accepted);
    }
    let mut set = |kind: &str, holds: &str, reason: &str, message: &str| {
        let condition = json!({"type": kind, "status": holds, "reason": reason, "message": message});
        set_condition(definition, condition, now)
    };
    let mut changed = match refused {
        None => set("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
        Some((reason, why)) => set("NamesAccepted", "False", reason, &why),
    };
    if !established {
        changed |= if is_refused {
            set("Established", "False", "NotAccepted", "not all names are accepted")
        } else {
            set("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
        };
    }
    changed
}

/// Lets go of a definition; whether nothing else holds it.
fn release(definition: &mut Value) -> bool {
    let finalizers = definition.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut);
    finalizers.is_none_or(|all| {
        all.retain(|one| one != CLEANUP);
        all.is_empty()
    })
}
