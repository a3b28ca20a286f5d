//! May someone do something? `SubjectAccessReview`, the one of a namespace, and the one of oneself (`kubectl auth can-i`).
//!
//! Source: `pkg/registry/authorization` and `pkg/apis/authorization/validation` of Kubernetes.

use serde_json::{Value, json};

use super::{read, selectors, texts, without_empty};
use crate::auth::rbac::authorize;
use crate::auth::{Attributes, User};
use crate::object::{meta, put, text};
use crate::reply::Reply;
use crate::server::Server;
use crate::validate::Fault;
use crate::verbs::Ask;
use crate::wire::{Problem, Refusal};

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let mut review = read(ask)?;
    let kind = ask.place.kind.kind.as_str();
    let faults = faults(kind, &review);
    if !faults.is_empty() {
        // The server has forgotten of which kind it is.
        return Err(Problem::invalid(&ask.place.kind.group, "", "", &faults).into());
    }
    let user = if kind == "SelfSubjectAccessReview" { ask.user.clone() } else { subject(&review) };
    let decision = authorize(server, &user, &asked(&review));
    let resource = review.pointer("/spec/resourceAttributes").unwrap_or(&Value::Null);
    let ignored = selectors::ignored(resource).join("; ");
    let mut status = without_empty([("reason", decision.reason.into()), ("evaluationError", ignored.into())]);
    put(&mut status, "allowed", decision.allowed);
    let spec = review.get("spec").map(pruned).unwrap_or_else(|| json!({}));
    put(&mut review, "spec", spec);
    put(&mut review, "status", status);
    ask.object(201, &review)
}

fn subject(review: &Value) -> User {
    User {
        name: text(review, "/spec/user").to_owned(),
        uid: text(review, "/spec/uid").to_owned(),
        groups: texts(review.pointer("/spec/groups")),
        ..User::default()
    }
}

fn asked(review: &Value) -> Attributes {
    let text = |pointer: &str| text(review, pointer).to_owned();
    if is_set(review.pointer("/spec/resourceAttributes")) {
        let text = |field: &str| text(&format!("/spec/resourceAttributes/{field}"));
        return Attributes {
            verb: text("verb"),
            path: None,
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name"),
        };
    }
    let (verb, path) = (text("/spec/nonResourceAttributes/verb"), text("/spec/nonResourceAttributes/path"));
    Attributes { verb, path: Some(path), ..Attributes::default() }
}

fn is_set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

fn faults(kind: &str, review: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let at = |pointer: &str| review.pointer(pointer).filter(|value| !value.is_null());
    let (resource, path) = (at("/spec/resourceAttributes"), at("/spec/nonResourceAttributes"));
    // As Go writes a struct that has no names for JSON.
    let shown = path.map_or("null".to_owned(), |path| {
        let part = |name: &str| Value::from(text(path, name)).to_string();
        format!("{{\"Path\":{},\"Verb\":{}}}", part("/path"), part("/verb"))
    });
    if resource.is_some() == path.is_some() {
        let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        faults.push(Fault::invalid_value("spec", shown.as_str(), why));
    }
    let nobody = text(review, "/spec/user").is_empty() && texts(at("/spec/groups")).is_empty();
    if kind != "SelfSubjectAccessReview" && nobody {
        faults.push(Fault::invalid("spec.user", "", "at least one of user or group must be specified"));
    }
    faults.extend(resource.into_iter().flat_map(selectors::faults));
    let local = kind == "LocalSubjectAccessReview";
    let metadata = review.get("metadata").map(pruned).unwrap_or_else(|| json!({}));
    let own = |field: &str| field != "managedFields" && !(local && field == "namespace");
    if metadata.as_object().is_some_and(|fields| fields.keys().any(|field| own(field))) {
        let why = if local { "must be empty except for namespace" } else { "must be empty" };
        faults.push(Fault::invalid_value("metadata", metadata.to_string(), why));
    }
    if local {
        let namespace = resource.map(|resource| text(resource, "/namespace"));
        if let Some(namespace) = namespace.filter(|&namespace| namespace != meta(review, "namespace")) {
            let field = "spec.resourceAttributes.namespace";
            faults.push(Fault::invalid(field, namespace, "must match metadata.namespace"));
        }
        if path.is_some() {
            let why = "disallowed on this kind of request";
            faults.push(Fault::invalid_value("spec.nonResourceAttributes", shown, why));
        }
    }
    faults
}

/// Without what says nothing.
fn pruned(value: &Value) -> Value {
    let Value::Object(fields) = value else { return value.clone() };
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    let kept = fields.iter().filter(|(_, value)| says(value));
    Value::Object(kept.map(|(name, value)| (name.clone(), pruned(value))).collect())
}
