//! Definitions: what the server fills in, and what the sandbox does not serve.

use kubewire::Verb;
use serde_json::{Map, Value, json};

use super::{Custom, GROUP, flag};
use crate::object::text;
use crate::registry::{DeleteAnswer, Kind, NameRule, Strategy};
use crate::wire::{Problem, Refusal};

/// What a schema may say here. Another word in one is refused, so that nothing is passed over in silence.
const WORDS: [&str; 28] = [
    "type",
    "properties",
    "additionalProperties",
    "items",
    "required",
    "enum",
    "default",
    "nullable",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "format",
    "description",
    "title",
    "example",
    "externalDocs",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
];

/// Formats that are judged, or that say nothing of a value.
const FORMATS: [&str; 6] = ["", "int32", "int64", "float", "double", "password"];

/// Gives a new definition its status.
pub(crate) fn create(object: &mut Value) {
    let versions = object.pointer("/spec/versions").and_then(Value::as_array);
    let stored = versions.into_iter().flatten().filter(|version| flag(version, "storage"));
    let stored: Vec<Value> = stored.filter_map(|version| version.get("name").cloned()).collect();
    let status =
        json!({"conditions": null, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored});
    crate::object::put(object, "status", status);
}

/// What a definition leaves out of its spec, and the server fills in.
pub(crate) fn defaults(spec: &mut Map<String, Value>) {
    spec.entry("conversion").or_insert_with(|| json!({"strategy": "None"}));
    if let Some(Value::Object(names)) = spec.get_mut("names") {
        let kind = names.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        for (field, otherwise) in [("singular", kind.to_lowercase()), ("listKind", format!("{kind}List"))] {
            if !names.contains_key(field) {
                names.insert(field.to_owned(), otherwise.into());
            }
        }
    }
}

/// Refuses what the sandbox does not serve.
///
/// # Errors
/// 501, with what it is.
pub(crate) fn refuse(kind: &Kind, object: &Value) -> Result<(), Refusal> {
    unserved(kind, object).map_or(Ok(()), |what| Err(Problem::not_yet(&what).into()))
}

/// What of a definition the sandbox does not serve; of other objects it is nothing.
pub(crate) fn unserved(kind: &Kind, object: &Value) -> Option<String> {
    if kind.group != GROUP {
        return None;
    }
    Some(format!("definitions of custom resources with {}", unknown(object)?))
}

fn unknown(definition: &Value) -> Option<String> {
    if text(definition, "/spec/conversion/strategy") == "Webhook" {
        return Some("conversion by a webhook".to_owned());
    }
    let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
    let Some([version]) = versions.map(Vec::as_slice) else {
        return Some("more than one version, or none".to_owned());
    };
    for (pointer, what) in [("/subresources/scale", "a scale"), ("/selectableFields", "selectableFields")] {
        if version.pointer(pointer).is_some() {
            return Some(what.to_owned());
        }
    }
    let Some(schema) = version.pointer("/schema/openAPIV3Schema") else {
        return Some("no schema".to_owned());
    };
    unknown_word(schema).map(|what| format!("{what} in the schema"))
}

/// A word of a schema that is not known here.
fn unknown_word(schema: &Value) -> Option<String> {
    let fields = schema.as_object()?;
    if let Some(word) = fields.keys().find(|word| !WORDS.contains(&word.as_str())) {
        return Some(word.clone());
    }
    let format = fields.get("format").and_then(Value::as_str).unwrap_or_default();
    if !FORMATS.contains(&format) {
        return Some(format!("format {format}"));
    }
    if fields.get("additionalProperties").is_some_and(Value::is_boolean) {
        return Some("additionalProperties that are a boolean".to_owned());
    }
    let properties = fields.get("properties").and_then(Value::as_object);
    let below = ["items", "additionalProperties"].into_iter().filter_map(|name| fields.get(name));
    below.chain(properties.into_iter().flat_map(Map::values)).find_map(unknown_word)
}

/// The kind that a definition defines.
pub(super) fn kind(definition: &Value, id: usize) -> Option<Kind> {
    let version = definition.pointer("/spec/versions/0").filter(|version| flag(version, "served"))?;
    let names = |field: &str| text(definition, &format!("/spec/names/{field}")).to_owned();
    let list = |field: &str| {
        let all = definition.pointer(&format!("/spec/names/{field}")).and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let schema = version.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_else(|| json!({}));
    let part = vec![Verb::Get, Verb::Patch, Verb::Replace];
    let status = version.pointer("/subresources/status").map(|_| ("status".to_owned(), part));
    let custom = Custom::new(schema, &names("singular"), &names("listKind"));
    #[cfg(feature = "tables")]
    let custom = custom.showing(version);
    Some(Kind {
        id,
        group: text(definition, "/spec/group").to_owned(),
        version: text(version, "/name").to_owned(),
        kind: names("kind"),
        plural: names("plural"),
        namespaced: text(definition, "/spec/scope") == "Namespaced",
        verbs: vec![
            Verb::Delete,
            Verb::DeleteCollection,
            Verb::Get,
            Verb::List,
            Verb::Patch,
            Verb::Create,
            Verb::Replace,
            Verb::Watch,
        ],
        short_names: list("shortNames"),
        categories: list("categories"),
        subresources: status.into_iter().collect(),
        strategy: Strategy {
            name: NameRule::Subdomain,
            generation: true,
            create_on_update: false,
            needs_version: true,
            delete: DeleteAnswer::Status,
        },
        custom: Some(custom),
    })
}
