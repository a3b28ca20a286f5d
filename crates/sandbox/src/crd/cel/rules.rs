//! Whether the rules of a definition are rules.
//!
//! Source: `validation.go` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`.

use serde_json::{Map, Value, json};

use super::bill::Bill;
use super::compile::{compile, rules};
use super::cost::{smallest, times};
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
    walk(schema, place, &mut |spot| form(spot.schema, spot.place, &mut found));
    if found.is_empty() {
        let functions = Functions::all();
        let mut bill = Bill::default();
        with_stack(|| {
            walk(schema, place, &mut |spot| types(spot, &functions, &mut bill, &mut found));
        });
        found.extend(bill.faults(place));
    }
    found
}

/// The first thing in a rule that the server knows alone.
pub(in super::super) fn unknown(schema: &Value) -> Option<String> {
    let (functions, mut found) = (Functions::all(), None);
    let mut look = |spot: &Spot<'_>| {
        let own = spot.own();
        let unknown = rules(spot.schema).find_map(|rule| compile(rule, &own, &functions).unknown.pop_first());
        found = found.take().or(unknown);
    };
    with_stack(|| walk(schema, "", &mut look));
    found.map(|what| format!("a rule that uses {what}"))
}

/// A schema on the spine of another.
struct Spot<'s> {
    schema: &'s Value,
    place: &'s str,
    root: bool,
    /// How often there can be such a thing in an object; `None` where nobody says how large the lists and maps around it are.
    count: Option<u64>,
    /// What is above it whose parts cannot be told from those that were there before.
    unrelated: Option<&'s str>,
}

impl Spot<'_> {
    /// The schema with what every object has.
    fn own(&self) -> Value {
        if self.root { value::rooted(self.schema) } else { self.schema.clone() }
    }
}

/// Visits a schema and all that it has on its spine.
fn walk(schema: &Value, place: &str, visit: &mut dyn FnMut(&Spot<'_>)) {
    fn inner(spot: &Spot<'_>, visit: &mut dyn FnMut(&Spot<'_>)) {
        visit(spot);
        let Spot { schema, place, count, unrelated, .. } = *spot;
        // The parts of what is one value are only known by it.
        let within = |kept: bool| unrelated.or(Some(place).filter(|_| !kept));
        let count = count.and_then(|count| Some(count.saturating_mul(most(schema)?)));
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, below) in properties.into_iter().flat_map(Map::iter) {
            let unrelated = within(text(schema, "/x-kubernetes-map-type") != "atomic");
            let place = &format!("{place}.properties[{name}]");
            inner(&Spot { schema: below, place, root: false, count, unrelated }, visit);
        }
        for name in ["items", "additionalProperties"] {
            if let Some(below) = schema.get(name).filter(|below| below.is_object()) {
                let unrelated = within(name != "items" || text(schema, "/x-kubernetes-list-type") == "map");
                let place = &format!("{place}.{name}");
                inner(&Spot { schema: below, place, root: false, count, unrelated }, visit);
            }
        }
    }
    inner(&Spot { schema, place, root: true, count: Some(1), unrelated: None }, visit);
}

/// How many of what is below it a schema lets be; `None` where it does not say.
fn most(schema: &Value) -> Option<u64> {
    let field = match text(schema, "/type") {
        "array" => "maxItems",
        "object" if schema.get("additionalProperties").is_some_and(|values| !values.is_null()) => {
            "maxProperties"
        }
        _ => return Some(1),
    };
    let number = schema.get(field).filter(|number| !number.is_null())?;
    Some(number.as_u64().unwrap_or_default())
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
fn types(spot: &Spot<'_>, functions: &Functions, bill: &mut Bill, faults: &mut Vec<Fault>) {
    let Spot { schema, place, .. } = *spot;
    let own = spot.own();
    for (at, rule) in rules(schema).enumerate() {
        let place = |field: &str| format!("{place}.x-kubernetes-validations[{at}].{field}");
        let compiled = compile(rule, &own, functions);
        let [cost, message] = compiled.costs;
        let often = spot.count.unwrap_or_else(|| smallest(&own).map_or(0, times));
        faults.extend(bill.add(&place("rule"), "estimated rule cost", cost.saturating_mul(often)));
        if !text(rule, "/messageExpression").is_empty() && compiled.wrong.is_empty() {
            let what = "estimated messageExpression cost";
            faults.extend(bill.add(&place("messageExpression"), what, message));
        }
        for (field, why) in compiled.wrong {
            faults.push(Fault::invalid_value(&place(field), shown(rule), why));
        }
        if let Some(above) = spot.unrelated.filter(|_| compiled.uses_old) {
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
