//! Certificates, and who wants them.

use serde_json::Value;

use super::cells::{labels, list, or_none};
use crate::object::text;
use crate::table::age::human;
use crate::table::row::Row;

pub(super) fn request(row: &Row<'_>) -> Vec<Value> {
    let lasting = row.object.pointer("/spec/expirationSeconds").and_then(Value::as_i64);
    vec![
        row.name(),
        row.age(),
        or_none(row.text("/spec/signerName")).into(),
        row.text("/spec/username").into(),
        lasting.map_or_else(|| "<none>".to_owned(), human).into(),
        condition(row).into(),
    ]
}

pub(super) fn bundle(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), or_none(row.text("/spec/signerName")).into()]
}

pub(super) fn of_pod(row: &Row<'_>) -> Vec<Value> {
    let kinds = list(row.object, "/status/conditions").iter().map(|condition| text(condition, "/type"));
    let state = kinds.rev().find(|kind| ["Issued", "Denied", "Failed"].contains(kind));
    vec![
        row.name(),
        row.text("/spec/podName").into(),
        row.text("/spec/serviceAccountName").into(),
        row.text("/spec/nodeName").into(),
        row.text("/spec/signerName").into(),
        state.unwrap_or("Pending").into(),
        labels(row.object.pointer("/spec/unverifiedUserAnnotations")).into(),
    ]
}

/// What has become of a request; a condition counts whatever its status is.
fn condition(row: &Row<'_>) -> String {
    let has =
        |kind: &str| list(row.object, "/status/conditions").iter().any(|own| text(own, "/type") == kind);
    let mut state = match () {
        () if has("Denied") => "Denied",
        () if has("Approved") => "Approved",
        () => "Pending",
    }
    .to_owned();
    if has("Failed") {
        state.push_str(",Failed");
    }
    if !row.text("/status/certificate").is_empty() {
        state.push_str(",Issued");
    }
    state
}
