//! The schema of a custom kind: what its definition says, and what every object has.
//!
//! Source: `builder.go` in `k8s.io/apiextensions-apiserver/pkg/controller/openapi`.

use serde_json::{Map, Value, json};

use super::{Schemas, describe};
use crate::object::put;
use crate::registry::Kind;
use crate::schema::flag;

/// What the server says of the fields that every object has.
const API_VERSION: &str = "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
const KIND: &str = "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";
const METADATA: &str = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

impl Schemas {
    /// Adds the type of a custom kind, and gives its name: that of its group, read from behind, its version and its kind.
    pub(super) fn custom(&mut self, kind: &Kind, schema: &Value) -> String {
        let mut domain: Vec<&str> = kind.group.split('.').collect();
        domain.reverse();
        let name = format!("{}.{}.{}", domain.join("."), kind.version, kind.kind);
        let mut schema = schema.clone();
        open(&mut schema);
        let mut properties = match schema.get("properties") {
            Some(Value::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        for (field, text) in [("apiVersion", API_VERSION), ("kind", KIND)] {
            let mut own = json!({"type": "string"});
            describe(&mut own, said(text));
            properties.insert(field.to_owned(), own);
        }
        let metadata = kind.shape().named("metadata").and_then(|metadata| self.reference(metadata, None));
        let mut metadata = json!({"allOf": Vec::from_iter(metadata)});
        describe(&mut metadata, said(METADATA));
        properties.insert("metadata".to_owned(), metadata);
        put(&mut schema, "type", "object");
        put(&mut schema, "properties", properties);
        let selectable = kind.custom.iter().flat_map(|custom| &custom.selectable);
        let selectable: Vec<Value> = selectable.map(|path| json!({"fieldPath": path})).collect();
        if !selectable.is_empty() {
            put(&mut schema, "x-kubernetes-selectable-fields", selectable);
        }
        self.0.insert(name.clone(), schema);
        name
    }
}

/// Texts are left out where nothing is described.
fn said(text: &str) -> Option<&str> {
    Some(text).filter(|_| cfg!(feature = "descriptions"))
}

/// What may be a number or a text says so in OpenAPI's own words, too.
fn open(schema: &mut Value) {
    if flag(schema, "x-kubernetes-int-or-string") && schema.get("anyOf").is_none() {
        put(schema, "anyOf", json!([{"type": "integer"}, {"type": "string"}]));
    }
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(open);
    }
    for below in ["items", "additionalProperties"] {
        if let Some(below) = fields.get_mut(below) {
            open(below);
        }
    }
}
