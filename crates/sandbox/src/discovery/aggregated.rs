//! The aggregated document: `APIGroupDiscoveryList` (KEP-3352).

use http::HeaderValue;
use serde_json::{Value, json};

use super::legacy::verbs;
use super::subresource;
use crate::registry::{Kind, Registry, Version};
use crate::reply::Reply;
use crate::wire::encode;

const CONTENT_TYPE: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Whether the first of the types that we write asks for it.
pub(super) fn is_wanted(accept: &str) -> bool {
    let json = accept.split(',').map(str::trim).find(|clause| clause.starts_with("application/json"));
    json.is_some_and(|clause| {
        let has = |wanted: &str| clause.split(';').any(|part| part.trim() == wanted);
        has("as=APIGroupDiscoveryList") && has("g=apidiscovery.k8s.io") && has("v=v2")
    })
}

/// The core group alone, or all the others.
pub(super) fn answer(registry: &Registry, core: bool) -> Reply {
    let mut items: Vec<(String, Vec<Value>)> = Vec::new();
    for version in registry.versions().iter().filter(|version| version.group.is_empty() == core) {
        let document = of_version(version);
        match items.iter_mut().find(|(group, _)| *group == version.group) {
            Some((_, versions)) => versions.push(document),
            None => items.push((version.group.clone(), vec![document])),
        }
    }
    let items: Vec<Value> = items
        .into_iter()
        .map(|(group, versions)| {
            let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    let list = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    });
    let mut reply = Reply::json(200, encode(&list), &[]);
    if let Reply::Whole(answer) = &mut reply {
        answer.headers_mut().insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
    }
    reply
}

fn of_version(version: &Version) -> Value {
    if version.stale {
        return json!({"version": version.version, "freshness": "Stale"});
    }
    let resources: Vec<Value> = version.kinds.values().map(|kind| resource(kind)).collect();
    json!({"version": version.version, "resources": resources, "freshness": "Current"})
}

fn resource(kind: &Kind) -> Value {
    // Where group and version are those of the resource, the server leaves them empty, but for custom ones.
    let place = if kind.custom.is_some() { (kind.group.as_str(), kind.version.as_str()) } else { ("", "") };
    let mut resource = json!({
        "resource": kind.plural,
        "responseKind": {"group": place.0, "version": place.1, "kind": kind.kind},
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": kind.singular(),
        "verbs": verbs(&kind.verbs),
    });
    if !kind.short_names.is_empty() {
        crate::object::put(&mut resource, "shortNames", json!(kind.short_names));
    }
    if !kind.categories.is_empty() {
        crate::object::put(&mut resource, "categories", json!(kind.categories));
    }
    if !kind.subresources.is_empty() {
        let subresources = kind.subresources.iter().map(|(name, own)| {
            let (group, version, object) = match subresource::of(kind, name) {
                ("", "", object) => (place.0, place.1, object),
                other => other,
            };
            json!({
                "subresource": name,
                "responseKind": {"group": group, "version": version, "kind": object},
                "verbs": verbs(own),
            })
        });
        crate::object::put(&mut resource, "subresources", subresources.collect::<Value>());
    }
    resource
}
