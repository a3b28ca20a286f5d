//! What a pod may say, edit by edit, as data: `pods.json`, by what each is about.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::kinds::{Edit, set};
use crate::scripts::Script;

fn read() -> BTreeMap<String, Vec<Edit>> {
    serde_json::from_str(include_str!("pods.json")).expect("the edits are JSON of their form")
}

/// All edits of one field, for sequences of the dice.
pub(crate) fn edits() -> Vec<Edit> {
    read().into_values().flatten().filter(|(pointer, _)| !pointer.is_empty()).collect()
}

/// Each edit on a pod of its own, which is not stored.
pub(crate) fn scripts() -> impl Iterator<Item = Script> {
    const PODS: &str = "/api/v1/namespaces/{ns:a}/pods?dryRun=All";
    let pod = |(pointer, value): Edit| {
        let mut spec = json!({"containers": [{"name": "c", "image": "i"}]});
        match value {
            Value::Object(fields) if pointer.is_empty() => {
                spec.as_object_mut().unwrap_or(&mut Map::new()).extend(fields)
            }
            value => set(&mut spec, &pointer, value),
        }
        ("POST", PODS, json!({"metadata": {"name": "p"}, "spec": spec}))
    };
    read()
        .into_iter()
        .map(move |(area, edits)| Script::of(format!("pods: {area}"), edits.into_iter().map(pod)))
}
