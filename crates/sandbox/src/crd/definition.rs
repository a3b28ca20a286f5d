//! Definitions: what the server fills in, and what the sandbox does not serve.

use std::sync::Arc;

use kubewire::Verb;
use serde_json::{Map, Value, json};

use super::validate::{is_format, pattern};
use super::{Custom, GROUP, NAMES, Version, flag, inner, versions};
use crate::object::text;
use crate::registry::{DeleteAnswer, Kind, NameRule, Strategy};
use crate::store::Stored;
use crate::wire::{Problem, Refusal};

/// What a schema may say here. Another word in one is refused, so that nothing is passed over in silence.
const WORDS: [&str; 34] = [
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
    "pattern",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
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

/// Gives a new definition its status.
pub(crate) fn create(object: &mut Value) {
    let stored = versions(object).filter(|version| flag(version, "storage"));
    let stored: Vec<Value> = stored.filter_map(|version| version.get("name").cloned()).collect();
    let status =
        json!({"conditions": null, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored});
    crate::object::put(object, "status", status);
}

/// What a definition leaves out of its spec, and the server fills in.
pub(crate) fn defaults(spec: &mut Map<String, Value>) {
    let conversion = spec.entry("conversion").or_insert_with(|| json!({"strategy": "None"}));
    if let Some(Value::Object(service)) = conversion.pointer_mut("/webhook/clientConfig/service") {
        service.entry("port").or_insert_with(|| 443.into());
    }
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
    let unknown = |version: &Value| match version.pointer("/schema/openAPIV3Schema") {
        None => Some("no schema".to_owned()),
        Some(schema) => unknown_word(schema, false)
            .or_else(|| unknown_rule(schema))
            .map(|what| format!("{what} in the schema")),
    };
    versions(definition).find_map(unknown)
}

/// What a rule uses and is not known here.
fn unknown_rule(schema: &Value) -> Option<String> {
    #[cfg(feature = "cel")]
    return super::cel::unknown(schema);
    #[cfg(not(feature = "cel"))]
    {
        let _ = schema;
        None
    }
}

/// A word of a schema that is not known here, or not in a schema that is one of several for the same value.
fn unknown_word(schema: &Value, aside: bool) -> Option<String> {
    let fields = schema.as_object()?;
    let rules = |word: &str| cfg!(feature = "cel") && word == "x-kubernetes-validations";
    if let Some(word) = fields.keys().find(|word| !WORDS.contains(&word.as_str()) && !rules(word)) {
        return Some(word.clone());
    }
    if aside && fields.keys().any(|word| rules(word)) {
        return Some("a rule within allOf, anyOf, oneOf or not".to_owned());
    }
    let format = fields.get("format").and_then(Value::as_str).unwrap_or_default();
    if !is_format(format) {
        return Some(format!("format {format}"));
    }
    if let Some(Err(what)) = pattern(schema) {
        return Some(format!("the pattern {what}"));
    }
    if fields.get("additionalProperties").is_some_and(|all| *all == Value::Bool(false)) {
        return Some("additionalProperties that are false".to_owned());
    }
    inner(schema).find_map(|(inner, beside)| unknown_word(inner, aside || beside))
}

/// The kinds that a definition defines: one for each version that is served, stored at the same place.
pub(super) fn kinds(definition: &Stored, id: usize) -> Vec<Arc<Kind>> {
    let all = Arc::new(Version::all(definition));
    let served = versions(definition).filter(|version| flag(version, "served"));
    served.map(|version| Arc::new(kind(definition, version, &all, id))).collect()
}

fn kind(definition: &Stored, version: &Value, versions: &Arc<Vec<Version>>, id: usize) -> Kind {
    let names = |field: &str| text(definition, &format!("{NAMES}/{field}")).to_owned();
    let list = |field: &str| {
        let all = definition.pointer(&format!("{NAMES}/{field}")).and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let part = |name: &str| {
        version.pointer(&format!("/subresources/{name}"))?;
        Some((name.to_owned(), vec![Verb::Get, Verb::Patch, Verb::Replace]))
    };
    Kind {
        id,
        twin: false,
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
        subresources: ["status", "scale"].into_iter().filter_map(part).collect(),
        strategy: Strategy {
            name: NameRule::Subdomain,
            generation: true,
            create_on_update: false,
            needs_version: true,
            status_alone: true,
            delete: DeleteAnswer::Status,
        },
        custom: Some(Custom::of(definition, version, versions)),
    }
}
