//! Replace: PUT.
//!
//! Source: `UpdateResource` in `k8s.io/apiserver/pkg/endpoints/handlers`, and `Store.Update` of its generic registry.

use serde_json::Value;

use super::ask::Ask;
use super::parts::Part;
use super::write::{changes_nothing, keep, match_namespace, track};
use super::{body, certificates, create, namespace};
use crate::admission;
use crate::auth::rbac::check_escalation;
use crate::crd;
use crate::fields;
use crate::object::{meta, quote, set_meta, settle};
use crate::registry::{Kind, allocate, prepare};
use crate::reply::Reply;
use crate::server::Server;
use crate::store::Stored;
use crate::validate::{self, Fault};
use crate::wire::{Problem, Refusal, parse_uint};

pub(super) const CHANGED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

pub(super) fn update(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let dry = ask.write_options("UpdateOptions")?;
    body::check(ask)?;
    let mut object = body::object(ask)?;
    let place = ask.place;
    let kind = &place.kind;
    match_namespace(kind, &mut object, &place.namespace)?;
    check_name(&object, &place.name)?;
    let key = kind.key(&place.namespace, &place.name);
    let Some(old) = server.get(kind, &key) else {
        if kind.strategy.create_on_update && (place.subresource.is_empty() || creates(kind)) {
            match meta(&object, "uid") {
                "" => {}
                uid => return Err(other_uid(ask, uid, "", dry).into()),
            }
            // A version of what is not there is passed over.
            set_meta(&mut object, "resourceVersion", None);
            track(ask, &mut object, None);
            return create::insert(server, ask, object, dry);
        }
        return Err(ask.not_found());
    };
    track(ask, &mut object, Some(&old));
    replace(server, ask, object, &old, dry, true)
}

/// Whether even a status makes an object that is not there. The server has it so.
pub(super) fn creates(kind: &Kind) -> bool {
    kind.group.is_empty() && kind.kind == "Service"
}

/// The name of the body must be that of the path.
pub(super) fn check_name(object: &Value, name: &str) -> Result<(), Refusal> {
    match meta(object, "name") {
        "" => Err(Problem::bad_request(format!(
            "the name of the object ({name} based on URL) was undeterminable: name must be provided"
        ))
        .into()),
        same if same == name => Ok(()),
        other => Err(Problem::bad_request(format!(
            "the name of the object ({other}) does not match the name on the URL ({name})"
        ))
        .into()),
    }
}

/// Puts an object in the place of another. With `uid_first` another uid is a conflict; else it is a field that cannot change.
pub(super) fn replace(
    server: &mut Server,
    ask: &mut Ask<'_>,
    mut object: Value,
    old: &Stored,
    dry: bool,
    uid_first: bool,
) -> Result<Reply, Refusal> {
    let kind = &ask.place.kind;
    let name = &ask.place.name;
    let key = kind.key(&ask.place.namespace, name);
    let conflict = |why: &str| Problem::conflict(&kind.group, &kind.plural, name, why);
    let (uid, is) = (meta(&object, "uid"), meta(old, "uid"));
    if uid_first && !uid.is_empty() && uid != is {
        return Err(other_uid(ask, uid, is, dry).into());
    }
    check_escalation(server, ask.user, ask.place, &object, Some(old))?;
    let version = match meta(&object, "resourceVersion") {
        "" => 0,
        text => parse_uint(text).map_err(Problem::plain)?,
    };
    if version == 0 && kind.strategy.needs_version {
        let fault = Fault::invalid_value("metadata.resourceVersion", "0", "must be specified for an update");
        return Err(Problem::invalid(&kind.group, &kind.plural, name, &[fault]).into());
    }
    if version != 0 && version.to_string() != meta(old, "resourceVersion") {
        return Err(conflict(CHANGED).into());
    }
    let whole = ask.place.subresource.is_empty();
    if whole {
        admission::update(kind, &mut object, old);
        prepare::update(kind, &mut object, old);
        allocate(server, kind, &mut object, Some(old), dry)?;
    }
    // Before generations are counted: an empty list and none are the same.
    settle(kind, &mut object);
    certificates::stamp(ask, &mut object, old);
    keep(kind, &ask.place.subresource, &mut object, old);
    fields::keep_times(&mut object, old);
    let part = Part::of(kind, &ask.place.subresource);
    let mut faults = match part {
        Some(part) => validate::part(kind, part, &object, old),
        None if whole => validate::update(kind, &object, old),
        None => validate::status(kind, &object, old),
    };
    faults.extend(validate::frozen_empty(old, ask.raw.hollow));
    if !faults.is_empty() {
        let (group, called) = kind.called_by(&object);
        return Err(Problem::invalid(group, called, name, &faults).into());
    }
    certificates::admit(server, ask, &object, old)?;
    crd::refuse(kind, &object)?;
    if whole {
        ask.warnings.extend(validate::warnings(kind, &object, Some(old)));
    }
    let (subresource, now) = (&ask.place.subresource, ask.now);
    let write = admission::Write { kind, subresource, object: &object, old: Some(old), dry, now };
    let told = admission::judge(server, &write)?;
    ask.warnings.extend(told);
    set_meta(&mut object, "resourceVersion", Some(meta(old, "resourceVersion").into()));
    let is_namespace = kind.group.is_empty() && kind.kind == "Namespace";
    if is_last_finalizer_gone(&object) && (!is_namespace || namespace::is_free(&object)) {
        if !dry {
            server.store.write(kind.id, &key, None);
            namespace::settle(server, ask);
        }
        return ask.object(200, &object);
    }
    let odd = ask.raw.nulls || server.is_odd(kind, &key, old);
    if dry || !odd && changes_nothing(server, kind, &key, &object, old) {
        return ask.object(200, &kind.round_trip(object));
    }
    match server.write(kind, &key, object) {
        Some(stored) => {
            if ask.raw.nulls {
                server.note_odd(kind, &key, &stored);
            }
            ask.object(200, &stored)
        }
        None => Err(Problem::plain(format!("{} is gone", quote(name))).into()),
    }
}

/// The object that is there, if any, is another one.
pub(super) fn other_uid(ask: &Ask<'_>, uid: &str, is: &str, dry: bool) -> Problem {
    let place = ask.place;
    // Who only tries does not get as far as the place in etcd.
    let root = if dry { "" } else { "/registry" };
    let (kind, key) = (&place.kind, place.kind.key(&place.namespace, &place.name));
    let why = precondition(&format!("{root}/{}/{key}", kind.plural), "UID", uid, is);
    Problem::conflict(&kind.group, &kind.plural, &place.name, &why)
}

/// The store's words where an object is not the one that was meant: `what` is `UID` or `ResourceVersion`.
pub(super) fn precondition(key: &str, what: &str, wanted: &str, is: &str) -> String {
    format!(
        "StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {is}"
    )
}

/// An object that was only waiting for its finalizers goes with the last of them.
fn is_last_finalizer_gone(object: &Value) -> bool {
    let metadata = |field: &str| object.get("metadata").and_then(|metadata| metadata.get(field));
    let finalizers = metadata("finalizers").and_then(Value::as_array);
    metadata("deletionTimestamp").is_some()
        && finalizers.is_none_or(Vec::is_empty)
        && metadata("deletionGracePeriodSeconds").and_then(Value::as_i64).unwrap_or_default() == 0
}
