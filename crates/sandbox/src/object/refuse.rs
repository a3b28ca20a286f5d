//! A value of a wrong type is refused, in Go's words.

use serde_json::Value;

use crate::schema::{Scalar, Shape, Typed};

/// In whose words a wrong type is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Those of Go's `encoding/json`.
    Json,
    /// Those of apimachinery's converter, through which strategic merge patches go.
    Converter,
}

/// Where in the document: the struct and Go's path, without indices.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    pub(super) wording: Wording,
}

impl At<'_> {
    /// Bytes that are none.
    pub(super) fn encoding(&self, why: &str) -> String {
        let before = if self.wording == Wording::Converter { "error decoding from json: " } else { "" };
        format!("{before}{why}")
    }

    pub(super) fn mismatch(&self, value: &Value, shape: Typed<'_>) -> String {
        let scalar = match shape.shape() {
            Shape::Scalar(scalar) => Some(scalar),
            _ => None,
        };
        let reads_itself = scalar.is_some_and(Scalar::reads_itself);
        if self.wording == Wording::Converter && !reads_itself {
            return converted(value, shape);
        }
        let whole = matches!(scalar, Some(Scalar::Int32 | Scalar::Int64 | Scalar::IntOrString));
        let number = value.as_number().filter(|_| whole).map(|number| format!("number {number}"));
        let word = number.unwrap_or_else(|| word(value).to_owned());
        let go = scalar.filter(|_| reads_itself).map_or_else(|| shape.go(), |scalar| scalar.go().to_owned());
        if self.wording == Wording::Converter {
            return format!("json: cannot unmarshal {word} into Go value of type {go}");
        }
        format!("json: cannot unmarshal {word} into Go struct field {}.{} of type {go}", self.name, self.path)
    }
}

/// What encoding/json calls a JSON value.
pub(crate) fn word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// `fromUnstructured` in `k8s.io/apimachinery/pkg/runtime/converter.go`.
fn converted(value: &Value, shape: Typed<'_>) -> String {
    let from = match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    };
    let scalar = match shape.shape() {
        Shape::Map => return format!("cannot restore map from {from}"),
        Shape::List(_) | Shape::Scalar(Scalar::Bytes) => return format!("cannot restore slice from {from}"),
        Shape::Struct(_) => return format!("cannot restore struct from: {from}"),
        Shape::Any => return String::new(),
        Shape::Scalar(scalar) => scalar,
    };
    // What Go could convert, and JSON does not.
    match (from, scalar) {
        ("int64", Scalar::Text) | ("float64", Scalar::Int32 | Scalar::Int64) => {
            format!("cannot convert {from} to {}", shape.go())
        }
        _ => format!("unrecognized type: {}", scalar.go()),
    }
}
