//! The API server's own view of objects: rows and columns.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Raw};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::prelude::*;
use crate::wire::Head;

/// Objects as the server shows them to people: what `kubectl get` prints. [`Op::table`](crate::Op::table) asks for it.
///
/// See [receiving resources as tables](https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// What the cells of each row mean, in their order.
    #[serde(default, rename = "columnDefinitions", deserialize_with = "super::null_as_default")]
    pub columns: Vec<Column>,
    /// One row an object.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub rows: Vec<Row>,
    /// Where the list stands, and goes on.
    #[serde(default, deserialize_with = "super::null_as_default")]
    pub metadata: TableMetadata,
}

/// One column of a [`Table`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Column {
    /// Its heading, such as `Ready`.
    pub name: String,
    /// Its OpenAPI type: `string`, `integer`, `date`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Its OpenAPI format; `name` marks the object's name.
    #[serde(default)]
    pub format: String,
    /// A sentence on what it means.
    #[serde(default)]
    pub description: String,
    /// 0 where it is always shown; higher ones where there is room (`-o wide`).
    #[serde(default)]
    pub priority: i32,
}

/// One row of a [`Table`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// A value a column: texts, numbers, `null`.
    #[serde(default)]
    pub cells: Vec<Value>,
    /// The object's metadata.
    #[serde(default)]
    pub object: super::Object,
}

/// Where a [`Table`] of a list stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "camelCase")]
pub struct TableMetadata {
    /// The version at which this was the list.
    #[serde(default)]
    pub resource_version: String,
    /// What gets the next page; empty at the end.
    #[serde(default, rename = "continue")]
    pub continue_token: String,
}

impl Answer for Table {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        let fail = |error| problem(draft.summary(), error);
        if Raw::<()>::from_json(body.clone()).text(&["kind"]).as_deref() != Some("Table") {
            // Servers that do not know the resource's columns answer the list itself.
            return Err(fail(DecodeError::new("kind", "this is no Table")));
        }
        DecodeError::catch(&body, "").map_err(fail)
    }
}
