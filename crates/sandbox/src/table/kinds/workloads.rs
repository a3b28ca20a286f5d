//! What keeps pods going.

use serde_json::Value;

use super::cells::{containers, flag, int, labels, list, or_none, selector};
use crate::object::text;
use crate::table::columns::{AGE, Column, NAMED, typed};
use crate::table::row::Row;

/// Those of a `Scale`, which no list tells.
pub(super) static SCALE: [Column; 4] = [
    typed("Name", "string", "", NAMED),
    typed("Desired", "integer", "", "replicas is the desired number of instances for the scaled object."),
    typed(
        "Available",
        "integer",
        "",
        "replicas is the actual number of observed instances of the scaled object.",
    ),
    AGE,
];

pub(super) fn scale(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), count(row, "/spec/replicas"), count(row, "/status/replicas"), row.age()]
}

pub(super) fn deployment(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = containers(row.object.pointer("/spec/template"));
    vec![
        row.name(),
        ready(row),
        count(row, "/status/updatedReplicas"),
        count(row, "/status/availableReplicas"),
        row.age(),
        names,
        images,
        selector(row.object.pointer("/spec/selector")).into(),
    ]
}

pub(super) fn stateful_set(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = containers(row.object.pointer("/spec/template"));
    vec![row.name(), ready(row), row.age(), names, images]
}

pub(super) fn replica_set(row: &Row<'_>) -> Vec<Value> {
    replicas(row, selected(row, "/spec/selector"))
}

pub(super) fn replication_controller(row: &Row<'_>) -> Vec<Value> {
    replicas(row, labels(row.object.pointer("/spec/selector")).into())
}

pub(super) fn daemon_set(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = containers(row.object.pointer("/spec/template"));
    vec![
        row.name(),
        count(row, "/status/desiredNumberScheduled"),
        count(row, "/status/currentNumberScheduled"),
        count(row, "/status/numberReady"),
        count(row, "/status/updatedNumberScheduled"),
        count(row, "/status/numberAvailable"),
        labels(row.object.pointer("/spec/template/spec/nodeSelector")).into(),
        row.age(),
        names,
        images,
        selected(row, "/spec/selector"),
    ]
}

pub(super) fn controller_revision(row: &Row<'_>) -> Vec<Value> {
    let owners = list(row.object, "/metadata/ownerReferences");
    let controller = owners.iter().find(|owner| flag(owner, "/controller")).map(|owner| {
        let (kind, name) = (text(owner, "/kind").to_lowercase(), text(owner, "/name"));
        match text(owner, "/apiVersion").rsplit_once('/') {
            Some((group, _)) => format!("{kind}.{group}/{name}"),
            None => format!("{kind}/{name}"),
        }
    });
    let controller = controller.unwrap_or_else(|| "<none>".to_owned());
    vec![row.name(), controller.into(), count(row, "/revision"), row.age()]
}

fn count(row: &Row<'_>, pointer: &str) -> Value {
    int(row.object, pointer).into()
}

fn ready(row: &Row<'_>) -> Value {
    let (ready, wanted) = (int(row.object, "/status/readyReplicas"), int(row.object, "/spec/replicas"));
    format!("{ready}/{wanted}").into()
}

fn replicas(row: &Row<'_>, selector: Value) -> Vec<Value> {
    let [names, images] = containers(row.object.pointer("/spec/template"));
    vec![
        row.name(),
        count(row, "/spec/replicas"),
        count(row, "/status/replicas"),
        count(row, "/status/readyReplicas"),
        row.age(),
        names,
        images,
        selector,
    ]
}

pub(super) fn selected(row: &Row<'_>, pointer: &str) -> Value {
    or_none(&selector(row.object.pointer(pointer))).into()
}
