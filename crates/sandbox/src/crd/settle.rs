//! What becomes of definitions. In a cluster controllers in the server do this within a moment; here it is done with each write of one:
//! names are accepted, resources served, and with a definition its objects go.

use std::sync::Arc;

use kubewire::Now;
use serde_json::{Value, json};

use super::names::{self, Taken};
use super::rules::is_established;
use super::{GROUP, definition};
use crate::fields;
use crate::object::{meta, put, set_condition, set_meta, timestamp};
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
    let mut kinds = Vec::new();
    for (name, _) in definitions {
        // One before it may have taken a name.
        let Some(definition) = server.store.get(own.id, &name).cloned() else { continue };
        let id = server.custom_id(&name);
        let mut new = (*definition).clone();
        if !is_marked(&definition) {
            let all = server.store.range(own.id, "", "").map(|(_, one)| &**one);
            let taken = Taken::of(&definition, all);
            accept(&own, &mut new, &definition, &taken, now);
        } else if !verbs::clear(server, id, "", now) && release(&mut new) {
            server.store.write(own.id, &name, None);
            continue;
        }
        if is_established(&new) {
            let mut served = new.clone();
            let names = new.pointer("/status/acceptedNames").cloned();
            if let (Some(spec), Some(names)) = (served.get_mut("spec"), names) {
                put(spec, "names", names);
            }
            kinds.extend(known(server, id, &served).unwrap_or_else(|| definition::kinds(&served, id)));
        }
        if new != *definition {
            server.store.write(own.id, &name, Some(new));
        }
    }
    server.registry = server.registry.with(kinds);
}

/// The kinds of a definition that says what it said before.
fn known(server: &Server, id: usize, definition: &Value) -> Option<Vec<Arc<Kind>>> {
    let all = server.registry.versions().iter().flat_map(|version| version.kinds.values());
    let own: Vec<Arc<Kind>> = all.filter(|kind| kind.id == id && kind.custom.is_some()).cloned().collect();
    let same = |kind: &Arc<Kind>| kind.custom.as_ref().map(|custom| &*custom.spec) == definition.get("spec");
    own.first().is_some_and(same).then_some(own)
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

/// Gives a definition its names, as far as they are free. Once it is established it stays so, whatever it asks for later.
fn accept(own: &Kind, new: &mut Value, old: &Value, taken: &Taken, now: Now) {
    let (accepted, refused) = names::accepted(old, taken);
    let is_refused = refused.is_some();
    let Some(status) = new.get_mut("status") else { return };
    put(status, "acceptedNames", accepted);
    let mut set = |kind: &str, holds: &str, reason: &str, message: &str| {
        let condition = json!({"type": kind, "status": holds, "reason": reason, "message": message});
        set_condition(new, condition, now)
    };
    let mut changed = match refused {
        None => set("NamesAccepted", "True", "NoConflicts", "no conflicts found"),
        Some((reason, why)) => set("NamesAccepted", "False", reason, &why),
    };
    if !is_established(old) {
        changed |= if is_refused {
            set("Established", "False", "NotAccepted", "not all names are accepted")
        } else {
            set("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
        };
    }
    if !changed {
        return;
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
