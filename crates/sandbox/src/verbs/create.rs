//! Create.
//!
//! Source: `createHandler` in `k8s.io/apiserver/pkg/endpoints/handlers`, and `Store.Create` of its generic registry.

use http::Method;

use super::ask::Ask;
use super::write::{admit, fill, match_namespace, track, wipe};
use super::{body, certificates};
use crate::admission;
use crate::auth::rbac::check_escalation;
use crate::auth::{self, Attributes};
use crate::crd;
use crate::object::{called, meta, settle};
use crate::registry::{allocate, prepare};
use crate::reply::Reply;
use crate::server::Server;
use crate::validate;
use crate::wire::{Problem, Refusal};

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    body::check(ask)?;
    let dry = ask.write_options("CreateOptions")?;
    let mut object = body::object(ask)?;
    track(ask, &mut object, None);
    insert(server, ask, object, dry)
}

/// Who makes an object by a PUT or an apply must be allowed to create it.
fn create_by_update(server: &Server, ask: &Ask<'_>) -> Result<(), Refusal> {
    if ask.method == Method::POST {
        return Ok(());
    }
    let place = ask.place;
    let asked = Attributes {
        verb: "create".into(),
        group: place.kind.group.clone(),
        resource: place.kind.plural.clone(),
        namespace: place.namespace.clone(),
        name: place.name.clone(),
        ..Attributes::default()
    };
    auth::allow(server, ask.user, &asked)
}

/// Stores a new object, which a PUT may do too.
pub(super) fn insert(
    server: &mut Server,
    ask: &mut Ask<'_>,
    mut object: serde_json::Value,
    dry: bool,
) -> Result<Reply, Refusal> {
    let kind = &ask.place.kind;
    wipe(&mut object);
    match_namespace(kind, &mut object, &ask.place.namespace)?;
    admit(server, ask, called(&object))?;
    check_escalation(server, ask.user, ask.place, &object, None)?;
    let version = meta(&object, "resourceVersion").to_owned();
    admission::create(server, kind, &mut object)?;
    fill(server, ask, &mut object);
    certificates::asked_by(kind, &mut object, ask.user);
    prepare::create(kind, &mut object);
    if ask.place.subresource.is_empty() {
        allocate(server, kind, &mut object, None, dry)?;
    }
    let name = meta(&object, "name").to_owned();
    let faults = validate::create(kind, &object);
    if !faults.is_empty() {
        let (group, called) = kind.called_by(&object);
        return Err(Problem::invalid(group, called, &name, &faults).into());
    }
    crd::refuse(kind, &object)?;
    create_by_update(server, ask)?;
    ask.warnings.extend(validate::warnings(kind, &object, None));
    let (subresource, now) = (&ask.place.subresource, ask.now);
    let write = admission::Write { kind, subresource, object: &object, old: None, dry, now };
    let told = admission::judge(server, &write)?;
    ask.warnings.extend(told);
    // A dry run does not get as far as the store.
    if !dry && version.parse::<u64>().is_ok_and(|version| version != 0) {
        return Err(Problem::plain("resourceVersion should not be set on objects to be created").into());
    }
    let key = kind.key(&ask.place.namespace, &name);
    if let Some(there) = server.store.get(kind.id, &key) {
        let terminating = !meta(there, "deletionTimestamp").is_empty();
        let problem = Problem::already_exists(&kind.group, &kind.plural, &name);
        return Err(
            if terminating { problem.being_deleted(&kind.qualified(), &name) } else { problem }.into()
        );
    }
    settle(kind, &mut object);
    if dry {
        return ask.object(201, &kind.round_trip(object));
    }
    match server.write(kind, &key, object) {
        Some(stored) => {
            if ask.raw.nulls
                || kind.is("", "PersistentVolumeClaim")
                || prepare::is_labelled_by_server(kind, &stored)
            {
                server.note_odd(kind, &key, &stored);
            }
            ask.object(201, &stored)
        }
        None => Err(ask.not_found()),
    }
}
