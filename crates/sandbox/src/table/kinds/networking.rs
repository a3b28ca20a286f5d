//! What comes in from outside, and what may go where.

use serde_json::Value;

use super::cells::{list, optional, texts};
use super::services::balanced;
use super::workloads::selected;
use crate::object::text;
use crate::table::row::Row;

pub(super) fn ingress(row: &Row<'_>) -> Vec<Value> {
    let ports = if list(row.object, "/spec/tls").is_empty() { "80" } else { "80, 443" };
    vec![
        row.name(),
        optional(row.object, "/spec/ingressClassName", "<none>").into(),
        hosts(list(row.object, "/spec/rules")).into(),
        balanced(row.object).join(",").into(),
        ports.into(),
        row.age(),
    ]
}

pub(super) fn ingress_class(row: &Row<'_>) -> Vec<Value> {
    let default = row.text("/metadata/annotations/ingressclass.kubernetes.io~1is-default-class") == "true";
    let name = row.text("/metadata/name");
    let name = if default { format!("{name} (default)") } else { name.to_owned() };
    let parameters = match row.object.pointer("/spec/parameters") {
        None | Some(Value::Null) => "<none>".to_owned(),
        Some(parameters) => {
            let group = parameters.get("apiGroup").and_then(Value::as_str);
            let group = group.map(|group| format!(".{group}")).unwrap_or_default();
            format!("{}{group}/{}", text(parameters, "/kind"), text(parameters, "/name"))
        }
    };
    vec![name.into(), row.text("/spec/controller").into(), parameters.into(), row.age()]
}

pub(super) fn network_policy(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), selected(row, "/spec/podSelector"), row.age()]
}

/// One cell more than there are columns: so it is in the server.
pub(super) fn ip_address(row: &Row<'_>) -> Vec<Value> {
    let parent = match row.object.pointer("/spec/parentRef") {
        None | Some(Value::Null) => "<none>".to_owned(),
        Some(parent) => {
            let part = |field: &str| text(parent, field).to_owned();
            let resource = match part("/group") {
                group if group.is_empty() => part("/resource"),
                group => format!("{}.{group}", part("/resource")),
            };
            let namespace = match part("/namespace") {
                namespace if namespace.is_empty() => namespace,
                namespace => format!("/{namespace}"),
            };
            format!("{}{namespace}/{}", resource.to_lowercase(), part("/name"))
        }
    };
    vec![row.name(), parent.into(), row.age()]
}

pub(super) fn service_cidr(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), texts(row.object, "/spec/cidrs").join(",").into(), row.age()]
}

/// The hosts of the first rules; how many more there are counts all rules, also those of any host.
fn hosts(rules: &[Value]) -> String {
    const MOST: usize = 3;
    let named =
        || rules.iter().map(|rule| text(rule, "/host")).enumerate().filter(|(_, host)| !host.is_empty());
    let shown: Vec<&str> = named().take(MOST).map(|(_, host)| host).collect();
    let full = named().nth(MOST - 1).map(|(index, _)| index);
    match full {
        _ if shown.is_empty() => "*".to_owned(),
        Some(index) if index + 1 < rules.len() => {
            format!("{} + {} more...", shown.join(","), rules.len() - MOST)
        }
        _ => shown.join(","),
    }
}
