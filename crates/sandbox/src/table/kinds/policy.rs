//! How much of what there may be, and what goes first.

use serde_json::Value;

use super::cells::{condition, flag, int, optional};
use crate::object::text;
use crate::table::row::Row;

pub(super) fn disruption_budget(row: &Row<'_>) -> Vec<Value> {
    let bound = |field: &str| match row.object.pointer(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "N/A".to_owned(),
    };
    vec![
        row.name(),
        bound("/spec/minAvailable").into(),
        bound("/spec/maxUnavailable").into(),
        int(row.object, "/status/disruptionsAllowed").into(),
        row.age(),
    ]
}

pub(super) fn quota(row: &Row<'_>) -> Vec<Value> {
    let hard = row.object.pointer("/status/hard").and_then(Value::as_object);
    let used = row.object.pointer("/status/used");
    let mut hard: Vec<(&String, &Value)> = hard.into_iter().flatten().collect();
    hard.sort_by_key(|(resource, _)| *resource);
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in hard {
        let used = used.and_then(|used| used.get(resource)).and_then(Value::as_str).unwrap_or("0");
        let column = if resource.starts_with("limits.") { &mut limits } else { &mut requests };
        column.push(format!("{resource}: {used}/{}", hard.as_str().unwrap_or_default()));
    }
    vec![row.name(), requests.join(", ").into(), limits.join(", ").into(), row.age()]
}

pub(super) fn priority_class(row: &Row<'_>) -> Vec<Value> {
    vec![
        row.name(),
        int(row.object, "/value").into(),
        flag(row.object, "/globalDefault").into(),
        row.age(),
        row.text("/preemptionPolicy").into(),
    ]
}

pub(super) fn flow_schema(row: &Row<'_>) -> Vec<Value> {
    let dangling = condition(row.object, "Dangling").map_or("?", |condition| text(condition, "/status"));
    vec![
        row.name(),
        row.text("/spec/priorityLevelConfiguration/name").into(),
        precedence(row.object).into(),
        optional(row.object, "/spec/distinguisherMethod/type", "<none>").into(),
        row.age(),
        dangling.into(),
    ]
}

/// A list of flow schemas is in the order in which requests are matched.
pub(super) fn sort_flow_schemas(schemas: &mut [&Value]) {
    schemas.sort_by_key(|schema| (precedence(schema), text(schema, "/metadata/name")));
}

pub(super) fn priority_level(row: &Row<'_>) -> Vec<Value> {
    let queuing = |field: &str| number(row, &format!("/spec/limited/limitResponse/queuing/{field}"));
    vec![
        row.name(),
        row.text("/spec/type").into(),
        number(row, "/spec/limited/nominalConcurrencyShares"),
        queuing("queues"),
        queuing("handSize"),
        queuing("queueLengthLimit"),
        row.age(),
    ]
}

fn precedence(schema: &Value) -> i64 {
    int(schema, "/spec/matchingPrecedence")
}

fn number(row: &Row<'_>, pointer: &str) -> Value {
    row.object.pointer(pointer).cloned().unwrap_or_else(|| "<none>".into())
}
