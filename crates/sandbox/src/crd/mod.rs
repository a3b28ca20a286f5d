//! Custom resources: what their definitions say, and what becomes of these.
//!
//! Source: `k8s.io/apiextensions-apiserver`.

mod decode;
mod definition;
mod settle;
mod validate;

use std::sync::Arc;

use serde_json::Value;

use crate::schema::{self, Table, Typed, flag};

pub(crate) use decode::decode;
pub(crate) use definition::{create, defaults, refuse, unserved};
pub(crate) use settle::{CLEANUP, end, is_ending, settle};
pub(crate) use validate::{definition as validate_definition, validate, validate_status};

pub(crate) const GROUP: &str = "apiextensions.k8s.io";

/// What the definition of a kind says beyond its names.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    table: Arc<Table>,
    /// `openAPIV3Schema`.
    schema: Arc<Value>,
    /// Such as `widget`.
    pub(crate) singular: String,
    /// Such as `WidgetList`.
    pub(crate) list_kind: String,
    /// `additionalPrinterColumns`; null where there are none.
    #[cfg(feature = "tables")]
    pub(crate) columns: Value,
}

impl Custom {
    fn new(schema: Value, singular: &str, list_kind: &str) -> Self {
        Self {
            table: Arc::new(schema::custom(&schema)),
            schema: Arc::new(schema),
            singular: singular.to_owned(),
            list_kind: list_kind.to_owned(),
            #[cfg(feature = "tables")]
            columns: Value::Null,
        }
    }

    /// With the columns that a version says.
    #[cfg(feature = "tables")]
    fn showing(mut self, version: &Value) -> Self {
        self.columns = version.get("additionalPrinterColumns").cloned().unwrap_or_default();
        self
    }

    pub(crate) fn shape(&self) -> Typed<'_> {
        self.table.only()
    }
}

/// The schema of a property, or of the values of a map.
fn below<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    own.or_else(|| schema.get("additionalProperties").filter(|values| values.is_object()))
}
