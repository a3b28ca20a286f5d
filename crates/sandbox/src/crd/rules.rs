//! What a definition must be, as far as one is written wrongly by hand: names, versions, and that its schemas are structural.
//!
//! Source: `validation.go` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`, and `validation.go` in its `apiserver/schema`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::flag;
use super::validate::check_default;
use crate::object::{holds, meta, text};
use crate::validate::{Fault, conversion, dns_1035_label};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// What is wrong with a new definition.
pub(crate) fn faults(object: &Value) -> Vec<Fault> {
    let wanted = format!("{}.{}", text(object, "/spec/names/plural"), text(object, "/spec/group"));
    let why = "must be spec.names.plural+\".\"+spec.group";
    let names = ["generateName", "name"].map(|field| (field, meta(object, field)));
    let misnamed = names.into_iter().filter(|(_, name)| !name.is_empty() && *name != wanted);
    let misnamed = misnamed.map(|(field, name)| Fault::invalid(&format!("metadata.{field}"), name, why));
    misnamed.chain(own(object)).collect()
}

/// What is wrong with what a definition says.
fn own(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (plural, group) = (text(object, "/spec/names/plural"), text(object, "/spec/group"));
    if group.is_empty() {
        faults.push(Fault::required("spec.group", ""));
    } else if !group.contains('.') {
        faults.push(Fault::invalid("spec.group", group, "should be a domain with at least one dot"));
    }
    match text(object, "/spec/scope") {
        "" => faults.push(Fault::required("spec.scope", "")),
        "Cluster" | "Namespaced" => {}
        other => {
            let shown = crate::object::quote(other);
            faults.push(Fault::not_supported("spec.scope", &shown, &["Cluster", "Namespaced"]));
        }
    }
    versions(object, &mut faults);
    if plural.is_empty() {
        faults.push(Fault::required("spec.names.plural", ""));
    } else {
        let whys = dns_1035_label(plural).into_iter();
        faults.extend(whys.map(|why| Fault::invalid("spec.names.plural", plural, why)));
    }
    if text(object, "/spec/names/kind").is_empty() {
        for field in ["singular", "kind", "listKind"] {
            faults.push(Fault::required(&format!("spec.names.{field}"), ""));
        }
    }
    faults.extend(conversion(object));
    faults
}

/// What is wrong with a definition that takes the place of another: what its objects are stored by cannot change.
pub(crate) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = own(object);
    let fixed = if is_established(old) { ["scope", "names.kind"].as_slice() } else { &[] };
    for field in fixed.iter().chain(&["group", "names.plural"]) {
        let pointer = format!("/spec/{}", field.replace('.', "/"));
        let (new, old) = (text(object, &pointer), text(old, &pointer));
        if new != old {
            faults.push(Fault::invalid(&format!("spec.{field}"), new, "field is immutable"));
        }
    }
    faults
}

/// Whether objects of a definition may be there.
pub(super) fn is_established(definition: &Value) -> bool {
    holds(definition, "Established")
}

fn versions(object: &Value, faults: &mut Vec<Fault>) {
    let versions = object.pointer("/spec/versions").and_then(Value::as_array);
    let versions = versions.map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = versions.iter().map(|version| text(version, "/name")).collect();
    let schemas: Vec<Option<&Value>> =
        versions.iter().map(|version| version.pointer("/schema/openAPIV3Schema")).collect();
    // Where all versions have the same schema, the server keeps one.
    let one = schemas.iter().all(|schema| *schema == schemas.first().copied().flatten());
    for (at, (version, schema)) in names.iter().zip(&schemas).enumerate() {
        let whys = dns_1035_label(version).into_iter();
        faults.extend(whys.map(|why| Fault::invalid(&format!("spec.versions[{at}].name"), version, why)));
        let place = match schema {
            None => {
                let path = format!("spec.versions[{at}].schema.openAPIV3Schema");
                faults.push(Fault::required(&path, ""));
                continue;
            }
            Some(_) if one && at > 0 => continue,
            Some(_) if one => "spec.validation.openAPIV3Schema".to_owned(),
            Some(_) => format!("spec.versions[{at}].schema.openAPIV3Schema"),
        };
        let schema = schema.unwrap_or(&Value::Null);
        let mut own = Vec::new();
        structure(schema, &place, Level::Root, &mut own);
        #[cfg(feature = "cel")]
        if own.is_empty() {
            own = super::cel::faults(schema, &place);
        }
        faults.extend(own);
    }
    let mut invalid = |why: &str| faults.push(Fault::invalid_value("spec.versions", shown(versions), why));
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        invalid("must contain unique version names");
    }
    let stored: Vec<&str> = versions
        .iter()
        .filter(|version| flag(version, "storage"))
        .map(|version| text(version, "/name"))
        .collect();
    if stored.len() != 1 {
        invalid("must have exactly one version marked as storage version");
    }
    if stored.is_empty() {
        let why = "must have at least one stored version";
        faults.push(Fault::invalid_value("status.storedVersions", "null", why));
    }
}

