//! What all writes share.

use serde_json::{Value, json};

use super::ask::Ask;
use super::parts::Part;
use crate::fields;
use crate::object::{Parsed, Wording, copy_meta, decode, meta, put, set, set_meta, timestamp};
use crate::registry::{Kind, prepare};
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const GENERATED_BASE: usize = 58;

/// What only the server writes is taken off a new object.
pub(super) fn wipe(object: &mut Value) {
    for field in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
        set_meta(object, field, None);
    }
}

/// Writes into an object who owns what of it.
pub(super) fn track(ask: &Ask<'_>, object: &mut Value, live: Option<&Value>) {
    track_as(ask, &ask.place.kind, object, live);
}

/// The same, of a kind that is not the place's.
pub(super) fn track_as(ask: &Ask<'_>, kind: &Kind, object: &mut Value, live: Option<&Value>) {
    let (manager, version, now) = (ask.manager(), kind.api_version(), timestamp(ask.now));
    let writer = fields::Writer {
        manager: &manager,
        version: &version,
        now: now.as_str().unwrap_or_default(),
        subresource: &ask.place.subresource,
        versions: &kind.versions(),
        reset: reset(kind, &ask.place.subresource),
    };
    let of = fields::Type::of(kind.shape());
    // What is no value of its type to those who merge, as a list where a text of some format is wanted, is not tracked.
    let odd = kind.custom.is_some()
        && fields::faults(of, object, "").iter().any(|fault| !fault.contains("duplicate entries"));
    if odd {
        copy_meta(object, live.unwrap_or(&Value::Null), "managedFields");
        return;
    }
    fields::track(of, live, object, &writer);
}

/// The fields that are not this part of the object's to write.
pub(super) fn reset(kind: &Kind, subresource: &str) -> &'static [&'static str] {
    if let Some(part) = Part::of(kind, subresource) {
        return part.reset();
    }
    match (subresource, kind.kind.as_str()) {
        ("status", _) if kind.strategy.status_alone => &["metadata", "spec"],
        ("status", "Deployment") => &["spec", "metadata.labels"],
        ("status", "Pod") => &["spec", "metadata.deletionTimestamp", "metadata.ownerReferences"],
        ("status", "CertificateSigningRequest") => &["spec", "status.conditions"],
        ("status", _) => &["spec"],
        ("", "CertificateSigningRequest") => &["spec", "status"],
        ("", _) if kind.subresource("status").is_some() => &["status"],
        _ => &[],
    }
}

/// Makes the object's namespace that of the request.
///
/// # Errors
/// 400 where it says another.
pub(super) fn match_namespace(kind: &Kind, object: &mut Value, namespace: &str) -> Result<(), Refusal> {
    let said = meta(object, "namespace").to_owned();
    if !kind.namespaced {
        set_meta(object, "namespace", None);
    } else if said.is_empty() {
        set_meta(object, "namespace", Some(namespace.into()));
    } else if said != namespace {
        let why = "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Problem::bad_request(why).into());
    }
    Ok(())
}

/// Only into namespaces that are there, and stay.
///
/// # Errors
/// 404, or 403 where the namespace is on its way out.
pub(super) fn admit(server: &Server, ask: &Ask<'_>, name: &str) -> Result<(), Refusal> {
    let place = ask.place;
    if !place.kind.namespaced {
        return Ok(());
    }
    let Some(namespace) = server.namespace(&place.namespace) else {
        return Err(Problem::not_found("", "namespaces", &place.namespace).into());
    };
    if meta(namespace, "deletionTimestamp").is_empty() {
        return Ok(());
    }
    let why = format!(
        "unable to create new content in namespace {} because it is being terminated",
        place.namespace
    );
    let cause = json!({
        "reason": "NamespaceTerminating",
        "message": format!("namespace {} is being terminated", place.namespace),
        "field": "metadata.namespace",
    });
    let problem = Problem::forbidden(&place.kind.group, &place.kind.plural, name, &why);
    Err(problem.cause(cause).into())
}

/// Gives a new object what only the server gives: a name where it wants one, a uid, a time, a generation.
pub(super) fn fill(server: &mut Server, ask: &Ask<'_>, object: &mut Value) {
    let base = meta(object, "generateName").to_owned();
    if !base.is_empty() && meta(object, "name").is_empty() {
        let end = (0..=GENERATED_BASE.min(base.len())).rev().find(|&at| base.is_char_boundary(at));
        let base = base.get(..end.unwrap_or_default()).unwrap_or_default();
        let name = format!("{base}{}", server.random.suffix());
        set_meta(object, "name", Some(name.into()));
    }
    // Source: `PrepareForCreate` of limit ranges.
    if meta(object, "name").is_empty() && ask.place.kind.is("", "LimitRange") {
        set_meta(object, "name", Some(server.random.uid().into()));
    }
    set_meta(object, "uid", Some(server.random.uid().into()));
    set_meta(object, "creationTimestamp", Some(timestamp(ask.now)));
    if ask.place.kind.strategy.generation {
        set_meta(object, "generation", Some(1.into()));
    }
}

