//! A server's discovery documents, read in the order in which it serves them.
//!
//! <https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api>: `/api` names the versions of the core group,
//! `/apis` the other groups, each with its preferred version first; the path of each has its resources.

use anyhow::{Context, Result};
use serde_json::Value;

/// The resources of one group and version.
pub(crate) struct GroupVersion {
    /// `v1`, or `apps/v1`.
    pub(crate) name: String,
    /// As served: subresources stand among the resources, as in `pods/log`.
    pub(crate) resources: Vec<Resource>,
}

pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) namespaced: bool,
    pub(crate) verbs: Vec<String>,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
}

/// All of them; `get` gives the document at a path.
pub(crate) fn read(get: &mut dyn FnMut(&str) -> Result<Value>) -> Result<Vec<GroupVersion>> {
    let mut names = strings(&get("/api")?["versions"]);
    let mut paths: Vec<String> = names.iter().map(|name| format!("/api/{name}")).collect();
    for group in list(&get("/apis")?, "groups")? {
        for version in list(group, "versions")? {
            let name = text(version, "groupVersion")?;
            paths.push(format!("/apis/{name}"));
            names.push(name);
        }
    }
    let read = |(name, path): (String, String)| {
        let document = get(&path)?;
        let resources = list(&document, "resources")?.iter().map(resource).collect::<Result<_>>();
        Ok(GroupVersion { name, resources: resources.with_context(|| path)? })
    };
    names.into_iter().zip(paths).map(read).collect()
}

fn resource(value: &Value) -> Result<Resource> {
    Ok(Resource {
        name: text(value, "name")?,
        kind: text(value, "kind")?,
        namespaced: value["namespaced"]
            .as_bool()
            .context("a resource does not say whether it is namespaced")?,
        verbs: strings(&value["verbs"]),
        short_names: strings(&value["shortNames"]),
        categories: strings(&value["categories"]),
    })
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a Vec<Value>> {
    value[field].as_array().with_context(|| format!("discovery without {field}: {value}"))
}

fn text(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(String::from).with_context(|| format!("discovery without {field}: {value}"))
}

/// The texts in a list; a list that is left out is empty.
fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(String::from).collect()
}
