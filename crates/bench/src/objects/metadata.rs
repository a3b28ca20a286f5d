//! `metadata` of kinds other than pods.

use serde_json::{Value, json};

use super::seed::Seed;

/// The members of `metadata`, as Go writes them.
pub struct Metadata {
    pub namespace: String,
    pub name: String,
    pub labels: Value,
    pub annotations: Value,
    pub owners: Value,
    pub generation: Value,
    /// Who has set what: the manager, and the members that are its own.
    pub managed: Vec<(&'static str, Value)>,
}

impl Metadata {
    /// Each member with its name; those without a value are left out, as Go does.
    pub fn members(self, seed: &mut Seed, api_version: &str) -> Vec<(&'static str, String)> {
        let moment = seed.moment();
        let managed: Vec<Value> = self
            .managed
            .iter()
            .map(|(manager, set)| {
                json!({"manager": manager, "operation": "Update", "apiVersion": api_version, "time": moment, "fieldsType": "FieldsV1",
                    "fieldsV1": owned(set)})
            })
            .collect();
        let version = (4_000_000 + seed.below(700_000)).to_string();
        let members = [
            ("name", json!(self.name)),
            ("namespace", json!(self.namespace)),
            ("uid", json!(seed.uid())),
            ("resourceVersion", json!(version)),
            ("generation", self.generation),
            ("creationTimestamp", json!(moment)),
            ("labels", self.labels),
            ("annotations", self.annotations),
            ("ownerReferences", self.owners),
            ("managedFields", json!(managed)),
        ];
        let set = members.into_iter().filter(|(_, value)| !value.is_null());
        set.map(|(name, value)| (name, value.to_string())).collect()
    }
}

/// The fields of a value as `fieldsV1` has them: a list's items by their names where they have one, else the list as a whole.
fn owned(value: &Value) -> Value {
    let fields = |members: &serde_json::Map<String, Value>| {
        members.iter().map(|(name, value)| (format!("f:{name}"), owned(value))).collect::<Vec<_>>()
    };
    match value {
        Value::Object(members) => Value::Object(fields(members).into_iter().collect()),
        Value::Array(items) => {
            let named = items.iter().filter_map(|item| {
                let (key, name) = ["name", "type"].into_iter().find_map(|key| Some((key, item.get(key)?)))?;
                let mut item = owned(item);
                item.as_object_mut()?.insert(".".to_owned(), json!({}));
                Some((format!("k:{{\"{key}\":{name}}}"), item))
            });
            Value::Object(named.collect())
        }
        _ => json!({}),
    }
}
