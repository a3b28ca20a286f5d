//! The type of a custom resource, from the OpenAPI schema in its definition.
//!
//! Source: `k8s.io/apiextensions-apiserver/pkg/apiserver/schema`, and `schemaconv` of kube-openapi.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Empty, Field, List, Map, Merge, Order, Scalar, Struct, Table, Text, Type, builtin};

/// The table of one kind, which stands at its beginning.
pub(crate) fn custom(schema: &Value) -> Table {
    let mut maker = Maker { table: Table::default(), adopted: BTreeMap::new() };
    maker.structure(schema, true);
    maker.table
}

struct Maker {
    table: Table,
    /// Where the structs of the built-in table stand in this one.
    adopted: BTreeMap<usize, usize>,
}

impl Maker {
    /// A place for a struct that is still to be made.
    fn place(&mut self) -> usize {
        let empty =
            Struct { name: "".into(), package: "".into(), fields: Vec::new(), atomic: false, open: false };
        self.table.structs.push(empty);
        self.table.structs.len() - 1
    }

    fn structure(&mut self, schema: &Value, root: bool) -> usize {
        let place = self.place();
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut fields: Vec<Field> = Vec::new();
        for (name, schema) in properties.into_iter().flatten() {
            if !(root && matches!(name.as_str(), "apiVersion" | "kind" | "metadata")) {
                fields.push(self.field(name, schema));
            }
        }
        if root {
            for name in ["apiVersion", "kind"] {
                fields.push(field(name, Type::Scalar(Scalar::Text, None), Empty::Omit));
            }
            let metadata = self.metadata();
            fields.push(field("metadata", metadata, Empty::Zero));
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(own) = self.table.structs.get_mut(place) {
            own.fields = fields;
            own.open = flag(schema, "x-kubernetes-preserve-unknown-fields");
            own.atomic = is_atomic(schema);
        }
        place
    }

    fn field(&mut self, name: &str, schema: &Value) -> Field {
        let default = schema.get("default").cloned();
        Field { default, atomic: is_atomic(schema), ..field(name, self.kind(schema), Empty::Keep) }
    }

    fn kind(&mut self, schema: &Value) -> Type {
        if flag(schema, "x-kubernetes-int-or-string") {
            return Type::Scalar(Scalar::IntOrString, None);
        }
        match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
            "object" => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => {
                    Type::Map(Box::new(Map { values: self.kind(values), go: None }))
                }
                Some(Value::Bool(true)) => Type::Map(Box::new(Map { values: Type::Any, go: None })),
                _ => Type::Struct(self.structure(schema, false)),
            },
            "array" => {
                let items = schema.get("items").map_or(Type::Any, |items| self.kind(items));
                Type::List(Box::new(List { items, go: None, order: order(schema), merge: Merge::Replace }))
            }
            "integer" => Type::Scalar(Scalar::Int64, None),
            "number" => Type::Scalar(Scalar::Double, None),
            "boolean" => Type::Scalar(Scalar::Flag, None),
            "string" => Type::Scalar(Scalar::Text, None),
            _ => Type::Any,
        }
    }

    /// `ObjectMeta`, as every kind has it.
    fn metadata(&mut self) -> Type {
        let table = builtin();
        let at = table.structs.iter().position(|own| own.name == "ObjectMeta" && own.package == "meta.v1");
        at.map_or(Type::Any, |at| Type::Struct(self.adopt(table, at)))
    }

    fn adopt(&mut self, from: &Table, at: usize) -> usize {
        if let Some(&there) = self.adopted.get(&at) {
            return there;
        }
        let place = self.place();
        self.adopted.insert(at, place);
        let Some(mut own) = from.at(at).cloned() else { return place };
        for field in &mut own.fields {
            self.moved(from, &mut field.kind);
        }
        if let Some(there) = self.table.structs.get_mut(place) {
            *there = own;
        }
        place
    }

    fn moved(&mut self, from: &Table, kind: &mut Type) {
        match kind {
            Type::Struct(at) => *at = self.adopt(from, *at),
            Type::List(list) => self.moved(from, &mut list.items),
            Type::Map(map) => self.moved(from, &mut map.values),
            Type::Scalar(..) | Type::Any => {}
        }
    }
}

fn field(name: &str, kind: Type, empty: Empty) -> Field {
    Field { name: Text::Owned(name.into()), kind, empty, atomic: false, replace: false, default: None }
}

/// Whether a flag of a schema is set.
pub(crate) fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or_default()
}

fn is_atomic(schema: &Value) -> bool {
    schema.get("x-kubernetes-map-type").is_some_and(|kind| kind == "atomic")
}

fn order(schema: &Value) -> Order {
    match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => Order::Set,
        Some("map") => {
            let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
            let keys = keys.into_iter().flatten().filter_map(Value::as_str);
            Order::Keyed(keys.map(|key| Text::Owned(key.into())).collect())
        }
        _ => Order::Atomic,
    }
}
