//! What the sandbox's `kubectl explain` needs beyond the table of types: see [`text`].

use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

use super::schema::{REF, WORDS, split};

/// A line `@PACKAGE`, then its types, sorted, each a line `NAME`, a tab and its description, and then a line for each field that has something to be said,
/// behind a space: `NAME`, with `*` where it is required, ` :TYPE` where it is anything and has a name all the same, ` [..]` with the values that it may have,
/// and a tab and its description. Without a tab the description is the one that a field of that name had last. `\n`, `\t` and `\\` stand for themselves.
///
/// At the end, a line for each type that has a word of its own in the table: `=NAME`, a space, and its schema.
pub(crate) fn text<'n>(
    types: impl Iterator<Item = &'n String>,
    schemas: &BTreeMap<String, Value>,
) -> Result<String> {
    let mut sorted: Vec<_> = types.map(|name| (split(name), name)).collect();
    sorted.sort();
    let (mut text, mut package) = (String::new(), String::new());
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for ((inside, short), name) in sorted {
        if inside != package {
            text += &format!("@{inside}\n");
            package = inside;
        }
        let schema = schemas.get(name).with_context(|| format!("there is no {name}"))?;
        text += &format!("{short}\t{}\n", description(schema));
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            let star = if required.iter().any(|one| *one == field) { "*" } else { "" };
            let description = description(schema);
            text += &format!(" {field}{star}{}{}", called(schema), choices(schema));
            if said.get(field) != Some(&description) {
                text += &format!("\t{description}");
                said.insert(field.clone(), description);
            }
            text += "\n";
        }
    }
    for (name, _) in WORDS {
        if let Some(schema) = schemas.get(name) {
            text += &format!("={name} {schema}\n");
        }
    }
    Ok(text)
}

fn description(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t")
}

/// What a list or a map holds in the end.
fn inner(schema: &Value) -> &Value {
    let below = ["items", "additionalProperties"].into_iter().find_map(|name| schema.get(name));
    below.map_or(schema, inner)
}

fn choices(schema: &Value) -> String {
    inner(schema).get("enum").map(|values| format!(" {values}")).unwrap_or_default()
}

/// The name of what the table has as anything.
fn called(schema: &Value) -> String {
    let schema = inner(schema);
    let name = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")).and_then(Value::as_str);
    let name = name.and_then(|name| name.strip_prefix(REF));
    let open = WORDS.iter().find(|(own, word)| name == Some(own) && matches!(*word, "any" | "raw"));
    open.map(|(name, _)| format!(" :{name}")).unwrap_or_default()
}
