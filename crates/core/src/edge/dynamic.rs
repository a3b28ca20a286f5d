//! Objects of any kind.

use crate::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// An object of any kind: its type, its metadata, and the rest as JSON. Nothing of it is lost on the way out again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Such as `apps/v1`.
    #[serde(rename = "apiVersion", default)]
    pub api_version: String,
    /// Such as `Deployment`.
    #[serde(default)]
    pub kind: String,
    /// Name, namespace, labels and so on.
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: Metadata,
    /// Everything else: `spec`, `status`, `data`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What every object has: [ObjectMeta](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/).
///
/// The members that programs ask for are fields; the others stay in `rest`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// Its name, unique in its namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The start of a name that the server completes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
    /// Its namespace, where its kind has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What tells it from an earlier object of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The version at which this is its state; opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// When it was made (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<String>,
    /// When its deletion began (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<String>,
    /// What selectors choose by.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Map::is_empty")]
    pub labels: Map<String, Value>,
    /// What tools note down.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Map::is_empty")]
    pub annotations: Map<String, Value>,
    /// Who must agree before it goes.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<String>,
    /// Everything else: `ownerReferences`, `managedFields`, `generation`.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Servers in the wild write `null` for what is empty.
pub(super) fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

impl Object {
    /// Its name; empty where it has none yet.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }

    /// One value in `spec`, `status` and so on by its path: `object.at(&["status", "phase"])`.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, path) = path.split_first()?;
        path.iter().try_fold(self.rest.get(*first)?, |value, name| value.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_nulls_are_tolerated() {
        let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","annotations":null,"generation":3},"spec":{"x":[1]}}"#;
        let object: Object = serde_json::from_str(json).unwrap();
        assert_eq!(object.name(), "a");
        assert_eq!(object.at(&["spec", "x"]), Some(&serde_json::json!([1])));
        let again = serde_json::to_string(&object).unwrap();
        assert_eq!(again, json.replace(r#""annotations":null,"#, ""));
        let bare: Object = serde_json::from_str(r#"{"metadata":null}"#).unwrap();
        assert_eq!(bare, Object::default());
    }
}
