//! Objects as the server shows them to people: `as=Table`.
//!
//! Source: `k8s.io/apiserver/pkg/endpoints/handlers`, `asTable`.

mod age;
mod columns;
#[cfg(feature = "tables")]
mod kinds;
mod printer;
mod row;

use bytes::Bytes;
use kubewire::Now;
use serde_json::{Value, json};

use crate::verbs::metadata_of;
use crate::wire::{Place, Problem, Refusal, encode};
use columns::Column;
use printer::Printer;
use row::Row;

pub(crate) use printer::is_known;

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
    printer: Printer,
    include: Include,
    kind: String,
    api_version: String,
    /// A watch says its columns once.
    said: bool,
}

impl Table {
    /// As `includeObject` wants it. It is looked at once all is done: as in the real server, a write that it refuses has been written.
    ///
    /// # Errors
    /// 400.
    pub(crate) fn new(place: &Place, include: &str) -> Result<Self, Refusal> {
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
        let kind = &place.kind;
        let (name, api_version) = (kind.kind.clone(), kind.api_version());
        Ok(Self { printer: Printer::of(place), include, kind: name, api_version, said: false })
    }

    /// A whole answer. A Status is left as it is.
    pub(crate) fn answer(mut self, body: &Bytes, now: Now) -> Option<Bytes> {
        let value: Value = serde_json::from_slice(body).ok()?;
        if value.get("kind").and_then(Value::as_str) == Some("Status") {
            return None;
        }
        let table = match value.get("items").and_then(Value::as_array) {
            Some(items) => self.of_list(value.get("metadata"), items, now),
            None => self.of_one(&value, now),
        };
        Some(encode(&table))
    }

    /// The object of an event.
    pub(crate) fn of_one(&mut self, object: &Value, now: Now) -> Value {
        let version = object.get("metadata").and_then(|metadata| metadata.get("resourceVersion"));
        let metadata = version.map_or_else(|| json!({}), |version| json!({"resourceVersion": version}));
        let row = self.row(&Row { object, list: &[], now });
        self.table(&metadata, Some(&[row]))
    }

    fn of_list(&mut self, metadata: Option<&Value>, list: &[Value], now: Now) -> Value {
        let mut objects: Vec<&Value> = list.iter().collect();
        if let Some(sort) = self.printer.sort {
            sort(&mut objects);
        }
        let rows: Vec<Value> =
            objects.into_iter().map(|object| self.row(&Row { object, list, now })).collect();
        let mut metadata = metadata.cloned().unwrap_or_else(|| json!({}));
        if let Some(fields) = metadata.as_object_mut() {
            // A list of custom resources says that nothing follows; a table does not.
            fields.retain(|name, value| name != "continue" || value != "");
        }
        self.table(&metadata, Some(&*rows).filter(|rows| !rows.is_empty() || !self.printer.null))
    }

    fn table(&mut self, metadata: &Value, rows: Option<&[Value]>) -> Value {
        let definitions = || self.printer.columns.iter().map(Column::definition).collect();
        let definitions: Value = if self.said { Value::Null } else { definitions() };
        self.said = true;
        json!({
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": definitions, "rows": rows,
        })
    }

    fn row(&self, row: &Row<'_>) -> Value {
        let mut shown = json!({"cells": self.printer.cells(row)});
        if let Some(conditions) = self.printer.conditions.and_then(|conditions| conditions(row.object)) {
            crate::object::put(&mut shown, "conditions", conditions);
        }
        let object = match self.include {
            Include::Nothing => Value::Null,
            Include::Metadata => {
                let mut metadata = metadata_of(row.object);
                if let Some(annotation) = self.printer.hidden {
                    hide(&mut metadata, annotation);
                }
                metadata
            }
            Include::Whole => {
                let mut object = row.object.clone();
                // Those of a list do not say what they are.
                if object.get("kind").is_none() {
                    crate::object::put(&mut object, "kind", self.kind.as_str());
                    crate::object::put(&mut object, "apiVersion", self.api_version.as_str());
                }
                object
            }
        };
        crate::object::put(&mut shown, "object", object);
        shown
    }
}

/// Takes out an annotation, and what is then empty.
fn hide(object: &mut Value, annotation: &str) {
    let Some(metadata) = crate::object::meta_mut(object) else { return };
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.remove(annotation);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}
