//! How objects are printed.

use kubewire::Object;
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::Failure;

/// JSON as kubectl indents it.
pub(crate) fn json(value: &Value) -> Result<String, Failure> {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    value.serialize(&mut serializer).map_err(Failure::new)?;
    String::from_utf8(out).map_err(Failure::new)
}

pub(crate) fn yaml(value: &Value) -> Result<String, Failure> {
    serde_saphyr::to_string(value).map_err(Failure::new)
}

/// Several objects as the one that kubectl prints.
pub(crate) fn list(objects: &[Object]) -> Result<Value, Failure> {
    let items = serde_json::to_value(objects).map_err(Failure::new)?;
    Ok(json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}))
}
