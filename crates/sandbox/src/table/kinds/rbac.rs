//! Who is given which role.

use serde_json::Value;

use super::cells::list;
use crate::object::text;
use crate::table::row::Row;

pub(super) fn binding(row: &Row<'_>) -> Vec<Value> {
    let subjects = |kind: &str| {
        let own = list(row.object, "/subjects").iter().filter(|subject| text(subject, "/kind") == kind);
        let name = |subject| match kind {
            "ServiceAccount" => format!("{}/{}", text(subject, "/namespace"), text(subject, "/name")),
            _ => text(subject, "/name").to_owned(),
        };
        Value::from(own.map(name).collect::<Vec<_>>().join(", "))
    };
    let role = format!("{}/{}", row.text("/roleRef/kind"), row.text("/roleRef/name"));
    vec![row.name(), role.into(), row.age(), subjects("User"), subjects("Group"), subjects("ServiceAccount")]
}