/// Keeps what an update cannot change, and counts the generation.
pub(super) fn keep(kind: &Kind, subresource: &str, object: &mut Value, old: &Value) {
    if meta(object, "uid").is_empty() {
        copy_meta(object, old, "uid");
    }
    for field in ["generation", "creationTimestamp", "deletionTimestamp"] {
        copy_meta(object, old, field);
    }
    if object.pointer("/metadata/deletionGracePeriodSeconds").is_none() {
        copy_meta(object, old, "deletionGracePeriodSeconds");
    }
    set_meta(object, "selfLink", None);
    if subresource == "status" {
        keep_all_but_status(kind, object, old);
        return;
    }
    let part = Part::of(kind, subresource);
    if let Some(part) = part {
        part.keep(object, old);
    }
    let has_status = kind.subresource("status").is_some() && part.is_none();
    if has_status {
        // The status is its own subresource's matter.
        set(object, "status", old.get("status").cloned());
        let balanced = object.pointer("/spec/type").is_some_and(|kind| kind == "LoadBalancer");
        if let Some(status) = object.get_mut("status").filter(|_| kind.is("", "Service") && !balanced) {
            // A service that is none any more has no balancer either.
            put(status, "loadBalancer", json!({}));
        }
    }
    // A deployment's annotations are its pods', in a way, and an endpoint slice's labels say what it is of.
    let also = match kind.kind.as_str() {
        "Deployment" => "annotations",
        "EndpointSlice" => "labels",
        _ => "",
    };
    let part = |object: &Value| object.get("metadata").and_then(|metadata| metadata.get(also)).cloned();
    // A priority class is of one generation for ever, and a driver of none at first.
    let counts =
        kind.strategy.generation && kind.kind != "PriorityClass" || kind.is("storage.k8s.io", "CSIDriver");
    if counts && (!same_beyond_metadata(object, old) || part(object) != part(old)) {
        let generation = old.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or_default();
        set_meta(object, "generation", Some((generation + 1).into()));
    }
}

/// A status comes alone; of the metadata it may bring some along.
fn keep_all_but_status(kind: &Kind, object: &mut Value, old: &Value) {
    if kind.custom.is_some()
        && let Some(Value::Object(metadata)) = old.get("metadata")
    {
        let managed = object.pointer("/metadata/managedFields").cloned();
        put(object, "metadata", metadata.clone());
        set_meta(object, "managedFields", managed);
        // What was applied may be null, which is none.
        if let Some(fields) =
            object.as_object_mut().filter(|fields| fields.get("status") == Some(&Value::Null))
        {
            fields.remove("status");
        }
    }
    let metadata: &[&str] = match kind.kind.as_str() {
        "Deployment" => &["labels"],
        "Pod" => &["ownerReferences"],
        _ if kind.strategy.status_alone => &["labels", "annotations", "finalizers", "ownerReferences"],
        _ => &[],
    };
    for field in metadata {
        copy_meta(object, old, field);
    }
    if let (Some(fields), Some(old)) = (object.as_object_mut(), old.as_object()) {
        fields.retain(|name, _| matches!(name.as_str(), "metadata" | "status"));
        for (name, value) in old.iter().filter(|(name, _)| !matches!(name.as_str(), "metadata" | "status")) {
            fields.insert(name.clone(), value.clone());
        }
    }
    let quality = old.pointer("/status/qosClass").filter(|_| kind.kind == "Pod");
    if let (Some(quality), Some(Value::Object(status))) = (quality, object.get_mut("status")) {
        status.entry("qosClass").or_insert_with(|| quality.clone());
    }
}

fn same_beyond_metadata(one: &Value, two: &Value) -> bool {
    let rest = |value: &Value| {
        let mut value = value.clone();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("metadata");
        }
        value
    };
    rest(one) == rest(two)
}

/// Whether to write an object would change nothing: a custom one is held against what is stored, which may lack defaults that came later.
pub(super) fn changes_nothing(server: &Server, kind: &Kind, key: &str, object: &Value, old: &Value) -> bool {
    match server.store.get(kind.id, key).filter(|_| kind.custom.is_some()) {
        Some(there) => is_same(&kind.kept(object.clone()), there),
        None => is_same(object, old),
    }
}

fn is_same(one: &Value, two: &Value) -> bool {
    let plain = |value: &Value| {
        let mut value = value.clone();
        set_meta(&mut value, "resourceVersion", None);
        value
    };
    plain(one) == plain(two)
}

/// Puts an object into the store as a test's seed says it: an object of its type, in which only what is missing is filled in.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn seed(
    server: &mut Server,
    kind: &Kind,
    object: Value,
    now: kubewire::Now,
) -> Result<(), String> {
    let decoded = decode(kind, Parsed { value: object, duplicates: Vec::new() }, Wording::Json)?;
    if let Some(why) = decoded.strict.first() {
        return Err(format!("{}: {why}", kind.kind));
    }
    let mut object = decoded.object;
    let (namespace, name) = (meta(&object, "namespace").to_owned(), meta(&object, "name").to_owned());
    if kind.namespaced && namespace.is_empty() {
        set_meta(&mut object, "namespace", Some("default".into()));
    }
    prepare::complete(kind, &mut object);
    if meta(&object, "uid").is_empty() {
        let uid = server.random.uid();
        set_meta(&mut object, "uid", Some(uid.into()));
    }
    if meta(&object, "creationTimestamp").is_empty() {
        set_meta(&mut object, "creationTimestamp", Some(timestamp(now)));
    }
    if kind.strategy.generation && object.pointer("/metadata/generation").is_none() {
        set_meta(&mut object, "generation", Some(1.into()));
    }
    if let Some(what) = crate::crd::unserved(kind, &object) {
        return Err(format!("the sandbox does not do this yet: {what}"));
    }
    let faults = crate::validate::seed(kind, &object);
    if let Some(fault) = faults.first() {
        return Err(format!("{} {name:?}: {}", kind.kind, fault.text()));
    }
    let key = kind.key(meta(&object, "namespace"), &name);
    server.write(kind, &key, object);
    Ok(())
}
