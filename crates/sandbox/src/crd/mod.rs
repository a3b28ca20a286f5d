//! Custom resources: what their definitions say, and what becomes of these.
//!
//! Source: `k8s.io/apiextensions-apiserver`.

#[cfg(feature = "cel")]
mod cel;
mod convert;
mod decode;
mod definition;
mod judge;
mod names;
mod rules;
mod scale;
mod settle;
mod told;
mod validate;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::object::text;
use crate::schema::{self, Table, Typed, flag};
use crate::store::Stored;

pub(crate) use convert::{kept, shown};
pub(crate) use decode::decode;
pub(crate) use definition::{create, defaults, refuse, unserved};
pub(crate) use judge::{judge, warned};
pub(crate) use rules::{faults as validate_definition, update as validate_definition_update};
pub(crate) use scale::{Scale, label_selector, names as path_names, number, set as set_number};
pub(crate) use settle::{CLEANUP, end, is_ending, settle};
pub(crate) use told::{told, without_webhook};
pub(crate) use validate::{misnamed, validate, validate_status};

pub(crate) const GROUP: &str = "apiextensions.k8s.io";

/// Where a definition has the names that it was given.
const NAMES: &str = "/status/acceptedNames";

/// What the definition of a kind says beyond its names.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    /// The definition, by which it is known whether it has changed.
    definition: Stored,
    /// `openAPIV3Schema`.
    schema: Arc<Value>,
    /// All versions of the definition.
    versions: Arc<Vec<Version>>,
    /// Such as `widget`.
    pub(crate) singular: String,
    /// Such as `WidgetList`.
    pub(crate) list_kind: String,
    pub(crate) scale: Option<Scale>,
    /// By which fields lists may be chosen, such as `spec.colour`, beside the name and the namespace.
    pub(crate) selectable: Vec<String>,
    /// `additionalPrinterColumns`; null where there are none.
    #[cfg(feature = "tables")]
    pub(crate) columns: Value,
}

/// One version of a definition.
#[derive(Debug)]
struct Version {
    name: String,
    served: bool,
    /// Objects are stored in this one.
    storage: bool,
    /// What those hear who use it, if it is deprecated.
    deprecation: Option<String>,
    schema: Arc<Value>,
    table: Table,
    /// What its schema says in expressions.
    #[cfg(feature = "cel")]
    rules: Option<cel::Node>,
}

impl Version {
    fn all(definition: &Value) -> Vec<Self> {
        let one = |version: &Value| {
            let schema = version.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_else(|| json!({}));
            Self {
                name: text(version, "/name").to_owned(),
                served: flag(version, "served"),
                storage: flag(version, "storage"),
                deprecation: told::deprecation(definition, version),
                table: schema::custom(&schema),
                #[cfg(feature = "cel")]
                rules: cel::Node::of(&schema),
                schema: Arc::new(schema),
            }
        };
        versions(definition).map(one).collect()
    }
}

impl Custom {
    /// What a definition says of one of its versions.
    fn of(definition: &Stored, version: &Value, versions: &Arc<Vec<Version>>) -> Self {
        let schema = versions.iter().find(|one| one.name == text(version, "/name"));
        let schema = schema.map(|one| Arc::clone(&one.schema)).unwrap_or_default();
        let name = |field: &str| text(definition, &format!("{NAMES}/{field}")).to_owned();
        let selectable = version.get("selectableFields").and_then(Value::as_array);
        let selectable = selectable.into_iter().flatten().map(|field| text(field, "/jsonPath"));
        Self {
            definition: Stored::clone(definition),
            schema,
            versions: Arc::clone(versions),
            singular: name("singular"),
            list_kind: name("listKind"),
            scale: Scale::of(version),
            selectable: selectable.map(|path| path.trim_start_matches('.').to_owned()).collect(),
            #[cfg(feature = "tables")]
            columns: version.get("additionalPrinterColumns").cloned().unwrap_or_default(),
        }
    }

    /// Whether it is what comes of a definition as it is now.
    fn is_of(&self, definition: &Stored) -> bool {
        let same = |pointer: &str| self.definition.pointer(pointer) == definition.pointer(pointer);
        Arc::ptr_eq(&self.definition, definition) || same(NAMES) && same("/spec")
    }

    /// `openAPIV3Schema`.
    #[cfg(feature = "openapi")]
    pub(crate) fn schema(&self) -> &Value {
        &self.schema
    }

    /// The type of a version's objects.
    pub(crate) fn shape(&self, version: &str) -> Typed<'_> {
        self.version(version).map_or_else(Typed::any, |version| version.table.only())
    }

    /// The versions in which objects are served.
    pub(crate) fn served(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().filter(|version| version.served).map(|version| version.name.as_str())
    }

    /// What those hear who use a version, if it is deprecated.
    pub(crate) fn deprecation(&self, version: &str) -> Option<&str> {
        self.version(version)?.deprecation.as_deref()
    }

    /// Whether only a webhook could make objects of a version of those that are stored.
    pub(crate) fn needs_webhook(&self, version: &str) -> bool {
        by_webhook(&self.definition) && !self.version(version).is_some_and(|version| version.storage)
    }

    fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == name)
    }
}

/// What a definition says of each version.
fn versions(definition: &Value) -> impl Iterator<Item = &Value> {
    definition.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten()
}

/// Whether a webhook makes objects of one version those of another.
fn by_webhook(definition: &Value) -> bool {
    text(definition, "/spec/conversion/strategy") == "Webhook"
}

/// The schemas within a schema, each with whether it is one of several for the same value.
fn inner(schema: &Value) -> impl Iterator<Item = (&Value, bool)> {
    let one = ["items", "additionalProperties"].into_iter().filter_map(|name| schema.get(name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let below = one.chain(properties.into_iter().flat_map(Map::values));
    let several = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| schema.get(name)?.as_array());
    let beside = schema.get("not").into_iter().chain(several.flatten());
    below.map(|schema| (schema, false)).chain(beside.map(|schema| (schema, true)))
}

/// The schema of a property, or of the values of a map.
fn below<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    own.or_else(|| schema.get("additionalProperties").filter(|values| values.is_object()))
}
