//! Delete: one object, or a collection.
//!
//! Source: `Store.Delete` in `k8s.io/apiserver/pkg/registry/generic/registry/store.go`, and `BeforeDelete` beside it.

use kubewire::Now;
use serde_json::{Value, json};

use super::ask::Ask;
use super::delete_options::DeleteOptions;
use super::options::ListOptions;
use super::{list, namespace};
use crate::crd;
use crate::object::{meta, put, set_meta, set_version, timestamp};
use crate::registry::{DeleteAnswer, Kind};
use crate::reply::Reply;
use crate::server::Server;
use crate::store::Stored;
use crate::wire::{Problem, Refusal, encode};

/// Said of jobs that are deleted without a word on their pods.
const JOB: &str = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";

/// What is left of an object.
pub(super) enum Left {
    /// It stays until its finalizers are gone, or its grace is over.
    Object(Value),
    /// It is gone; this is what it last was.
    Gone(Value),
}

pub(super) fn delete(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let options = DeleteOptions::read(ask)?;
    let place = ask.place;
    let kind = &place.kind;
    if kind.group.is_empty() && kind.kind == "Namespace" {
        return namespace::delete(server, ask, &options);
    }
    let untold = options.propagation.is_none() && options.orphan.is_none();
    if untold && (kind.group.as_str(), kind.kind.as_str()) == ("batch", "Job") {
        ask.warnings.push(JOB.to_owned());
    }
    match one(server, ask, &options, &place.namespace, &place.name)? {
        Left::Object(object) => {
            let code = if options.orphan == Some(false) { 202 } else { 200 };
            ask.object(code, &object)
        }
        Left::Gone(object) if kind.strategy.delete == DeleteAnswer::Object => ask.object(200, &object),
        Left::Gone(object) => Ok(Reply::json(200, encode(&success(kind, &object)), &ask.warnings)),
    }
}

/// Deletes what a list shows, and answers with the list as it was.
pub(super) fn collection(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let list_options = ListOptions::read(ask)?;
    let options = DeleteOptions::read(ask)?;
    let page = list::page(server, ask, &list_options)?;
    let reply = list::answer(ask, &page)?;
    for object in &page.objects {
        let (namespace, name) = (meta(object, "namespace"), meta(object, "name"));
        match one(server, ask, &options, namespace, name) {
            // Somebody else was faster, or it is another one by now.
            Err(Refusal::Status(problem)) if problem.code == 404 || problem.code == 409 => {}
            Err(refusal) => return Err(refusal),
            Ok(_) => {}
        }
    }
    Ok(reply)
}

/// Deletes one object.
///
/// # Errors
/// 404, or 409 where it is not the one that is meant.
pub(super) fn one(
    server: &mut Server,
    ask: &Ask<'_>,
    options: &DeleteOptions,
    namespace: &str,
    name: &str,
) -> Result<Left, Refusal> {
    let kind = &ask.place.kind;
    let key = kind.key(namespace, name);
    let missing = || Problem::not_found(&kind.group, &kind.plural, name);
    let old = server.get(kind, &key).ok_or_else(missing)?;
    preconditions(kind, options, &old)?;
    let there = finalizers(&old);
    let mut wanted = options.finalizers(&there, orphans_by_default(kind));
    let is_definition = kind.group == crd::GROUP;
    if is_definition && !wanted.iter().any(|one| *one == crd::CLEANUP) {
        wanted.push(crd::CLEANUP.into());
    }
    let grace = grace(kind, options, &old);
    if grace == 0 && there.is_empty() && wanted.is_empty() {
        let mut gone = (*old).clone();
        if kind.group.is_empty() && kind.kind == "Pod" {
            // Others have no grace to be over.
            mark(&mut gone, ask.now, 0);
        }
        if !options.dry {
            server.store.write(kind.id, &key, None);
            set_version(&mut gone, server.store.revision());
        }
        return Ok(Left::Gone(gone));
    }
    let mut object = (*old).clone();
    let list = Some(json!(wanted)).filter(|_| !wanted.is_empty());
    set_meta(&mut object, "finalizers", list);
    if is_definition {
        crd::end(&mut object, ask.now);
    } else if grace > 0 || !wanted.is_empty() {
        mark(&mut object, ask.now, grace);
    }
    let left = match (*old == object, options.dry) {
        (false, false) => server.write(kind, &key, object.clone()).map_or(object, |new| (*new).clone()),
        _ => object,
    };
    if grace > 0 || !wanted.is_empty() {
        return Ok(Left::Object(left));
    }
    // The last finalizer was one of the collector's own.
    let mut left = left;
    if !options.dry {
        server.store.write(kind.id, &key, None);
        set_version(&mut left, server.store.revision());
    }
    Ok(Left::Gone(left))
}

