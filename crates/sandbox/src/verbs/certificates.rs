//! Requests for certificates: who asks for them, and who may grant them.
//!
//! Source: `pkg/registry/certificates/certificates/strategy.go`, and `plugin/pkg/admission/certificates` of Kubernetes.

use serde_json::Value;

use super::ask::Ask;
use crate::auth::{self, Attributes, User};
use crate::object::{put, quote, text, timestamp};
use crate::registry::Kind;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const GROUP: &str = "certificates.k8s.io";

/// A new request says who asks, whatever it says itself.
pub(super) fn asked_by(kind: &Kind, object: &mut Value, user: &User) {
    let Some(Value::Object(spec)) = object.get_mut("spec").filter(|_| kind.is_certificate_request()) else {
        return;
    };
    for field in ["username", "uid", "groups", "extra"] {
        spec.remove(field);
    }
    if let Value::Object(info) = user.info() {
        spec.extend(info);
    }
}

/// The requests' conditions have times, also where nobody says them.
pub(super) fn stamp(ask: &Ask<'_>, object: &mut Value, old: &Value) {
    let place = ask.place;
    if !place.kind.is_certificate_request() || !matches!(place.subresource.as_str(), "status" | "approval") {
        return;
    }
    let empty = Vec::new();
    let before = old.pointer("/status/conditions").and_then(Value::as_array).unwrap_or(&empty);
    if place.subresource == "status" {
        for decision in ["Approved", "Denied"] {
            preserve(object, before, decision);
        }
    }
    let conditions = object.pointer_mut("/status/conditions").and_then(Value::as_array_mut);
    for condition in conditions.into_iter().flatten().filter(|condition| condition.is_object()) {
        let same = |one: &&Value| {
            ["/type", "/status"].iter().all(|field| text(one, field) == text(condition, field))
                && !text(one, "/lastTransitionTime").is_empty()
        };
        let since = before.iter().find(same).and_then(|one| one.get("lastTransitionTime").cloned());
        for (field, time) in [("lastUpdateTime", None), ("lastTransitionTime", since)] {
            if condition.get(field).is_none_or(Value::is_null) {
                put(condition, field, time.unwrap_or_else(|| timestamp(ask.now)));
            }
        }
    }
}

/// A status may not change what was decided: where there are as many conditions of a type as before, they are these.
fn preserve(object: &mut Value, before: &[Value], decision: &str) {
    let is = |one: &Value| text(one, "/type") == decision;
    let old: Vec<&Value> = before.iter().filter(|one| is(one)).collect();
    let conditions = object.pointer_mut("/status/conditions").and_then(Value::as_array_mut);
    let new: Vec<&mut Value> = conditions.into_iter().flatten().filter(|one| is(one)).collect();
    if new.len() == old.len() {
        new.into_iter().zip(old).for_each(|(new, old)| *new = old.clone());
    }
}

/// Whoever grants certificates of a signer, or signs them, must be allowed to for this signer.
///
/// # Errors
/// 403.
pub(super) fn admit(server: &Server, ask: &Ask<'_>, object: &Value, old: &Value) -> Result<(), Refusal> {
    let place = ask.place;
    if !place.kind.is_certificate_request() {
        return Ok(());
    }
    let changed = ["/status/certificate", "/status/conditions"]
        .iter()
        .any(|part| object.pointer(part) != old.pointer(part));
    let (verb, what) = match place.subresource.as_str() {
        "approval" => ("approve", "approve requests"),
        "status" if changed => ("sign", "sign requests"),
        _ => return Ok(()),
    };
    let signer = text(old, "/spec/signerName");
    let domain = signer.split_once('/').map_or(signer, |(domain, _)| domain);
    let may = |name: String| {
        let asked = Attributes {
            verb: verb.into(),
            group: GROUP.into(),
            resource: "signers".into(),
            name,
            ..Attributes::default()
        };
        auth::allow(server, ask.user, &asked).is_ok()
    };
    if may(signer.to_owned()) || may(format!("{domain}/*")) {
        return Ok(());
    }
    let why = format!("user not permitted to {what} with signerName {}", quote(signer));
    Err(Problem::forbidden(GROUP, &place.kind.plural, &place.name, &why).into())
}
