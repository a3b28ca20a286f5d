//! Devices, and who claims them.

use serde_json::Value;

use super::cells::{ago, is_deleted, list};
use crate::table::row::Row;

pub(super) fn claim(row: &Row<'_>) -> Vec<Value> {
    let allocated = row.object.pointer("/status/allocation").is_some_and(Value::is_object);
    let reserved = allocated && !list(row.object, "/status/reservedFor").is_empty();
    let states = [
        (is_deleted(row), "deleted"),
        (!allocated && !is_deleted(row), "pending"),
        (allocated, "allocated"),
        (reserved, "reserved"),
    ];
    let states: Vec<&str> = states.iter().filter(|(is, _)| *is).map(|(_, state)| *state).collect();
    vec![row.name(), states.join(",").into(), row.age()]
}

pub(super) fn slice(row: &Row<'_>) -> Vec<Value> {
    vec![
        row.name(),
        row.text("/spec/nodeName").into(),
        row.text("/spec/driver").into(),
        row.text("/spec/pool/name").into(),
        row.age(),
    ]
}

pub(super) fn taint_rule(row: &Row<'_>) -> Vec<Value> {
    let added = match row.text("/spec/taint/timeAdded") {
        "" => String::new(),
        _ => ago(row, "/spec/taint/timeAdded"),
    };
    let taint = |field: &str| Value::from(row.text(&format!("/spec/taint/{field}")));
    vec![row.name(), taint("key"), taint("value"), taint("effect"), added.into(), row.age()]
}
