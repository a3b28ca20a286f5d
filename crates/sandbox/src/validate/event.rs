//! Events. The core group takes old ones, which say little; `events.k8s.io` new ones alone, and keeps all of them as they are but for their series.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/core/validation/events.go`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::{meta, text};
use crate::registry::{Kind, event};

/// The most characters of what happened, and of who says so.
const SHORT: usize = 128;
const NOTE: usize = 1024;

/// What never changes, in the server's order.
const FIXED: [&str; 13] = [
    "involvedObject",
    "reason",
    "message",
    "source",
    "firstTimestamp",
    "lastTimestamp",
    "count",
    "type",
    "eventTime",
    "action",
    "related",
    "reportingComponent",
    "reportingInstance",
];

pub(super) fn create(kind: &Kind, object: &Value) -> Vec<Fault> {
    old_form(kind, &core(kind, object))
}

/// What `events.k8s.io` asks beyond that.
pub(super) fn new_form(object: &Value) -> Vec<Fault> {
    let own = event(object.clone());
    let mut faults = Vec::new();
    if text(&own, "/eventTime").is_empty() {
        faults.push(Fault::required("eventTime", ""));
    }
    let kind = text(&own, "/type");
    if !matches!(kind, "Normal" | "Warning") {
        faults.push(Fault::invalid("type", "", format!("has invalid value: {kind}")));
    }
    let said = |field: &str| match own.get(field) {
        Some(Value::Object(fields)) => fields.values().any(|value| value != ""),
        Some(Value::Number(count)) => count.as_i64() != Some(0),
        Some(other) => !other.is_null(),
        None => false,
    };
    let olds = ["firstTimestamp", "lastTimestamp", "count", "source"].into_iter().filter(|field| said(field));
    faults.extend(olds.map(|field| Fault::invalid(field, "", "needs to be unset")));
    faults
}

pub(super) fn update(kind: &Kind, object: &Value, old: &Value) -> Vec<Fault> {
    let (own, was) = (core(kind, object), core(kind, old));
    let mut faults = old_form(kind, &own);
    if kind.twin {
        for field in FIXED.into_iter().filter(|field| own.get(field) != was.get(field)) {
            let shown = shown(field, own.get(field).unwrap_or(&Value::Null));
            faults.push(Fault::invalid_value(called(kind, field), shown, "field is immutable"));
        }
    }
    faults
}

/// An event in the core group's words, in which the server judges those of both.
fn core<'o>(kind: &Kind, object: &'o Value) -> Cow<'o, Value> {
    if kind.twin { Cow::Owned(event(object.clone())) } else { Cow::Borrowed(object) }
}

/// One field has the name of the group that is asked.
fn called<'f>(kind: &Kind, field: &'f str) -> &'f str {
    if kind.twin && field == "reportingComponent" { "reportingController" } else { field }
}

/// What is asked of all. Those without a time of their own are of the old form, which has none of the rest.
fn old_form(kind: &Kind, object: &Value) -> Vec<Fault> {
    let (own, named) = (meta(object, "namespace"), Part::of(object, "involvedObject").field("namespace"));
    let is_new = !text(object, "/eventTime").is_empty();
    let fits = match named.text() {
        "" => own == "default" || is_new && own == "kube-system",
        other => other == own || is_new,
    };
    let wrong = || Fault::invalid(&named.path, named.text(), "does not match event.namespace");
    let mut faults = if fits { Vec::new() } else { vec![wrong()] };
    if !is_new {
        return faults;
    }
    let controller = text(object, "/reportingComponent");
    let path = called(kind, "reportingComponent");
    if controller.is_empty() {
        faults.push(Fault::required(path, ""));
    }
    faults.extend(names::label_key(controller).into_iter().map(|why| Fault::invalid(path, controller, why)));
    let mut bounded = |field: &str, required: bool, most: usize| {
        let said = object.get(field).and_then(Value::as_str).unwrap_or_default();
        if required && said.is_empty() {
            faults.push(Fault::required(field, ""));
        }
        if said.len() > most {
            faults.push(Fault::invalid(field, "", format!("can have at most {most} characters")));
        }
    };
    for field in ["reportingInstance", "action", "reason"] {
        bounded(field, true, SHORT);
    }
    bounded("message", false, NOTE);
    faults
}

/// A value as Go shows it: whole structures with the names that they have there.
fn shown(field: &str, value: &Value) -> String {
    let names: &[(&str, &str)] = match field {
        "involvedObject" | "related" => &[
            ("Kind", "kind"),
            ("Namespace", "namespace"),
            ("Name", "name"),
            ("UID", "uid"),
            ("APIVersion", "apiVersion"),
            ("ResourceVersion", "resourceVersion"),
            ("FieldPath", "fieldPath"),
        ],
        "source" => &[("Component", "component"), ("Host", "host")],
        "reason" | "message" | "type" | "action" | "reportingComponent" | "reportingInstance"
            if value.is_null() =>
        {
            return "\"\"".to_owned();
        }
        "count" if value.is_null() => return "0".to_owned(),
        _ => return value.to_string(),
    };
    if value.is_null() {
        return "null".to_owned();
    }
    let fields = names.iter().map(|(name, own)| {
        let value = value.get(own).cloned().unwrap_or_else(|| "".into());
        ((*name).to_owned(), value)
    });
    json!(fields.collect::<Map<_, _>>()).to_string()
}
