//! What many printers have in common.

use serde_json::Value;

use crate::object::text;
use crate::select::query;
use crate::table::age::age;
use crate::table::row::Row;

/// The list at a JSON pointer; empty where there is none.
pub(super) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts in the list at a JSON pointer.
pub(super) fn texts<'v>(value: &'v Value, pointer: &str) -> Vec<&'v str> {
    list(value, pointer).iter().filter_map(Value::as_str).collect()
}

/// The number at a JSON pointer; 0 where there is none.
pub(super) fn int(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// The boolean at a JSON pointer; false where there is none.
pub(super) fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// A text, or what stands for one that is empty.
pub(super) fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.is_empty() { otherwise } else { text }
}

pub(super) fn or_none(text: &str) -> &str {
    or(text, "<none>")
}

/// The text at a JSON pointer, of a field that may be left out.
pub(super) fn optional<'v>(value: &'v Value, pointer: &str, otherwise: &'v str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or(otherwise)
}

/// A quantity, which is a pointer in Go.
pub(super) fn quantity<'v>(value: &'v Value, pointer: &str) -> &'v str {
    optional(value, pointer, "<nil>")
}

/// How long the time at a JSON pointer is past.
pub(super) fn ago(row: &Row<'_>, pointer: &str) -> String {
    age(row.text(pointer), row.now)
}

/// When an object was made, as a time.
pub(super) fn created(row: &Row<'_>) -> Value {
    or(row.text("/metadata/creationTimestamp"), "0001-01-01T00:00:00Z").into()
}

pub(super) fn is_deleted(row: &Row<'_>) -> bool {
    row.object.pointer("/metadata/deletionTimestamp").is_some_and(|time| !time.is_null())
}

/// The condition of this type.
pub(super) fn condition<'v>(value: &'v Value, kind: &str) -> Option<&'v Value> {
    list(value, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind)
}

pub(super) fn is_true(condition: &Value) -> bool {
    text(condition, "/status") == "True"
}

/// The names and the images of the containers of the pods that a template makes.
pub(super) fn containers(template: Option<&Value>) -> [Value; 2] {
    let containers = template.map(|template| list(template, "/spec/containers")).unwrap_or_default();
    let all = |field: &str| {
        let texts: Vec<&str> = containers.iter().map(|container| text(container, field)).collect();
        Value::from(texts.join(","))
    };
    [all("/name"), all("/image")]
}

/// A map of labels, sorted.
pub(super) fn labels(map: Option<&Value>) -> String {
    let mut labels: Vec<String> = entries(map, "=");
    labels.sort();
    or_none(&labels.join(",")).to_owned()
}

/// A map's entries, with this between their names and values.
pub(super) fn entries(map: Option<&Value>, between: &str) -> Vec<String> {
    let map = map.and_then(Value::as_object);
    let entry = |(name, value): (&String, &Value)| {
        [name.as_str(), between, value.as_str().unwrap_or_default()].concat()
    };
    map.into_iter().flatten().map(entry).collect()
}

/// A label selector as a query; empty where it selects everything, or nothing.
pub(super) fn selector(selector: Option<&Value>) -> String {
    selector.map(query).unwrap_or_default()
}

/// The first `most` of the texts, and how many more there are.
pub(super) fn some(texts: &[String], most: usize) -> String {
    let shown = texts.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(",");
    match texts.len().checked_sub(most) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} + {more} more..."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_are_sorted() {
        assert_eq!(labels(Some(&json!({"b": "2", "a": ""}))), "a=,b=2");
        assert_eq!(labels(None), "<none>");
    }

    #[test]
    fn what_is_too_long_is_counted() {
        let texts = ["a", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(some(&texts, 3), "a,b,c + 2 more...");
        assert_eq!(some(&texts, 5), "a,b,c,d,e");
        assert_eq!(some(&[], 3), "");
    }
}
