//! The type of a custom resource, from the OpenAPI schema in its definition.
//!
//! Source: `k8s.io/apiextensions-apiserver/pkg/apiserver/schema`, and `schemaconv` of kube-openapi.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Empty, Field, List, Map, Merge, Order, Scalar, Struct, Table, Text, Type, builtin};

/// What keeps the fields that a schema does not know.
const OPEN: &str = "x-kubernetes-preserve-unknown-fields";

/// The table of one kind, which stands at its beginning.
pub(crate) fn custom(schema: &Value) -> Table {
    let mut maker = Maker { table: Table::default(), adopted: BTreeMap::new() };
    maker.structure(schema, true, false);
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

    /// What lies in something open is open, too, and so is what says nothing of what it holds.
    fn structure(&mut self, schema: &Value, root: bool, open: bool) -> usize {
        let place = self.place();
        let open = open || flag(schema, OPEN);
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut fields: Vec<Field> = Vec::new();
        for (name, schema) in properties.into_iter().flatten() {
            if !(root && matches!(name.as_str(), "apiVersion" | "kind" | "metadata")) {
                fields.push(self.field(name, schema, open));
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
            own.open = open || !root && properties.is_none();
            own.atomic = is_atomic(schema);
        }
        place
    }

    fn field(&mut self, name: &str, schema: &Value, open: bool) -> Field {
        let default = schema.get("default").cloned();
        Field { default, atomic: is_atomic(schema), ..field(name, self.kind(schema, open), Empty::Keep) }
    }

    fn kind(&mut self, schema: &Value, open: bool) -> Type {
        let open = open || flag(schema, OPEN);
        if flag(schema, "x-kubernetes-int-or-string") {
            return Type::Scalar(Scalar::IntOrString, None);
        }
        match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
            "object" => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => {
                    Type::Map(Box::new(Map { values: self.kind(values, open), go: None }))
                }
                Some(Value::Bool(true)) => Type::Map(Box::new(Map { values: Type::Any, go: None })),
                _ => Type::Struct(self.structure(schema, false, open)),
            },
            "array" => {
                let items = schema.get("items").map_or(Type::Any, |items| self.kind(items, open));
                Type::List(Box::new(List { items, go: None, order: order(schema), merge: Merge::Replace }))
            }
            "integer" => Type::Scalar(Scalar::Int64, None),
            "number" => Type::Scalar(Scalar::Double, None),
            "boolean" => Type::Scalar(Scalar::Flag, None),
            "string" => match schema.get("format").and_then(Value::as_str) {
                None | Some("" | "byte") => Type::Scalar(Scalar::Text, None),
                // Whoever applies may say any scalar here: it is judged later.
                Some(_) => Type::Scalar(Scalar::IntOrString, None),
            },
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
    Field {
        name: Text::Owned(name.into()),
        kind,
        empty,
        atomic: false,
        granular: false,
        replace: false,
        default: None,
    }
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
