//! What the API itself is made of.
//!
//! Source: the two servers that stand behind the API server, each with a printer of its own: `k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/tableconvertor`,
//! `k8s.io/kube-aggregator/pkg/registry/apiservice/etcd`.

use serde_json::Value;

use super::cells::{condition, created, flag, is_true, list, texts};
use crate::object::text;
use crate::table::row::Row;

pub(super) fn definition(row: &Row<'_>) -> Vec<Value> {
    let served = list(row.object, "/spec/versions").iter().filter(|version| flag(version, "/served"));
    let version =
        |version| [text(version, "/name"), if flag(version, "/storage") { "(storage)" } else { "" }].concat();
    let mut versions: Vec<String> = served.map(version).collect();
    versions.sort();
    vec![
        row.name(),
        row.text("/spec/scope").into(),
        versions.join(",").into(),
        created(row),
        row.text("/spec/group").into(),
        row.text("/spec/names/kind").into(),
        texts(row.object, "/spec/names/shortNames").join(",").into(),
        condition(row.object, "Established").is_some_and(is_true).into(),
    ]
}

pub(super) fn service(row: &Row<'_>) -> Vec<Value> {
    let service = match row.object.pointer("/spec/service") {
        None | Some(Value::Null) => "Local".to_owned(),
        Some(service) => format!("{}/{}", text(service, "/namespace"), text(service, "/name")),
    };
    let available = match condition(row.object, "Available") {
        None => "Unknown".to_owned(),
        Some(available) => match (text(available, "/status"), text(available, "/reason")) {
            (status @ "True", _) | (status, "") => status.to_owned(),
            (status, reason) => format!("{status} ({reason})"),
        },
    };
    vec![row.name(), service.into(), available.into(), row.age()]
}

pub(super) fn migration(row: &Row<'_>) -> Vec<Value> {
    let resource = match (row.text("/spec/resource/resource"), row.text("/spec/resource/group")) {
        (resource, "") => resource.to_owned(),
        (resource, group) => format!("{resource}.{group}"),
    };
    let conditions = list(row.object, "/status/conditions").iter().filter(|condition| is_true(condition));
    let mut states = conditions.map(|condition| text(condition, "/type")).rev();
    let state = states.find(|kind| ["Running", "Failed", "Succeeded"].contains(kind));
    vec![row.name(), resource.into(), state.unwrap_or("Unknown").into()]
}