/// The versions as Go shows them, with what each always says.
fn shown(versions: &[Value]) -> String {
    let one = |version: &Value| {
        let name = crate::object::quote(text(version, "/name"));
        format!(
            "{{\"Name\":{name},\"Served\":{},\"Storage\":{}}}",
            flag(version, "served"),
            flag(version, "storage")
        )
    };
    if versions.is_empty() {
        return "null".into();
    }
    format!("[{}]", versions.iter().map(one).collect::<Vec<_>>().join(","))
}

/// What a schema is the schema of.
#[derive(Clone, Copy)]
enum Level {
    Root,
    Field,
    Item,
}

/// A schema must say what everything is, outside of all logic.
fn structure(schema: &Value, path: &str, level: Level, faults: &mut Vec<Fault>) {
    let at = |field: &str| format!("{path}.{field}");
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let free =
        flag(schema, "x-kubernetes-int-or-string") || flag(schema, "x-kubernetes-preserve-unknown-fields");
    match (kind, level) {
        ("", Level::Root) => faults.push(Fault::required(&at("type"), "must not be empty at the root")),
        ("", _) if free => {}
        ("", Level::Field) => {
            faults.push(Fault::required(&at("type"), "must not be empty for specified object fields"));
        }
        ("", Level::Item) => {
            faults.push(Fault::required(&at("type"), "must not be empty for specified array items"));
        }
        ("object", _) => {}
        (other, Level::Root) => faults.push(Fault::invalid(&at("type"), other, "must be object at the root")),
        (other, _) if !TYPES.contains(&other) => {
            faults.push(Fault::not_supported(&at("type"), &crate::object::quote(other), &TYPES));
        }
        _ => {}
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let additional = schema.get("additionalProperties");
    if properties.is_some() && additional.is_some_and(Value::is_object) {
        let why = "additionalProperties and properties are mutual exclusive";
        faults.push(Fault::forbidden(&at("additionalProperties"), why));
    }
    if flag(schema, "uniqueItems") {
        let why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        faults.push(Fault::forbidden(&at("uniqueItems"), why));
    }
    for (name, inner) in properties.into_iter().flatten() {
        structure(inner, &format!("{path}.properties[{name}]"), Level::Field, faults);
    }
    if let Some(inner) = additional.filter(|inner| inner.is_object()) {
        structure(inner, &at("additionalProperties"), Level::Field, faults);
    }
    match schema.get("items") {
        Some(inner) => structure(inner, &at("items"), Level::Item, faults),
        None if kind == "array" => faults.push(Fault::required(&at("items"), "must be specified")),
        None => {}
    }
    keys(schema, path, faults);
    logic(schema, path, flag(schema, "x-kubernetes-int-or-string"), faults);
    if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
        faults.extend(check_default(default, schema, &at("default")));
    }
}

/// By what the items of a list are told apart.
fn keys(schema: &Value, path: &str, faults: &mut Vec<Fault>) {
    if text(schema, "/x-kubernetes-list-type") != "map" {
        return;
    }
    let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
    let keys: Vec<&str> = keys.into_iter().flatten().filter_map(Value::as_str).collect();
    if keys.is_empty() {
        let why = "must not be empty if x-kubernetes-list-type is map";
        faults.push(Fault::required(&format!("{path}.x-kubernetes-list-map-keys"), why));
    }
    let required = schema.pointer("/items/required").and_then(Value::as_array);
    for key in keys {
        let property = schema.pointer("/items/properties").and_then(|all| all.get(key));
        let is_required = required.is_some_and(|required| required.iter().any(|one| one == key));
        if property.is_some_and(|property| property.get("default").is_none()) && !is_required {
            let path = format!("{path}.items.properties[{key}].default");
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            faults.push(Fault::required(&path, why));
        }
    }
}

/// Schemas that are alternatives say nothing of types, but for a number or a text that may be either.
fn logic(schema: &Value, path: &str, either: bool, faults: &mut Vec<Fault>) {
    let Some(fields) = schema.as_object() else { return };
    for word in ["allOf", "anyOf", "oneOf"] {
        let all = fields.get(word).and_then(Value::as_array);
        for (at, inner) in all.into_iter().flatten().enumerate() {
            alternative(inner, &format!("{path}.{word}[{at}]"), either, faults);
        }
    }
    if let Some(inner) = fields.get("not") {
        alternative(inner, &format!("{path}.not"), false, faults);
    }
}

fn alternative(schema: &Value, path: &str, either: bool, faults: &mut Vec<Fault>) {
    if schema.get("type").is_some() && !either {
        faults.push(Fault::forbidden(&format!("{path}.type"), "must be empty to be structural"));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, inner) in properties.into_iter().flat_map(Map::iter) {
        alternative(inner, &format!("{path}.properties[{name}]"), false, faults);
    }
    if let Some(inner) = schema.get("items") {
        alternative(inner, &format!("{path}.items"), false, faults);
    }
    logic(schema, path, either, faults);
}
