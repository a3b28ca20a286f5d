//! Types as OpenAPI v3 has them, as far as programs need to know how objects are patched and applied. There are no descriptions, and it is not
//! said what is required.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Empty, Merge, Order, Scalar, Shape, Typed};

/// The prefix of a reference.
pub(crate) const REF: &str = "#/components/schemas/";

/// Fields of whose values those who make patches tell all that stays: of a union only one member does. The table does not have them, for who
/// applies a patch is told.
const RETAINS: [(&str, &str); 3] =
    [("DeploymentSpec", "strategy"), ("PodSpec", "resourceClaims"), ("PodSpec", "volumes")];

/// Schemas by name, with all that they refer to.
#[derive(Debug, Default)]
pub(crate) struct Schemas(pub(crate) BTreeMap<String, Value>);

impl Schemas {
    /// Adds the type of a kind, and gives its name; `None` where it has none.
    pub(crate) fn kind(&mut self, of: Typed<'_>, group: &str, version: &str, kind: &str) -> Option<String> {
        let name = self.named(of)?;
        if let Some(schema) = self.0.get_mut(&name) {
            let own = json!({"group": group, "version": version, "kind": kind});
            crate::object::put(schema, "x-kubernetes-group-version-kind", json!([own]));
        }
        Some(name)
    }

    /// Adds a struct and what it is made of.
    fn named(&mut self, of: Typed<'_>) -> Option<String> {
        let Shape::Struct(own) = of.shape() else { return None };
        if own.package.is_empty() {
            return None;
        }
        let place = match &*own.package {
            "meta.v1" => "io.k8s.apimachinery.pkg.apis",
            "apiextensions.v1" => "io.k8s.apiextensions-apiserver.pkg.apis",
            "apiregistration.v1" => "io.k8s.kube-aggregator.pkg.apis",
            _ => "io.k8s.api",
        };
        let name = format!("{place}.{}.{}", own.package, own.name);
        if !self.0.contains_key(&name) {
            // Before what it is made of, which may be itself.
            self.0.insert(name.clone(), Value::Null);
            let schema = self.structure(of);
            self.0.insert(name.clone(), schema);
        }
        Some(name)
    }

    fn structure(&mut self, of: Typed<'_>) -> Value {
        let owner = match of.shape() {
            Shape::Struct(own) => &*own.name,
            _ => "",
        };
        let fields = of.fields().map(|(field, kind)| {
            let retains = RETAINS.contains(&(owner, &*field.name));
            (field.name.clone().into_owned(), self.field(kind, retains))
        });
        let properties: Map<String, Value> = fields.collect();
        let mut schema = json!({"type": "object"});
        if !properties.is_empty() {
            crate::object::put(&mut schema, "properties", properties);
        }
        if matches!(of.shape(), Shape::Struct(own) if own.atomic) {
            crate::object::put(&mut schema, "x-kubernetes-map-type", "atomic");
        }
        schema
    }

    /// The schema of a field: its type, and how it is merged.
    fn field(&mut self, of: Typed<'_>, retains: bool) -> Value {
        let mut schema = match self.named(of) {
            // Whatever stands beside a reference does not count.
            Some(name) => json!({"allOf": [{"$ref": format!("{REF}{name}")}]}),
            None => self.inline(of),
        };
        if let Some(value) = of.default() {
            crate::object::put(&mut schema, "default", value.clone());
        } else if of.empty() == Empty::Zero
            && let Some(zero) = zero(of)
        {
            crate::object::put(&mut schema, "default", zero);
        }
        if of.is_atomic() && !matches!(of.shape(), Shape::List(_)) {
            crate::object::put(&mut schema, "x-kubernetes-map-type", "atomic");
        }
        let strategy = match of.merge() {
            Merge::Replace if of.is_replaced() => "replace",
            Merge::Replace if retains => "retainKeys",
            Merge::Replace => return schema,
            Merge::Set => "merge",
            Merge::Keyed(key) => {
                crate::object::put(&mut schema, "x-kubernetes-patch-merge-key", &**key);
                if retains { "merge,retainKeys" } else { "merge" }
            }
        };
        crate::object::put(&mut schema, "x-kubernetes-patch-strategy", strategy);
        schema
    }

    /// The schema of a type without a name.
    fn inline(&mut self, of: Typed<'_>) -> Value {
        match of.shape() {
            Shape::Scalar(kind) => scalar(kind),
            Shape::Struct(_) => self.structure(of),
            Shape::Map => {
                let values = of.items().map(|items| self.item(items));
                json!({"type": "object", "additionalProperties": values})
            }
            Shape::List(list) => {
                let items = of.items().map(|items| self.item(items));
                let order = match list.order {
                    Order::Atomic => "atomic",
                    Order::Set => "set",
                    Order::Keyed(_) => "map",
                };
                let mut schema = json!({"type": "array", "items": items, "x-kubernetes-list-type": order});
                if let Order::Keyed(keys) = &list.order {
                    let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
                    crate::object::put(&mut schema, "x-kubernetes-list-map-keys", keys);
                }
                schema
            }
            Shape::Any => json!({"x-kubernetes-preserve-unknown-fields": true}),
        }
    }

    /// The schema of what a list or a map holds.
    fn item(&mut self, of: Typed<'_>) -> Value {
        match self.named(of) {
            Some(name) => json!({"allOf": [{"$ref": format!("{REF}{name}")}]}),
            None => self.inline(of),
        }
    }
}

fn zero(of: Typed<'_>) -> Option<Value> {
    match of.shape() {
        Shape::Scalar(Scalar::Time | Scalar::MicroTime) | Shape::List(_) | Shape::Any => None,
        Shape::Scalar(scalar) => Some(scalar.zero()),
        Shape::Struct(_) | Shape::Map => Some(json!({})),
    }
}

fn scalar(kind: Scalar) -> Value {
    match kind {
        Scalar::Text => json!({"type": "string"}),
        Scalar::Int32 => json!({"type": "integer", "format": "int32"}),
        Scalar::Int64 => json!({"type": "integer", "format": "int64"}),
        Scalar::Double => json!({"type": "number", "format": "double"}),
        Scalar::Flag => json!({"type": "boolean"}),
        Scalar::Bytes => json!({"type": "string", "format": "byte"}),
        Scalar::Time | Scalar::MicroTime => json!({"type": "string", "format": "date-time"}),
        Scalar::Quantity => json!({"oneOf": [{"type": "string"}, {"type": "number"}]}),
        Scalar::IntOrString => {
            json!({"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]})
        }
    }
}
