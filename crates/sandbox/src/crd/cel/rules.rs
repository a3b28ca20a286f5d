//! Whether the rules of a definition are rules.
//!
//! Source: `validation.go` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`.

use serde_json::{Map, Value, json};

use super::compile::{compile, rules};
use super::declared::Functions;
use super::depth::with_stack;
use super::path::normal;
use super::value;
use crate::object::{as_go, text};
use crate::validate::Fault;

const REASONS: [&str; 4] =
    ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// What is wrong with the rules of a schema that is fine otherwise.
pub(in super::super) fn faults(schema: &Value, place: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    walk(schema, place, &mut |schema, place, _| form(schema, place, &mut found));
    if found.is_empty() {
        let functions = Functions::all();
        let mut unrelated = None;
        with_stack(|| {
            walk(schema, place, &mut |schema, place, root| {
                types(schema, place, root, &functions, &mut unrelated, &mut found);
            });
        });
    }
    found
}

/// The first thing in a rule that the server knows alone.
pub(in super::super) fn unknown(schema: &Value) -> Option<String> {
    let (functions, mut found) = (Functions::all(), None);
    let mut look = |schema: &Value, _: &str, root: bool| {
        let own = if root { value::rooted(schema) } else { schema.clone() };
        let unknown = rules(schema).find_map(|rule| compile(rule, &own, &functions).unknown.pop_first());
        found = found.take().or(unknown);
    };
    with_stack(|| walk(schema, "", &mut look));
    found.map(|what| format!("a rule that uses {what}"))
}

/// Visits a schema and all that it has on its spine.
fn walk(schema: &Value, place: &str, visit: &mut dyn FnMut(&Value, &str, bool)) {
    fn inner(schema: &Value, place: &str, root: bool, visit: &mut dyn FnMut(&Value, &str, bool)) {
        visit(schema, place, root);
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, below) in properties.into_iter().flat_map(Map::iter) {
            inner(below, &format!("{place}.properties[{name}]"), false, visit);
        }
        for name in ["items", "additionalProperties"] {
            if let Some(below) = schema.get(name).filter(|below| below.is_object()) {
                inner(below, &format!("{place}.{name}"), false, visit);
            }
        }
    }
    inner(schema, place, true, visit);
}

/// What is wrong with rules before they are looked into.
fn form(schema: &Value, place: &str, faults: &mut Vec<Fault>) {
    for (at, rule) in rules(schema).enumerate() {
        let place = |field: &str| format!("{place}.x-kubernetes-validations[{at}].{field}");
        let field = |name: &str| text(rule, &format!("/{name}"));
        let (own, message) = (field("rule").trim(), field("message").trim());
        let broken = |text: &str| text.contains(['\n', '\r']);
        if own.is_empty() {
            faults.push(Fault::required(&place("rule"), "rule is not specified"));
        } else if !field("message").is_empty() && message.is_empty() {
            faults.push(Fault::invalid(
                &place("message"),
                field("message"),
                "must be non-empty if specified",
            ));
        } else if broken(message) {
            faults.push(Fault::invalid(&place("message"), field("message"), "must not contain line breaks"));
        } else if broken(own) && message.is_empty() {
            let why = "message must be specified if rule contains line breaks";
            faults.push(Fault::required(&place("message"), why));
        }
        if !field("messageExpression").is_empty() && field("messageExpression").trim().is_empty() {
            let why = "messageExpression must be non-empty if specified";
            faults.push(Fault::required(&place("messageExpression"), why));
        }
        if rule.get("reason").is_some() && !REASONS.contains(&field("reason")) {
            let shown = crate::object::quote(field("reason"));
            faults.push(Fault::not_supported(&place("reason"), &shown, &REASONS));
        }
        let path = field("fieldPath");
        if !path.is_empty() {
            let mut invalid = |why: &str| faults.push(Fault::invalid(&place("fieldPath"), path, why));
            if path.trim().is_empty() {
                invalid("must be non-empty if specified");
            }
            if broken(path) {
                invalid("must not contain line breaks");
            }
            if normal(path, schema).is_none() {
                invalid("must be a valid path");
            }
        }
    }
}

/// What is wrong with rules once they are looked into.
fn types(
    schema: &Value,
    place: &str,
    root: bool,
    functions: &Functions,
    unrelated: &mut Option<String>,
    faults: &mut Vec<Fault>,
) {
    // The walk goes on below a list until its place is left again.
    if unrelated.as_deref().is_some_and(|above| !place.starts_with(above)) {
        *unrelated = None;
    }
    let own = if root { value::rooted(schema) } else { schema.clone() };
    for (at, rule) in rules(schema).enumerate() {
        let place = |field: &str| format!("{place}.x-kubernetes-validations[{at}].{field}");
        let compiled = compile(rule, &own, functions);
        for (field, why) in compiled.wrong {
            faults.push(Fault::invalid_value(&place(field), shown(rule), why));
        }
        if let Some(above) = unrelated.as_deref().filter(|_| compiled.uses_old) {
            let why =
                format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {above}");
            faults.push(Fault::invalid(&place("rule"), text(rule, "/rule"), why));
        }
        if let Some(said) = rule.get("optionalOldSelf").filter(|said| said.is_boolean() && !compiled.uses_old)
        {
            let why = "may not be set if oldSelf is not used in rule";
            faults.push(Fault::invalid_value(&place("optionalOldSelf"), said.to_string(), why));
        }
    }
    let related = schema.get("items").is_none() || text(schema, "/x-kubernetes-list-type") == "map";
    if !related && unrelated.is_none() {
        *unrelated = Some(format!("{place}.items"));
    }
}

/// A rule as Go shows it.
fn shown(rule: &Value) -> String {
    let field = |name: &str| rule.get(name).cloned().unwrap_or_else(|| json!(""));
    let or_null = |name: &str| rule.get(name).cloned().unwrap_or_default();
    let fields = [
        ("Rule", field("rule")),
        ("Message", field("message")),
        ("MessageExpression", field("messageExpression")),
        ("Reason", or_null("reason")),
        ("FieldPath", field("fieldPath")),
        ("OptionalOldSelf", or_null("optionalOldSelf")),
    ];
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("\"{name}\":{}", as_go(value))).collect();
    format!("{{{}}}", fields.join(","))
}
