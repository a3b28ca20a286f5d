//! From a body to an object of its type: what Go's decoder takes, drops, fills in and refuses.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD};
use serde_json::{Map, Value};

use super::json::Parsed;
use super::quote;
use super::shape::{Shape, Struct};
use super::shapes;
use crate::registry::Kind;

/// An object of its type.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) object: Value,
    /// What strict decoding tells: `unknown field "spec.foo"`, `duplicate field "data.a"`.
    pub(crate) strict: Vec<String>,
}

/// Reads an object of a kind.
///
/// # Errors
/// Go's words: `json: cannot unmarshal number into Go struct field ConfigMap.data of type string`.
pub(crate) fn decode(kind: &Kind, parsed: Parsed, wording: Wording) -> Result<Decoded, String> {
    let shape = shapes::of(&kind.group, &kind.kind);
    let root = if shape.name.is_empty() { kind.kind.as_str() } else { shape.name };
    let mut walk = Walk { wording, strict: Vec::new(), root };
    let mut object =
        walk.structure(parsed.value, shape, "", "")?.unwrap_or_else(|| Value::Object(Map::new()));
    if let Value::Object(fields) = &mut object {
        fields.insert("kind".into(), kind.kind.as_str().into());
        fields.insert("apiVersion".into(), kind.api_version().into());
    }
    // sigs.k8s.io/json tells duplicates and unknown fields as it meets them; here the duplicates come first.
    let mut strict: Vec<_> =
        parsed.duplicates.iter().map(|path| format!("duplicate field {}", quote(path))).collect();
    strict.append(&mut walk.strict);
    Ok(Decoded { object, strict })
}

/// In whose words a wrong type is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Those of Go's `encoding/json`.
    Json,
    /// Those of apimachinery's converter, through which strategic merge patches go.
    Converter,
}

struct Walk<'k> {
    wording: Wording,
    strict: Vec<String>,
    /// The name of the outermost type.
    root: &'k str,
}

/// Where in the document: the struct and Go's path, without indices.
#[derive(Clone, Copy)]
struct At<'a> {
    name: &'a str,
    path: &'a str,
    wording: Wording,
}

impl Walk<'_> {
    /// `None` where there is nothing: `null`. `go_path` has no indices, `path` has.
    fn structure(
        &mut self,
        value: Value,
        shape: &Struct,
        go_path: &str,
        path: &str,
    ) -> Result<Option<Value>, String> {
        let Value::Object(fields) = value else { return Ok(None) };
        let name = if shape.name.is_empty() { self.root.to_owned() } else { shape.name.to_owned() };
        let mut out = Map::new();
        for (field, value) in fields {
            let inner = join(path, &field);
            match shape.field(&field) {
                Some(known) => {
                    let go_inner = join(go_path, &field);
                    let at = At { name: &name, path: &go_inner, wording: self.wording };
                    if let Some(value) = self.value(value, known, at, &inner)? {
                        out.insert(field, value);
                    }
                }
                None if shape.open => {
                    if !value.is_null() {
                        out.insert(field, value);
                    }
                }
                None => self.strict.push(format!("unknown field {}", quote(&inner))),
            }
        }
        Ok(Some(Value::Object(out)))
    }

    /// `None` where Go writes nothing: `null`, and what is empty.
    fn value(&mut self, value: Value, shape: Shape, at: At<'_>, path: &str) -> Result<Option<Value>, String> {
        if value.is_null() {
            return Ok(None);
        }
        Ok(match (shape, value) {
            (Shape::Any, value) => Some(value),
            (Shape::Text, Value::String(text)) => Some(text).filter(|text| !text.is_empty()).map(Value::from),
            (Shape::Flag, Value::Bool(flag)) => Some(flag.into()),
            (Shape::Int64, Value::Number(number)) => match number.as_i64() {
                Some(number) => Some(number.into()),
                None => return Err(at.mismatch(&Value::Number(number), "int64")),
            },
            (Shape::Time, Value::String(text)) => time(&text)?,
            (Shape::Texts, Value::Object(map)) => texts(map, at)?,
            (Shape::Bytes, Value::Object(map)) => bytes(map, at)?,
            (Shape::TextList, Value::Array(items)) => text_list(items, at)?,
            (Shape::Struct(inner), Value::Object(map)) => {
                let name = if inner.name.is_empty() { at.name } else { inner.name };
                debug_assert!(!name.is_empty());
                self.structure(Value::Object(map), inner, at.path, path)?
            }
            (Shape::List(inner), Value::Array(items)) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    if !item.is_object() && !item.is_null() {
                        return Err(at.mismatch(&item, inner.go));
                    }
                    let path = format!("{path}[{index}]");
                    let item = self.structure(item, inner, at.path, &path)?;
                    list.push(item.unwrap_or_else(|| Value::Object(Map::new())));
                }
                // Whoever says that nobody owns anything is heard.
                let said = !list.is_empty() || inner.name == "ManagedFieldsEntry";
                Some(list).filter(|_| said).map(Value::from)
            }
            (shape, other) => return Err(at.mismatch(&other, go_type(shape))),
        })
    }
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

