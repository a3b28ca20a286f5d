//! How many replicas of something there are: its `scale`, whatever its own type is.
//!
//! Source: `ScaleREST` of the workloads in `k8s.io/kubernetes/pkg/registry`.

use std::sync::Arc;

use http::Method;
use kubewire::Verb;
use serde_json::{Value, json};

use super::ask::Ask;
use super::update::{CHANGED, check_name, other_uid};
use super::write::{changes_nothing, keep, match_namespace, track_as};
use super::{apply, body, patch};
use crate::crd::{self, Scale};
use crate::fields;
use crate::object::{copy_meta, meta, put, set_meta};
use crate::registry::Kind;
use crate::reply::Reply;
use crate::select::query;
use crate::server::Server;
use crate::validate::{self, Fault};
use crate::wire::{Problem, Refusal, parse_uint};

pub(super) fn perform(server: &mut Server, ask: &mut Ask<'_>, verb: Verb) -> Result<Reply, Refusal> {
    let kind = Arc::clone(&ask.place.kind);
    let old = server.get(&kind, &kind.key(&ask.place.namespace, &ask.place.name));
    let applies = ask.content_type.split(';').next() == Some(patch::APPLY);
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
            let mut wanted = body::object_of(ask, &scale()).map_err(|why| misread(&kind, why))?;
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            let before = before(&kind, &old)?;
            own(ask, &kind, &mut wanted, &before);
            write(server, ask, &kind, &old, &wanted, dry)
        }
        Verb::Patch if applies => {
            let dry = apply::options(ask)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            let before = before(&kind, &old)?;
            let mut wanted = applied(ask, &kind, &before)?;
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            write(server, ask, &kind, &old, &wanted, dry)
        }
        Verb::Patch => {
            let (media, dry, parsed) = patch::body(ask, &kind)?;
            let old = old.ok_or_else(|| ask.not_found())?;
            let before = before(&kind, &old)?;
            let mut wanted = patch::patched_of(ask, &scale(), &media, before.clone(), parsed)?;
            own(ask, &kind, &mut wanted, &before);
            match_namespace(&kind, &mut wanted, &ask.place.namespace)?;
            check_name(&wanted, &ask.place.name)?;
            write(server, ask, &kind, &old, &wanted, dry)
        }
        _ => Err(Problem::method_not_allowed().into()),
    }
}

fn scale() -> Kind {
    Kind::of_part("autoscaling", "Scale", "scales")
}

/// The scale of an object before it is changed, with those who own its replicas.
fn before(kind: &Kind, old: &Value) -> Result<Value, Refusal> {
    let (mut before, found) = of(kind, old)?;
    if !found {
        put(&mut before, "spec", json!({"replicas": UNSAID}));
    }
    with_replicas(kind, |replicas| fields::to_scale(old, &mut before, replicas));
    Ok(before)
}

/// Whoever changes a scale owns it from then on.
fn own(ask: &Ask<'_>, kind: &Kind, wanted: &mut Value, before: &Value) {
    // The real server fails to keep account of a custom kind's scale that is replaced, and goes on.
    match kind.custom.is_some() && ask.method == Method::PUT {
        true => copy_meta(wanted, before, "managedFields"),
        false => track_as(ask, &scale(), wanted, Some(before)),
    }
    fields::keep_times(wanted, before);
}

/// What comes of an apply.
fn applied(ask: &Ask<'_>, kind: &Kind, before: &Value) -> Result<Value, Refusal> {
    let wanted = apply::read(ask)?;
    if kind.custom.is_none() {
        return Ok(apply::applied(ask, &scale(), Some(before), &wanted)?.object);
    }
    // What serves custom kinds cannot convert a scale that is applied, but where nothing of it changes.
    const WHY: &str = "request to convert CR to an invalid group/version: autoscaling/v1";
    apply::check(&scale(), &wanted)?;
    if before.pointer("/metadata/managedFields").is_none() {
        let what = "failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version";
        return Err(Problem::plain(format!("{what}: {WHY}")).into());
    }
    let merged = apply::merged(ask, &scale(), Some(before), &wanted)?;
    let mut bare = merged.clone();
    copy_meta(&mut bare, before, "managedFields");
    match bare == *before {
        true => Ok(merged),
        false => Err(apply::unconverted(&wanted, WHY)),
    }
}

/// Does something with where a kind has its replicas.
fn with_replicas<T>(kind: &Kind, then: impl FnOnce(fields::Replicas<'_>) -> T) -> T {
    let (paths, version) = (paths(kind), kind.api_version());
    let path: Vec<&str> = crd::path_names(&paths.spec).collect();
    let versions: Vec<String> = kind.versions().into_iter().map(|(version, _)| version).collect();
    then(fields::Replicas { path: &path, version: &version, versions: &versions })
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
    let (uid, is) = (meta(wanted, "uid"), meta(old, "uid"));
    if !uid.is_empty() && uid != is && kind.custom.is_none() {
        if ask.method == Method::PUT {
            return Err(other_uid(ask, uid, is, dry).into());
        }
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {is}");
        let plural = format!("{}/scale", kind.plural);
        return Err(Problem::conflict(&kind.group, &plural, &ask.place.name, &why).into());
    }
    let version = match meta(wanted, "resourceVersion") {
        "" => 0,
        text => parse_uint(text).map_err(Problem::plain)?,
    };
    if version != 0 && version.to_string() != meta(old, "resourceVersion") {
        return Err(Problem::conflict(&kind.group, &kind.plural, &ask.place.name, CHANGED).into());
    }
    let mut object = old.clone();
    with_replicas(kind, |replicas| fields::to_object(&mut object, wanted, replicas));
    crd::set_number(&mut object, &paths.spec, Some(replicas)).map_err(Problem::plain)?;
    keep(kind, "", &mut object, old);
    fields::keep_times(&mut object, old);
    if kind.custom.is_some() {
        let faults = validate::update(kind, &object, old);
        if !faults.is_empty() {
            return Err(Problem::invalid(&kind.group, &kind.kind, &ask.place.name, &faults).into());
        }
    }
    ask.warnings.extend(validate::warnings(kind, &object, Some(old)));
    set_meta(&mut object, "resourceVersion", Some(meta(old, "resourceVersion").into()));
    let key = kind.key(&ask.place.namespace, &ask.place.name);
    if dry || changes_nothing(server, kind, &key, &object, old) {
        return ask.object(200, &of(kind, &object)?.0);
    }
    match server.write(kind, &key, object) {
        Some(stored) => ask.object(200, &of(kind, &stored)?.0),
        None => Err(ask.not_found()),
    }
}
