//! Nodes, and who holds what.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cells::{condition, flag, is_true, list, or, or_none};
use crate::object::text;
use crate::table::row::Row;

pub(super) fn node(row: &Row<'_>) -> Vec<Value> {
    let mut status = match condition(row.object, "Ready") {
        None => "Unknown",
        Some(ready) if is_true(ready) => "Ready",
        Some(_) => "NotReady",
    }
    .to_owned();
    if flag(row.object, "/spec/unschedulable") {
        status.push_str(",SchedulingDisabled");
    }
    let info = |field: &str| row.text(&format!("/status/nodeInfo/{field}"));
    let known = |field: &str| or(info(field), "<unknown>").to_owned();
    let mut kernel = known("kernelVersion");
    if !info("architecture").is_empty() {
        kernel = format!("{kernel} ({})", info("architecture"));
    }
    vec![
        row.name(),
        status.into(),
        roles(row.object).into(),
        row.age(),
        info("kubeletVersion").into(),
        address(row.object, "InternalIP").into(),
        address(row.object, "ExternalIP").into(),
        known("osImage").into(),
        kernel.into(),
        known("containerRuntimeVersion").into(),
    ]
}

pub(super) fn lease(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), row.text("/spec/holderIdentity").into(), row.age()]
}

pub(super) fn runtime_class(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), row.text("/handler").into(), row.age()]
}

fn roles(node: &Value) -> String {
    let labels = node.pointer("/metadata/labels").and_then(Value::as_object);
    let role = |(key, value): (&'_ String, &'_ Value)| match key.strip_prefix("node-role.kubernetes.io/") {
        Some(role) => role.to_owned(),
        None if key == "kubernetes.io/role" => value.as_str().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    let roles: BTreeSet<String> =
        labels.into_iter().flatten().map(role).filter(|role| !role.is_empty()).collect();
    or_none(&roles.into_iter().collect::<Vec<_>>().join(",")).to_owned()
}

/// The first address of this type.
fn address<'o>(node: &'o Value, kind: &str) -> &'o str {
    let mut addresses = list(node, "/status/addresses").iter();
    addresses
        .find(|address| text(address, "/type") == kind)
        .map_or("<none>", |address| text(address, "/address"))
}