/// The object must be the one that is meant.
pub(super) fn preconditions(kind: &Kind, options: &DeleteOptions, object: &Value) -> Result<(), Refusal> {
    let conflict = |why: &str| {
        // Here the Kind stands where elsewhere the plural does.
        Problem::conflict(&kind.group, &kind.kind, meta(object, "name"), why)
    };
    let (uid, version) = (meta(object, "uid"), meta(object, "resourceVersion"));
    if let Some(wanted) = options.uid.as_deref().filter(|&wanted| wanted != uid) {
        return Err(conflict(&format!(
            "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
        ))
        .into());
    }
    if let Some(wanted) = options.version.as_deref().filter(|&wanted| wanted != version) {
        return Err(conflict(&format!(
            "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
        ))
        .into());
    }
    Ok(())
}

fn finalizers(object: &Value) -> Vec<String> {
    let list = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Jobs and ReplicationControllers leave their pods behind unless told otherwise.
fn orphans_by_default(kind: &Kind) -> bool {
    matches!((kind.group.as_str(), kind.kind.as_str()), ("batch", "Job") | ("", "ReplicationController"))
}

/// How long the object has before it goes, in seconds: pods alone have time, once a node has them.
fn grace(kind: &Kind, options: &DeleteOptions, object: &Value) -> i64 {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let over = matches!(text("/status/phase"), "Succeeded" | "Failed");
    if !kind.group.is_empty() || kind.kind != "Pod" || text("/spec/nodeName").is_empty() || over {
        return 0;
    }
    let own = object.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64);
    let wanted = options.grace.or(own).unwrap_or(30);
    let wanted = if wanted < 0 { 1 } else { wanted };
    // Of a pod on its way out only a shorter time counts.
    match object.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64) {
        Some(left) if options.grace.is_none() || left < wanted => left,
        _ => wanted,
    }
}

/// Says that the object is on its way out, and until when.
pub(super) fn mark(object: &mut Value, now: Now, grace: i64) {
    let first = meta(object, "deletionTimestamp").is_empty();
    let before = object.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64);
    if !first && before == Some(grace) {
        return;
    }
    let mut until = now;
    until.wall = until.wall.saturating_add(u64::try_from(grace).unwrap_or_default().saturating_mul(1000));
    set_meta(object, "deletionTimestamp", Some(timestamp(until)));
    set_meta(object, "deletionGracePeriodSeconds", Some(grace.into()));
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64);
    if let Some(generation) = generation.filter(|_| first) {
        set_meta(object, "generation", Some((generation + 1).into()));
    }
}

/// Deletes the objects of a kind below a prefix, but for what finalizers hold, which waits for these. Whether any does.
pub(crate) fn clear(server: &mut Server, kind: usize, prefix: &str, now: Now) -> bool {
    let objects = server.store.range(kind, prefix, "");
    let objects: Vec<(String, Stored)> =
        objects.map(|(key, object)| (key.to_owned(), object.clone())).collect();
    let mut held = false;
    for (key, object) in objects {
        if finalizers(&object).is_empty() {
            server.store.write(kind, &key, None);
            continue;
        }
        held = true;
        let mut marked = (*object).clone();
        mark(&mut marked, now, 0);
        if marked != *object {
            server.store.write(kind, &key, Some(marked));
        }
    }
    held
}

/// What is answered where the object is gone: no code, and the resource as the kind.
fn success(kind: &Kind, object: &Value) -> Value {
    let mut details = json!({"name": meta(object, "name"), "kind": kind.plural, "uid": meta(object, "uid")});
    if !kind.group.is_empty() {
        put(&mut details, "group", kind.group.as_str());
    }
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
