//! What `get` shows of an answer: the server's table, or a plain one of those who have none.

use bytes::Bytes;
use kubewire::{Answer, Draft, Error, Head, Object, Table};
use serde_json::{Value, json};

use crate::failure::Failure;

/// A table. Servers that have none for a type, such as the sandbox and some extension servers, answer with the objects: these are shown in the
/// columns that the API server gives to types without columns of their own.
pub(crate) struct Shown(pub(crate) Table);

impl Answer for Shown {
    fn decode(draft: &Draft, head: &Head, body: Bytes) -> Result<Self, Error> {
        let table = Table::decode(draft, head, body.clone());
        table.map(Self).or_else(|no_table| {
            let objects = Object::decode(draft, head, body);
            objects.ok().and_then(|objects| Self::of(&objects).ok()).ok_or(no_table)
        })
    }
}

impl Shown {
    /// The table that an answer or an event's object is, or that is made of it.
    pub(crate) fn of(answer: &Object) -> Result<Self, Failure> {
        let mut value = serde_json::to_value(answer).map_err(Failure::new)?;
        if answer.kind != "Table" {
            value = plain(&value);
        }
        serde_json::from_value(value).map(Self).map_err(Failure::new)
    }
}

/// `rest.NewDefaultTableConvertor`'s columns.
fn plain(answer: &Value) -> Value {
    let list = answer["kind"].as_str().is_some_and(|kind| kind.ends_with("List"));
    let objects = match (&answer["items"], list) {
        (Value::Array(items), true) => items.as_slice(),
        (_, true) => &[],
        _ => std::slice::from_ref(answer),
    };
    let row = |object: &Value| {
        let metadata = &object["metadata"];
        json!({"cells": [metadata["name"], metadata["creationTimestamp"]], "object": {"metadata": metadata}})
    };
    let name = json!({"name": "Name", "type": "string", "format": "name"});
    let created = json!({"name": "Created At", "type": "date"});
    let rows: Vec<Value> = objects.iter().map(row).collect();
    json!({"kind": "Table", "columnDefinitions": [name, created], "rows": rows, "metadata": {
        "resourceVersion": answer["metadata"]["resourceVersion"].as_str().unwrap_or_default(),
        "continue": answer["metadata"]["continue"].as_str().unwrap_or_default(),
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_become_rows() {
        let table = |value: Value| {
            let object: Object = serde_json::from_value(value).unwrap();
            let Ok(Shown(table)) = Shown::of(&object) else { panic!("{object:?}") };
            let cells = table.rows.iter().map(|row| row.cells.clone());
            (table.metadata.continue_token, cells.collect::<Vec<_>>())
        };
        let pod = |name: &str| json!({"kind": "Pod", "metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"}});
        let row = |name: &str| vec![Value::from(name), "2026-01-01T00:00:00Z".into()];
        let items = json!([pod("a"), pod("b")]);
        let list = json!({"kind": "PodList", "metadata": {"continue": "c"}, "items": items});
        assert_eq!(table(list), ("c".to_owned(), vec![row("a"), row("b")]));
        assert_eq!(table(json!({"kind": "PodList", "metadata": {}, "items": null})), (String::new(), vec![]));
        assert_eq!(table(pod("a")), (String::new(), vec![row("a")]));
        let served = json!({"kind": "Table", "rows": [{"cells": ["x"], "object": {}}]});
        assert_eq!(table(served).1, [["x"]]);
    }
}
