//! What pods and other objects may say, edit by edit, as data: `pods.json`, by what each is about, and `edits.json`, by kind.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::kinds::{Edit, set};
use crate::scripts::Script;

/// A good object, and edits of it.
#[derive(Deserialize)]
struct Edited {
    /// Its collection.
    at: String,
    object: Value,
    edits: Vec<Edit>,
    /// They are only made: the server itself writes into such objects, or shows a field that it has not stored.
    #[serde(default)]
    only_new: bool,
}

fn pods() -> BTreeMap<String, Vec<Edit>> {
    serde_json::from_str(include_str!("pods.json")).expect("the edits are JSON of their form")
}

fn others() -> BTreeMap<String, Edited> {
    serde_json::from_str(include_str!("edits.json")).expect("the edits are JSON of their form")
}

/// All edits of one field of a pod, for sequences of the dice.
pub(crate) fn of_pods() -> Vec<Edit> {
    pods().into_values().flatten().filter(|(pointer, _)| !pointer.is_empty()).collect()
}

/// The edits of one field of a kind, for sequences of the dice. What is empty is left out: whether it was there the sandbox does not remember.
pub(crate) fn of(kind: &str) -> Vec<Edit> {
    let edits = others().remove(kind).map(|one| one.edits).unwrap_or_default();
    let one_field = |pointer: &str| pointer.matches('/').count() > 1 || !pointer.starts_with("/spec");
    let edits = edits
        .into_iter()
        .filter(|(pointer, value)| !pointer.is_empty() && one_field(pointer) && !is_empty(value));
    edits.collect()
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Each edit on an object of its own, which is not stored.
pub(crate) fn scripts() -> Vec<Script> {
    let mut all = Vec::new();
    for (area, edits) in pods() {
        let object = json!({"spec": {"containers": [{"name": "c", "image": "i"}]}});
        let at = "/api/v1/namespaces/{ns:a}/pods".to_owned();
        all.push(script(format!("pods: {area}"), "/spec", Edited { at, object, edits, only_new: false }));
    }
    for (kind, edited) in others() {
        if !edited.only_new {
            all.push(updates(format!("updates: {kind}"), &edited));
        }
        all.push(script(format!("edits: {kind}"), "", edited));
    }
    all
}

/// A script that makes an object, tries the edits on it, and takes it away again. None of them is stored.
fn updates(about: String, edited: &Edited) -> Script {
    let mut object = edited.object.clone();
    // What is in no namespace is called by one, that nobody else has it.
    if object["metadata"]["name"].is_null() {
        let name = if edited.at.contains("{ns:a}") { "p" } else { "{ns:a}" };
        set(&mut object, "/metadata/name", name.into());
    }
    let at = format!("{}/{}", edited.at, object["metadata"]["name"].as_str().unwrap_or_default());
    let target = format!("{at}?dryRun=All");
    let mut lines = vec![("DELETE", at.as_str(), Value::Null), ("POST", edited.at.as_str(), object.clone())];
    lines.push(("PUT", &target, object.clone()));
    set(&mut object, "/metadata/resourceVersion", "{rv:1}".into());
    lines.push(("PUT", &target, object.clone()));
    // Whether an empty list was there the sandbox does not remember.
    for (pointer, value) in edited.edits.iter().filter(|(_, value)| !is_empty(value)) {
        let mut object = object.clone();
        match value {
            Value::Object(fields) if pointer.is_empty() => {
                object.as_object_mut().unwrap_or(&mut Map::new()).extend(fields.clone());
            }
            value => set(&mut object, pointer, value.clone()),
        }
        lines.push(("PUT", &target, object));
    }
    lines.push(("DELETE", &at, Value::Null));
    Script::of(about, lines.into_iter())
}

/// A script of edits whose pointers begin at a place of the object.
fn script(about: String, place: &str, edited: Edited) -> Script {
    let target = format!("{}?dryRun=All", edited.at);
    let line = |(pointer, value): Edit| {
        let mut object = edited.object.clone();
        let part = object.pointer_mut(place).expect("the object has the place");
        match value {
            // Fields beside those that are there.
            Value::Object(fields) if pointer.is_empty() => {
                part.as_object_mut().unwrap_or(&mut Map::new()).extend(fields);
            }
            value => set(part, &pointer, value),
        }
        if object["metadata"]["name"].is_null() {
            set(&mut object, "/metadata/name", "p".into());
        }
        ("POST", target.as_str(), object)
    };
    Script::of(about, edited.edits.into_iter().map(line))
}
