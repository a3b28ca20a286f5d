//! Objects as the server shows them to people: `as=Table`.
//!
//! Source: `k8s.io/apiserver/pkg/endpoints/handlers`, `asTable`.

mod age;
mod columns;

use bytes::Bytes;
use kubewire::Now;
use serde_json::{Value, json};

use crate::registry::Kind;
use crate::verbs::metadata_of;
use crate::wire::{Problem, Refusal, encode};
use columns::Column;

/// What of each object comes along with its row.
#[derive(Clone, Copy, Debug)]
enum Include {
    Nothing,
    Metadata,
    Whole,
}

/// How the objects of one kind become rows.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: &'static [Column],
    include: Include,
    kind: String,
    api_version: String,
    /// A watch says its columns once.
    said: bool,
}

/// Whether the sandbox knows what a kind's tables show. Of a kind that it does not know it has none: whoever can do with the objects gets them.
pub(crate) fn is_known(kind: &Kind) -> bool {
    columns::of(kind).is_some()
}

impl Table {
    /// As `includeObject` wants it. It is looked at once all is done: as in the real server, a write that it refuses has been written.
    ///
    /// # Errors
    /// 400.
    pub(crate) fn new(kind: &Kind, include: &str) -> Result<Self, Refusal> {
        let include = match include {
            "" | "Metadata" => Include::Metadata,
            "None" => Include::Nothing,
            "Object" => Include::Whole,
            other => {
                let quoted = crate::object::quote(other);
                return Err(Problem::bad_request(format!(
                    "Unable to convert to Table as requested: includeObject: Invalid value: {quoted}: must be 'Metadata', 'Object', 'None', or empty"
                ))
                .into());
            }
        };
        let columns = columns::of(kind).unwrap_or_default();
        Ok(Self { columns, include, kind: kind.kind.clone(), api_version: kind.api_version(), said: false })
    }

    /// A whole answer. A Status is left as it is.
    pub(crate) fn answer(mut self, body: &Bytes, now: Now) -> Option<Bytes> {
        let value: Value = serde_json::from_slice(body).ok()?;
        if value.get("kind").and_then(Value::as_str) == Some("Status") {
            return None;
        }
        let table = match value.get("items").and_then(Value::as_array) {
            Some(items) => self.table(value.get("metadata"), items, now),
            None => self.of_one(&value, now),
        };
        Some(encode(&table))
    }

    /// The object of an event.
    pub(crate) fn of_one(&mut self, object: &Value, now: Now) -> Value {
        let version = object.get("metadata").and_then(|metadata| metadata.get("resourceVersion"));
        let metadata = version.map(|version| json!({"resourceVersion": version}));
        self.table(metadata.as_ref(), std::slice::from_ref(object), now)
    }

    fn table(&mut self, metadata: Option<&Value>, objects: &[Value], now: Now) -> Value {
        let definitions = || self.columns.iter().map(Column::definition).collect();
        let definitions: Value = if self.said { Value::Null } else { definitions() };
        self.said = true;
        let rows: Vec<Value> = objects.iter().map(|object| self.row(object, now)).collect();
        json!({
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata.cloned().unwrap_or_else(|| json!({})),
            "columnDefinitions": definitions, "rows": rows,
        })
    }

    fn row(&self, object: &Value, now: Now) -> Value {
        let cells: Vec<Value> = self.columns.iter().map(|column| column.cell(object, now)).collect();
        let object = match self.include {
            Include::Nothing => Value::Null,
            Include::Metadata => metadata_of(object),
            Include::Whole => {
                let mut object = object.clone();
                // Those of a list do not say what they are.
                crate::object::put(&mut object, "kind", self.kind.as_str());
                crate::object::put(&mut object, "apiVersion", self.api_version.as_str());
                object
            }
        };
        json!({"cells": cells, "object": object})
    }
}
