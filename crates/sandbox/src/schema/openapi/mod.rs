//! Types as OpenAPI v3 has them, as far as programs need to know how objects are patched, applied and explained. What is said of them, what is required
//! and which values there are is left out without the feature `descriptions`.

mod custom;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::described::{self, Property};
use super::{Empty, Merge, Order, Scalar, Shape, Typed};
use crate::registry::Kind;

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
    pub(crate) fn kind(&mut self, kind: &Kind) -> Option<String> {
        let name = match &kind.custom {
            Some(custom) => self.custom(kind, custom.schema()),
            None => self.named(kind.shape())?,
        };
        if let Some(schema) = self.0.get_mut(&name) {
            let own = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
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
        let (owner, said) = match of.shape() {
            Shape::Struct(own) => (&*own.name, described::of(&own.package, &own.name)),
            _ => ("", None),
        };
        let mut required: Vec<&str> = Vec::new();
        let mut properties = Map::new();
        for (field, kind) in of.fields() {
            let said = said.and_then(|said| said.fields.get(&*field.name));
            if said.is_some_and(|said| said.required) {
                required.push(&field.name);
            }
            let retains = RETAINS.contains(&(owner, &*field.name));
            properties.insert(field.name.clone().into_owned(), self.field(kind, said, retains));
        }
        let mut schema = json!({"type": "object"});
        if !properties.is_empty() {
            crate::object::put(&mut schema, "properties", properties);
        }
        if !required.is_empty() {
            crate::object::put(&mut schema, "required", required);
        }
        describe(&mut schema, said.map(|said| said.text));
        if matches!(of.shape(), Shape::Struct(own) if own.atomic) {
            crate::object::put(&mut schema, "x-kubernetes-map-type", "atomic");
        }
        schema
    }

    /// The schema of a field: its type, and how it is merged.
    fn field(&mut self, of: Typed<'_>, said: Option<&Property>, retains: bool) -> Value {
        let mut schema = match self.reference(of, said) {
            // Whatever stands beside a reference does not count.
            Some(reference) => json!({"allOf": [reference]}),
            None => self.inline(of, said),
        };
        describe(&mut schema, said.map(|said| said.text));
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

    /// A reference to a type that has a name, which is added.
    fn reference(&mut self, of: Typed<'_>, said: Option<&Property>) -> Option<Value> {
        let name = self.named(of).or_else(|| self.word(of, said))?;
        Some(json!({"$ref": format!("{REF}{name}")}))
    }

    /// Adds a type that the table has a word for.
    fn word(&mut self, of: Typed<'_>, said: Option<&Property>) -> Option<String> {
        let name = match of.shape() {
            Shape::Scalar(Scalar::Time) => "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
            Shape::Scalar(Scalar::MicroTime) => "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
            Shape::Scalar(Scalar::Quantity) => "io.k8s.apimachinery.pkg.api.resource.Quantity",
            Shape::Scalar(Scalar::IntOrString) => "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
            Shape::Any => said?.called?,
            _ => return None,
        };
        let schema = described::word(name)?;
        self.0.entry(name.to_owned()).or_insert_with(|| schema.clone());
        Some(name.to_owned())
    }

    /// The schema of a type without a name.
    fn inline(&mut self, of: Typed<'_>, said: Option<&Property>) -> Value {
        match of.shape() {
            Shape::Scalar(kind) => {
                let mut schema = scalar(kind);
                if let Some(choices) = said.and_then(|said| said.choices.as_ref()) {
                    crate::object::put(&mut schema, "enum", choices.clone());
                }
                schema
            }
            Shape::Struct(_) => self.structure(of),
            Shape::Map => {
                let values = of.items().map(|items| self.item(items, said));
                json!({"type": "object", "additionalProperties": values})
            }
            Shape::List(list) => {
                let items = of.items().map(|items| self.item(items, said));
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
    fn item(&mut self, of: Typed<'_>, said: Option<&Property>) -> Value {
        self.reference(of, said).unwrap_or_else(|| self.inline(of, said))
    }
}

/// Adds a description, where there is one.
fn describe(schema: &mut Value, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        crate::object::put(schema, "description", described::plain(text));
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
