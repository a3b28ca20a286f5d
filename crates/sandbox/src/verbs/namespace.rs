//! The end of a namespace.
//!
//! In a cluster a controller empties what is terminating. Here that happens at once, before the next request: what is left is only what
//! finalizers hold, and the namespace goes with the last of it.

use serde_json::{Value, json};

use super::ask::Ask;
use super::delete::{clear, mark};
use super::delete_options::DeleteOptions;
use crate::object::{meta, put, set_meta};
use crate::registry::prepare::EMPTIED;
use crate::reply::Reply;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const IMMORTAL: [&str; 3] = ["default", "kube-public", "kube-system"];

pub(super) fn delete(
    server: &mut Server,
    ask: &mut Ask<'_>,
    options: &DeleteOptions,
) -> Result<Reply, Refusal> {
    let place = ask.place;
    let name = place.name.as_str();
    if IMMORTAL.contains(&name) {
        let why = "this namespace may not be deleted";
        return Err(Problem::forbidden("", "namespaces", name, why).into());
    }
    let old = server.store.get(place.kind.id, name).cloned().ok_or_else(|| ask.not_found())?;
    preconditions(options, &old)?;
    let mut object = (*old).clone();
    mark(&mut object, ask.now, 0);
    // A namespace has no grace of its own.
    set_meta(&mut object, "deletionGracePeriodSeconds", None);
    let mut status = object.get("status").cloned().unwrap_or_else(|| json!({}));
    put(&mut status, "phase", "Terminating");
    put(&mut object, "status", status);
    if options.dry || *old == object {
        return ask.object(200, &object);
    }
    let stored = server.store.write(place.kind.id, name, Some(object));
    let reply = ask.object(200, stored.as_deref().unwrap_or(&old));
    empty(server, ask, name);
    reply
}

/// The namespace must be the one that is meant: the same check as elsewhere, in other words.
fn preconditions(options: &DeleteOptions, namespace: &Value) -> Result<(), Refusal> {
    let pairs = [
        ("UID", &options.uid, meta(namespace, "uid")),
        ("ResourceVersion", &options.version, meta(namespace, "resourceVersion")),
    ];
    for (what, wanted, is) in pairs {
        if let Some(wanted) = wanted.as_deref().filter(|&wanted| wanted != is) {
            let why =
                format!("Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {is}");
            return Err(Problem::conflict("", "namespaces", meta(namespace, "name"), &why).into());
        }
    }
    Ok(())
}

/// Whether nobody holds a namespace any longer, by its metadata or by its spec.
pub(super) fn is_free(namespace: &Value) -> bool {
    ["/metadata/finalizers", "/spec/finalizers"]
        .iter()
        .all(|list| namespace.pointer(list).and_then(Value::as_array).is_none_or(Vec::is_empty))
}

/// Something has gone: it may have been the last that held its namespace.
pub(super) fn settle(server: &mut Server, ask: &Ask<'_>) {
    let place = ask.place;
    let name = if place.kind.namespaced { &place.namespace } else { &place.name };
    let terminating = |namespace: &Value| !meta(namespace, "deletionTimestamp").is_empty();
    if server.namespace(name).is_some_and(terminating) {
        empty(server, ask, name);
    }
}

/// Removes what is in a namespace that is terminating, but for what finalizers hold; and then the namespace, if it has none either.
fn empty(server: &mut Server, ask: &Ask<'_>, name: &str) {
    let prefix = format!("{name}/");
    let mut held = false;
    for kind in server.registry.namespaced() {
        held |= clear(server, kind, &prefix, ask.now);
    }
    let Some(namespace) = server.namespace(name) else { return };
    if held || meta(namespace, "deletionTimestamp").is_empty() {
        return;
    }
    let mut emptied = namespace.clone();
    if let Some(Value::Array(finalizers)) = emptied.pointer_mut("/spec/finalizers") {
        finalizers.retain(|one| one != EMPTIED);
    }
    if is_free(&emptied) {
        server.remove_namespace(name);
    } else if emptied != *namespace
        && let Some(kind) = ask.registry.find("", "v1", "namespaces")
    {
        server.store.write(kind.id, name, Some(emptied));
    }
}
