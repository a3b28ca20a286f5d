//! How many replicas of something there are: its `scale`, whatever its own type is.
//!
//! Source: `ScaleREST` of the workloads in `k8s.io/kubernetes/pkg/registry`.

use std::sync::Arc;

use kubewire::Verb;
use serde_json::{Value, json};

use super::ask::Ask;
use super::body;
use super::patch;
use super::update::{CHANGED, check_name};
use super::write::{is_same, keep, match_namespace, track};
use crate::fields;
use crate::object::{meta, set_meta, spec_mut};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::select::query;
use crate::server::Server;
use crate::validate::{self, Fault};
use crate::wire::{Problem, Refusal, parse_uint};

pub(super) fn perform(server: &mut Server, ask: &mut Ask<'_>, verb: Verb) -> Result<Reply, Refusal> {
    let kind = Arc::clone(&ask.place.kind);
    let old = server.store.get(kind.id, &kind.key(&ask.place.namespace, &ask.place.name)).cloned();
    let scale = Kind::of_part("autoscaling", "Scale", "scales");
    match verb {
        Verb::Get => {
            let old = old.ok_or_else(|| ask.not_found())?;
            ask.object(200, &of(&old))
        }
        Verb::Replace => {
            let dry = ask.write_options("UpdateOptions")?;
            body::check(ask)?;
            let mut wanted = body::object_of(ask, &scale)?;
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            write(server, ask, &kind, &old, &wanted, dry)
        }
        Verb::Patch => {
            let (media, dry, parsed) = patch::body(ask, &kind)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            let mut wanted = patch::patched_of(ask, &scale, &media, of(&old), parsed)?;
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            write(server, ask, &kind, &old, &wanted, dry)
        }
        _ => Err(Problem::method_not_allowed().into()),
    }
}

/// The scale of an object.
fn of(object: &Value) -> Value {
    let metadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), object.get("metadata")?.get(field)?.clone())));
    let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let replicas = number("/spec/replicas");
    let spec = if replicas == 0 { json!({}) } else { json!({"replicas": replicas}) };
    let selector = object.pointer("/spec/selector").map(query).unwrap_or_default();
    let status = json!({"replicas": number("/status/replicas"), "selector": selector});
    json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": Value::Object(metadata.collect()),
           "spec": spec, "status": status})
}

/// Gives an object the replicas of a scale.
fn write(
    server: &mut Server,
    ask: &mut Ask<'_>,
    kind: &Kind,
    old: &Value,
    wanted: &Value,
    dry: bool,
) -> Result<Reply, Refusal> {
    let version = match meta(wanted, "resourceVersion") {
        "" => 0,
        text => parse_uint(text).map_err(Problem::plain)?,
    };
    if version != 0 && version.to_string() != meta(old, "resourceVersion") {
        return Err(Problem::conflict(&kind.group, &kind.plural, &ask.place.name, CHANGED).into());
    }
    let replicas = wanted.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or_default();
    if replicas < 0 {
        let why = "must be greater than or equal to 0";
        let fault = Fault::invalid_value("spec.replicas", replicas.to_string(), why);
        return Err(Problem::invalid("autoscaling", "Scale", &ask.place.name, &[fault]).into());
    }
    let mut object = old.clone();
    if let Some(spec) = spec_mut(&mut object) {
        spec.insert("replicas".into(), replicas.into());
    }
    // Where nobody owns them, nobody does: a scale without managers stays so.
    let entries = old.pointer("/metadata/managedFields").and_then(Value::as_array);
    let owns = |entry: &Value| entry.pointer("/fieldsV1/f:spec/f:replicas").is_some();
    if entries.is_some_and(|entries| entries.iter().any(owns)) {
        track(ask, &mut object, Some(old));
    }
    keep(kind, "", &mut object, old);
    forget_times(&mut object);
    fields::keep_times(&mut object, old);
    ask.warnings.extend(validate::warnings(kind, &object, Some(old)));
    set_meta(&mut object, "resourceVersion", Some(meta(old, "resourceVersion").into()));
    if dry || is_same(&object, old) {
        return ask.object(200, &of(&object));
    }
    let key = kind.key(&ask.place.namespace, &ask.place.name);
    match server.store.write(kind.id, &key, Some(object)) {
        Some(stored) => ask.object(200, &of(&stored)),
        None => Err(ask.not_found()),
    }
}

/// Of those who own the replicas and nothing else nobody knows since when: a scale's managers have no times.
fn forget_times(object: &mut Value) {
    let entries = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
        if entry.get("fieldsV1").is_some_and(|fields| *fields == json!({"f:spec": {"f:replicas": {}}})) {
            entry.remove("time");
        }
    }
    fields::sort(object);
}
