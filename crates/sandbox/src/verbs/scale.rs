//! How many replicas of something there are: its `scale`, whatever its own type is.
//!
//! Source: `ScaleREST` of the workloads in `k8s.io/kubernetes/pkg/registry`.

use std::sync::Arc;

use http::Method;
use kubewire::Verb;
use serde_json::{Value, json};

use super::ask::Ask;
use super::body;
use super::patch;
use super::update::{CHANGED, check_name};
use super::write::{is_same, keep, match_namespace, track};
use crate::crd::{self, Scale};
use crate::fields;
use crate::object::{meta, put, set_meta};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::select::query;
use crate::server::Server;
use crate::validate::{self, Fault};
use crate::wire::{Problem, Refusal, parse_uint};

pub(super) fn perform(server: &mut Server, ask: &mut Ask<'_>, verb: Verb) -> Result<Reply, Refusal> {
    let kind = Arc::clone(&ask.place.kind);
    let old = server.get(&kind, &kind.key(&ask.place.namespace, &ask.place.name));
    let scale = Kind::of_part("autoscaling", "Scale", "scales");
    match verb {
        Verb::Get => {
            let old = old.ok_or_else(|| ask.not_found())?;
            let (scale, found) = of(&kind, &old)?;
            if !found {
                let path = paths(&kind).spec;
                return Err(
                    Problem::internal(&format!("the spec replicas field {path:?} does not exist")).into()
                );
            }
            ask.object(200, &scale)
        }
        Verb::Replace => {
            let dry = ask.write_options("UpdateOptions")?;
            body::check(ask)?;
            let mut wanted = body::object_of(ask, &scale).map_err(|why| misread(&kind, why))?;
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            write(server, ask, &kind, &old, &wanted, dry)
        }
        Verb::Patch => {
            let (media, dry, parsed) = patch::body(ask, &kind)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            let (mut before, found) = of(&kind, &old)?;
            if !found {
                put(&mut before, "spec", json!({"replicas": UNSAID}));
            }
            let mut wanted = patch::patched_of(ask, &scale, &media, before, parsed)?;
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            write(server, ask, &kind, &old, &wanted, dry)
        }
        _ => Err(Problem::method_not_allowed().into()),
    }
}

/// In a custom kind's part of the server nobody can say what is wrong with a scale.
fn misread(kind: &Kind, why: Refusal) -> Refusal {
    match why {
        Refusal::Status(problem)
            if kind.custom.is_some() && problem.message.starts_with("Scale in version ") =>
        {
            let why = "no kind is registered for the type v1.Scale in scheme \"pkg/runtime/scheme.go:111\"";
            Problem::bad_request(why).into()
        }
        other => other,
    }
}

/// What stands for replicas that nobody has said, while a patch is applied.
const UNSAID: i64 = i32::MIN as i64;

/// Where a kind has its replicas.
fn paths(kind: &Kind) -> Scale {
    let built_in =
        || Scale { spec: ".spec.replicas".into(), status: ".status.replicas".into(), selector: None };
    kind.custom.as_ref().and_then(|custom| custom.scale.clone()).unwrap_or_else(built_in)
}

/// The scale of an object, and whether it says how many replicas there should be.
///
/// # Errors
/// 500, where what should be a number is none.
fn of(kind: &Kind, object: &Value) -> Result<(Value, bool), Refusal> {
    let metadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), object.get("metadata")?.get(field)?.clone())));
    let paths = paths(kind);
    let number = |path: &str| crd::number(object, path).map_err(Problem::plain);
    let (wanted, is) = (number(&paths.spec)?, number(&paths.status)?.unwrap_or_default());
    let spec =
        wanted.filter(|&replicas| replicas != 0).map_or_else(|| json!({}), |own| json!({"replicas": own}));
    let selector = match (&kind.custom, &paths.selector) {
        (None, _) => object.pointer("/spec/selector").map(query).unwrap_or_default(),
        (Some(_), Some(path)) => crd::label_selector(object, path).map_err(Problem::plain)?.to_owned(),
        (Some(_), None) => String::new(),
    };
    let mut status = json!({"replicas": is, "selector": selector});
    if kind.custom.is_some() && selector.is_empty() {
        status = json!({"replicas": is});
    }
    let scale = json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": Value::Object(metadata.collect()),
                       "spec": spec, "status": status});
    Ok((scale, wanted.is_some()))
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
    let paths = paths(kind);
    if kind.custom.is_some() && replicas == UNSAID {
        let why = format!("the spec replicas field {:?} cannot be empty", paths.spec);
        return Err(Problem::bad_request(why).into());
    }
    if replicas < 0 && kind.custom.is_none() {
        let why = "must be greater than or equal to 0";
        let fault = Fault::invalid_value("spec.replicas", replicas.to_string(), why);
        return Err(Problem::invalid("autoscaling", "Scale", &ask.place.name, &[fault]).into());
    }
    let mut object = old.clone();
    let owned: String = crd::names(&paths.spec).map(|name| format!("/f:{name}")).collect();
    // Where nobody owns them, nobody does: a scale without managers stays so. No replicas are not written, and belong to nobody.
    let entries = old.pointer("/metadata/managedFields").and_then(Value::as_array);
    let owns = |entry: &Value| entry.pointer(&format!("/fieldsV1{owned}")).is_some();
    // Whoever replaces a custom kind's scale does not become an owner.
    let tracked = kind.custom.is_none() || ask.method != Method::PUT;
    if tracked && entries.is_some_and(|entries| entries.iter().any(owns)) {
        let shown = Some(replicas).filter(|&replicas| replicas != 0);
        crd::set_number(&mut object, &paths.spec, shown).map_err(Problem::plain)?;
        track(ask, &mut object, Some(old));
    }
    crd::set_number(&mut object, &paths.spec, Some(replicas)).map_err(Problem::plain)?;
    keep(kind, "", &mut object, old);
    forget_times(&mut object, &owned);
    fields::keep_times(&mut object, old);
    if kind.custom.is_some() {
        let faults = validate::update(kind, &object, old);
        if !faults.is_empty() {
            return Err(Problem::invalid(&kind.group, &kind.kind, &ask.place.name, &faults).into());
        }
    }
    ask.warnings.extend(validate::warnings(kind, &object, Some(old)));
    set_meta(&mut object, "resourceVersion", Some(meta(old, "resourceVersion").into()));
    if dry || is_same(&object, old) {
        return ask.object(200, &of(kind, &object)?.0);
    }
    let key = kind.key(&ask.place.namespace, &ask.place.name);
    match server.write(kind, &key, object) {
        Some(stored) => ask.object(200, &of(kind, &stored)?.0),
        None => Err(ask.not_found()),
    }
}

/// Of those who own the replicas and nothing else nobody knows since when: a scale's managers have no times.
fn forget_times(object: &mut Value, owned: &str) {
    let only =
        owned.rsplit('/').filter(|name| !name.is_empty()).fold(json!({}), |below, name| json!({name: below}));
    let entries = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
        if entry.get("fieldsV1").is_some_and(|fields| *fields == only) {
            entry.remove("time");
        }
    }
    fields::sort(object);
}