fn texts(map: Map<String, Value>, at: At<'_>) -> Result<Option<Value>, String> {
    let mut out = Map::new();
    for (key, value) in map {
        let text = match value {
            Value::String(text) => text,
            // Go's zero value.
            Value::Null => String::new(),
            other => return Err(at.mismatch(&other, "string")),
        };
        out.insert(key, text.into());
    }
    Ok(Some(out).filter(|map| !map.is_empty()).map(Value::Object))
}

fn bytes(map: Map<String, Value>, at: At<'_>) -> Result<Option<Value>, String> {
    let mut out = Map::new();
    for (key, value) in map {
        let text = match value {
            Value::String(text) => canonical(&text).map_err(|why| at.encoding(&why))?,
            Value::Null => String::new(),
            other => return Err(at.mismatch(&other, "[]uint8")),
        };
        out.insert(key, text.into());
    }
    Ok(Some(out).filter(|map| !map.is_empty()).map(Value::Object))
}

/// Go's `base64.StdEncoding` does not mind bits that are too many.
const STANDARD: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// Go's `base64.StdEncoding`, which passes over line ends, and says at which byte it fails.
fn canonical(text: &str) -> Result<String, String> {
    let plain: String = text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let decoded = STANDARD.decode(&plain).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _) => at,
            _ => plain.len() / 4 * 4,
        };
        format!("illegal base64 data at input byte {at}")
    })?;
    Ok(STANDARD.encode(decoded))
}

fn text_list(items: Vec<Value>, at: At<'_>) -> Result<Option<Value>, String> {
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        list.push(match item {
            Value::String(text) => Value::String(text),
            Value::Null => Value::String(String::new()),
            other => return Err(at.mismatch(&other, "string")),
        });
    }
    Ok(Some(list).filter(|list| !list.is_empty()).map(Value::from))
}

/// A time, in whole seconds and UTC, as Go writes it again.
fn time(text: &str) -> Result<Option<Value>, String> {
    let quoted = quote(text);
    let read: Result<kubewire::Time, _> = serde_json::from_value(Value::from(text));
    let failed = |_| {
        format!("parsing time {quoted} as \"2006-01-02T15:04:05Z07:00\": cannot parse {quoted} as \"2006\"")
    };
    Ok(Some(read.map_err(failed)?.to_string().into()))
}

