//! What every object has: ObjectMeta.

use serde_json::{Map, Value as Json, json};

use super::{Fields, Value, messages, number, text};
use crate::edge::{Metadata, Time};
use crate::json::Key;
use crate::prelude::*;

const MANAGED_FIELDS: u64 = 17;

/// Where the key of an ObjectMeta stands in its bytes; `None` where these are broken, or too many. What lies behind the key is not looked at:
/// it would be most of the work.
pub(crate) fn key(metadata: &[u8]) -> Option<Key> {
    let mut key = Key::default();
    let mut fields = Fields::of(metadata);
    let total = u32::try_from(metadata.len()).ok()?;
    while let Some((number, value)) = fields.next() {
        let slot = match number {
            1 => &mut key.name,
            3 => &mut key.namespace,
            5 => &mut key.uid,
            6 => &mut key.resource_version,
            _ => continue,
        };
        // Go writes empty texts as well, and they are none.
        if let Value::Bytes(text) = value
            && !text.is_empty()
        {
            // A field's bytes end where the rest begins.
            let end = total - fields.rest.len() as u32;
            *slot = (end - text.len() as u32, end);
            if key.is_full() {
                return Some(key);
            }
        }
    }
    fields.whole().then_some(key)
}

/// The metadata without `managedFields`, as a typed answer has it.
pub(crate) fn metadata(message: &[u8]) -> Option<Metadata> {
    let mut fields = Fields::of(message);
    fields.by_ref().for_each(drop);
    if !fields.whole() {
        return None;
    }
    let own = |field| Some(text(message, field).to_owned()).filter(|text| !text.is_empty());
    let time = |field| {
        // An empty one is JSON's `null`: what stands for no time.
        let time = messages(message, field).last().filter(|time| !time.is_empty())?;
        Some(Time::from_unix(number(time, 1).cast_signed()).to_string())
    };
    let pairs = |field| -> Map<String, Json> {
        messages(message, field).map(|pair| (text(pair, 1).to_owned(), text(pair, 2).into())).collect()
    };
    let mut metadata = Metadata {
        name: own(1),
        generate_name: own(2),
        namespace: own(3),
        uid: own(5),
        resource_version: own(6),
        creation_timestamp: time(8),
        deletion_timestamp: time(9),
        labels: pairs(11),
        annotations: pairs(12),
        finalizers: messages(message, 14)
            .filter_map(|text| core::str::from_utf8(text).ok())
            .map(str::to_owned)
            .collect(),
        rest: Map::new(),
    };
    let mut add = |name: &str, value: Json| metadata.rest.insert(name.to_owned(), value);
    if number(message, 7) > 0 {
        add("generation", number(message, 7).into());
    }
    if metadata.deletion_timestamp.is_some() {
        add("deletionGracePeriodSeconds", number(message, 10).into());
    }
    let owners: Vec<Json> = messages(message, 13).map(owner).collect();
    if !owners.is_empty() {
        add("ownerReferences", owners.into());
    }
    Some(metadata)
}

/// The same as the JSON of an object that has nothing else. Broken metadata is as good as empty.
pub(crate) fn metadata_json(message: &[u8]) -> Vec<u8> {
    let metadata = metadata(message).unwrap_or_default();
    serde_json::to_vec(&json!({ "metadata": metadata })).unwrap_or_default()
}

/// A copy without `managedFields`, of exactly its size.
pub(crate) fn without_managed_fields(message: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut fields = Fields::of(message);
    loop {
        let before = fields.rest;
        let Some((number, _)) = fields.next() else { break };
        let field = before.get(..before.len() - fields.rest.len()).unwrap_or_default();
        if number != MANAGED_FIELDS {
            kept.extend_from_slice(field);
        }
    }
    // What cannot be read stays as it is.
    kept.extend_from_slice(fields.rest);
    kept.shrink_to_fit();
    kept
}

fn owner(message: &[u8]) -> Json {
    let mut owner = json!({
        "apiVersion": text(message, 5), "kind": text(message, 1), "name": text(message, 3), "uid": text(message, 4),
    });
    for (field, name) in [(6, "controller"), (7, "blockOwnerDeletion")] {
        let said = Fields::of(message).any(|(found, _)| found == field);
        if let Some(members) = owner.as_object_mut().filter(|_| said) {
            members.insert(name.to_owned(), (number(message, field) == 1).into());
        }
    }
    owner
}
