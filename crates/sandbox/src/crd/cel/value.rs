//! What an expression sees of an object: the type of a schema, and values of it.
//!
//! Source: <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube_cel::cel::Value as Cel;
use kube_cel::cel::objects::{Key, Map};
use serde_json::{Value, json};

use super::super::flag;
use super::types::{Object, Type};

/// Words of the language, which fields cannot have as their names.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The name of a field in an expression; `None` where it cannot be written there.
pub(super) fn escaped(name: &str) -> Option<String> {
    let fine = |letter: char| letter.is_ascii_alphanumeric() || "_.-/".contains(letter);
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) || !name.chars().all(fine) {
        return None;
    }
    if RESERVED.contains(&name) {
        return Some(format!("__{name}__"));
    }
    let name = name.replace("__", "__underscores__").replace('.', "__dot__");
    Some(name.replace('-', "__dash__").replace('/', "__slash__"))
}

/// The names that a field has in expressions: reserved words may stand for themselves, too.
fn names(field: &str) -> impl Iterator<Item = String> {
    let plain = RESERVED.contains(&field).then(|| field.to_owned());
    escaped(field).into_iter().chain(plain)
}

/// A schema with what the root of an object always has.
pub(super) fn rooted(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let text = json!({"type": "string"});
    let metadata = json!({"type": "object", "properties": {"name": text, "generateName": text}});
    if let Some(fields) = schema.as_object_mut() {
        let properties = fields.entry("properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.extend([
                ("apiVersion".to_owned(), text.clone()),
                ("kind".to_owned(), text),
                ("metadata".to_owned(), metadata),
            ]);
        }
    }
    schema
}

/// The type of a schema; `None` where expressions see nothing of it.
pub(super) fn type_of(schema: &Value, name: &str) -> Option<Type> {
    if flag(schema, "x-kubernetes-int-or-string") {
        return Some(Type::Dyn);
    }
    let text = |field: &str| schema.get(field).and_then(Value::as_str).unwrap_or_default();
    Some(match text("type") {
        "array" => Type::list(type_of(schema.get("items")?, &format!("{name}.@idx"))?),
        "object" => {
            if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
                return Some(Type::map(Type::simple("string"), type_of(values, &format!("{name}.@elem"))?));
            }
            let mut fields = BTreeMap::new();
            let properties = schema.get("properties").and_then(Value::as_object);
            for (field, schema) in properties.into_iter().flatten() {
                let found = type_of(schema, &format!("{name}.{field}"));
                fields.extend(names(field).filter_map(|name| Some((name, found.clone()?))));
            }
            Type::Object(Rc::new(Object { name: name.to_owned(), fields }))
        }
        "string" => Type::simple(match text("format") {
            "byte" => "bytes",
            "duration" => "duration",
            "date" | "date-time" => "timestamp",
            _ => "string",
        }),
        "boolean" => Type::simple("bool"),
        "number" => Type::simple("double"),
        "integer" => Type::simple("int"),
        _ => return None,
    })
}

/// A value as expressions see it.
pub(super) fn value(found: &Value, schema: &Value) -> Cel {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match found {
        Value::Null => Cel::Null,
        Value::Bool(own) => Cel::Bool(*own),
        Value::Number(own) => {
            let real = schema.get("type").is_some_and(|own| own == "number");
            match own.as_i64().filter(|_| !real) {
                Some(own) => Cel::Int(own),
                None => Cel::Float(own.as_f64().unwrap_or(f64::NAN)),
            }
        }
        Value::String(own) => text(own, format),
        Value::Array(own) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            Cel::List(Arc::new(own.iter().map(|item| value(item, schema)).collect()))
        }
        Value::Object(own) => {
            let mut fields = Vec::new();
            if let Some(schema) = schema.get("additionalProperties").filter(|values| values.is_object()) {
                fields.extend(own.iter().map(|(name, inner)| (key(name.clone()), value(inner, schema))));
            } else if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                for (name, inner) in own {
                    let Some(schema) = properties.get(name) else { continue };
                    if inner.is_null() && !flag(schema, "nullable") {
                        continue;
                    }
                    let inner = value(inner, schema);
                    fields.extend(names(name).map(|name| (key(name), inner.clone())));
                }
            }
            Cel::Map(Map { map: Arc::new(fields.into_iter().collect()) })
        }
    }
}

fn key(name: String) -> Key {
    Key::String(Arc::new(name))
}

fn text(own: &str, format: &str) -> Cel {
    use super::functions::{duration, timestamp};
    let special = match format {
        "byte" => STANDARD.decode(own).ok().map(|bytes| Cel::Bytes(Arc::new(bytes))),
        "duration" => duration(own),
        "date-time" => timestamp(own),
        "date" => timestamp(&format!("{own}T00:00:00Z")),
        _ => None,
    };
    special.unwrap_or_else(|| Cel::String(Arc::new(own.to_owned())))
}
