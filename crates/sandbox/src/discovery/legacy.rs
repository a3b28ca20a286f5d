//! The old documents: `APIVersions`, `APIGroupList`, `APIGroup`, `APIResourceList`.

use kubewire::Verb;
use serde_json::{Value, json};

use super::subresource;
use crate::registry::{Kind, Registry};

pub(super) fn versions() -> Value {
    json!({
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:443"}],
    })
}

pub(super) fn groups(registry: &Registry) -> Value {
    let mut names: Vec<&str> = Vec::new();
    for version in registry.versions() {
        if !version.group.is_empty() && !names.contains(&version.group.as_str()) {
            names.push(&version.group);
        }
    }
    let groups: Vec<Value> = names.into_iter().filter_map(|name| entry(registry, name)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

pub(super) fn group(registry: &Registry, name: &str) -> Option<Value> {
    let mut group = entry(registry, name)?;
    crate::object::put(&mut group, "kind", "APIGroup");
    crate::object::put(&mut group, "apiVersion", "v1");
    Some(group)
}

/// A group without the core one; the version that comes first is preferred.
fn entry(registry: &Registry, name: &str) -> Option<Value> {
    let versions: Vec<Value> = registry
        .versions()
        .iter()
        .filter(|version| !name.is_empty() && version.group == name)
        .map(|one| json!({"groupVersion": format!("{name}/{}", one.version), "version": one.version}))
        .collect();
    let preferred = versions.first()?.clone();
    Some(json!({"name": name, "versions": versions, "preferredVersion": preferred}))
}

pub(super) fn resources(registry: &Registry, group: &str, version: &str) -> Option<Value> {
    let found = registry.version(group, version)?;
    let mut resources = Vec::new();
    for kind in found.kinds.values() {
        resources.push(resource(kind));
        resources.extend(kind.subresources.iter().map(|(name, verbs)| sub(kind, name, verbs)));
    }
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let mut list = json!({"kind": "APIResourceList", "groupVersion": api_version, "resources": resources});
    if !group.is_empty() {
        crate::object::put(&mut list, "apiVersion", "v1");
    }
    Some(list)
}

pub(super) fn verbs(verbs: &[Verb]) -> Vec<&'static str> {
    let mut names: Vec<_> = verbs.iter().map(|verb| verb.rbac()).collect();
    names.sort_unstable();
    names
}

fn resource(kind: &Kind) -> Value {
    let mut resource = json!({
        "name": kind.plural,
        "singularName": kind.singular(),
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": verbs(&kind.verbs),
    });
    if !kind.short_names.is_empty() {
        crate::object::put(&mut resource, "shortNames", json!(kind.short_names));
    }
    if !kind.categories.is_empty() {
        crate::object::put(&mut resource, "categories", json!(kind.categories));
    }
    resource
}

fn sub(kind: &Kind, name: &str, own: &[Verb]) -> Value {
    let (group, version, object) = subresource::of(kind, name);
    let mut resource = json!({
        "name": format!("{}/{name}", kind.plural),
        "singularName": "",
        "namespaced": kind.namespaced,
        "kind": object,
        "verbs": verbs(own),
    });
    if !version.is_empty() {
        crate::object::put(&mut resource, "group", group);
        crate::object::put(&mut resource, "version", version);
    }
    resource
}