fn go_type(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "string",
        Shape::Flag => "bool",
        Shape::Int64 => "int64",
        Shape::Texts => "map[string]string",
        Shape::Bytes => "map[string][]uint8",
        Shape::TextList => "[]string",
        Shape::Time => "string",
        Shape::Struct(inner) => inner.go,
        Shape::List(inner) => match inner.name {
            "OwnerReference" => "[]v1.OwnerReference",
            _ => "[]v1.ManagedFieldsEntry",
        },
        Shape::Any => "interface {}",
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

impl At<'_> {
    fn encoding(&self, why: &str) -> String {
        let before = if self.wording == Wording::Converter { "error decoding from json: " } else { "" };
        format!("{before}{why}")
    }

    fn mismatch(&self, value: &Value, go: &str) -> String {
        if self.wording == Wording::Converter {
            return converted(value, go);
        }
        let number = value.as_number().filter(|_| go == "int64").map(|number| format!("number {number}"));
        let word = number.unwrap_or_else(|| word(value).to_owned());
        format!("json: cannot unmarshal {word} into Go struct field {}.{} of type {go}", self.name, self.path)
    }
}

/// `fromUnstructured` in `k8s.io/apimachinery/pkg/runtime/converter.go`.
fn converted(value: &Value, go: &str) -> String {
    let from = match value {
        Value::Null => "invalid",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    };
    if go.starts_with("map[") {
        return format!("cannot restore map from {from}");
    }
    if go.starts_with("[]") {
        return format!("cannot restore slice from {from}");
    }
    if go.starts_with("v1.") {
        return format!("cannot restore struct from: {from}");
    }
    // What Go could convert, and JSON does not.
    match (from, go) {
        ("int64", "string") | ("float64", "int64") => format!("cannot convert {from} to {go}"),
        _ => format!("unrecognized type: {go}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use serde_json::json;

    fn read(kind: &str, body: &Value) -> Result<Decoded, String> {
        let kind = Registry::new().by_kind("v1", kind).unwrap();
        decode(&kind, Parsed { value: body.clone(), duplicates: Vec::new() }, Wording::Json)
    }

    #[test]
    fn what_is_empty_is_dropped_and_nulls_become_zeroes() {
        let body = json!({"metadata": {"name": "a", "labels": {}, "annotations": null, "generateName": ""},
                          "data": {"x": null, "y": "z"}, "binaryData": {}, "immutable": false});
        let wanted = json!({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a"},
                            "data": {"x": "", "y": "z"}, "immutable": false});
        assert_eq!(read("ConfigMap", &body).unwrap().object, wanted);
    }

    #[test]
    fn what_is_unknown_is_told_and_dropped() {
        let body = json!({"metadata": {"nmae": 1, "ownerReferences": [{"zz": 1}]}, "spec": {"a": 1}});
        let decoded = read("Secret", &body).unwrap();
        assert_eq!(
            decoded.strict,
            [
                r#"unknown field "metadata.nmae""#,
                r#"unknown field "metadata.ownerReferences[0].zz""#,
                r#"unknown field "spec""#
            ]
        );
        // Of a kind whose type is not known nothing is.
        assert_eq!(read("Pod", &json!({"spec": {"a": 1}})).unwrap().object["spec"]["a"], 1);
    }

    #[test]
    fn wrong_types_fail_in_gos_words() {
        let cases = [
            (
                "ConfigMap",
                json!({"data": {"a": 1}}),
                "number into Go struct field ConfigMap.data of type string",
            ),
            (
                "ConfigMap",
                json!({"data": []}),
                "array into Go struct field ConfigMap.data of type map[string]string",
            ),
            (
                "Secret",
                json!({"metadata": {"labels": {"a": true}}}),
                "bool into Go struct field ObjectMeta.metadata.labels of type string",
            ),
            (
                "Secret",
                json!({"metadata": {"generation": 1.5}}),
                "number 1.5 into Go struct field ObjectMeta.metadata.generation of type int64",
            ),
        ];
        for (kind, body, wanted) in cases {
            let found = read(kind, &body).unwrap_err();
            assert_eq!(found, format!("json: cannot unmarshal {wanted}"));
        }
        assert_eq!(
            read("Secret", &json!({"data": {"a": "x!"}})).unwrap_err(),
            "illegal base64 data at input byte 1"
        );
    }
}
