//! `SelfSubjectRulesReview`: what may I do in a namespace? (`kubectl auth can-i --list`)

use serde_json::{Value, json};

use super::{read, texts};
use crate::auth::rbac;
use crate::object::{put, text};
use crate::reply::Reply;
use crate::server::Server;
use crate::verbs::Ask;
use crate::wire::{Problem, Refusal};

pub(super) fn create(server: &mut Server, ask: &mut Ask<'_>) -> Result<Reply, Refusal> {
    let review = read(ask)?;
    let namespace = text(&review, "/spec/namespace");
    if namespace.is_empty() {
        return Err(Problem::bad_request("no namespace on request").into());
    }
    let (rules, errors) = rbac::rules_for(server, ask.user, namespace);
    let part = |rule: &Value, fields: &[&str]| -> Value {
        let kept = fields.iter().filter_map(|&field| Some((field.to_owned(), rule.get(field)?.clone())));
        Value::Object(kept.filter(|(_, list)| !list.is_null()).collect())
    };
    let with = |field: &'static str, fields: &'static [&'static str]| -> Value {
        let chosen = rules.iter().filter(|rule| !texts(rule.get(field)).is_empty());
        chosen.map(|rule| part(rule, fields)).collect()
    };
    let mut status = json!({
        "resourceRules": with("resources", &["verbs", "apiGroups", "resources", "resourceNames"]),
        "nonResourceRules": with("nonResourceURLs", &["verbs", "nonResourceURLs"]),
        "incomplete": false,
    });
    if let Some(errors) = errors {
        put(&mut status, "evaluationError", errors);
    }
    // Of what was sent nothing comes back.
    let kind = &ask.place.kind;
    let review = json!({
        "kind": kind.kind, "apiVersion": kind.api_version(), "metadata": {}, "spec": {}, "status": status,
    });
    ask.object(201, &review)
}
