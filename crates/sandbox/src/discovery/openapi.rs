//! OpenAPI v3: an index, and a document for each version of a group, made when it is asked for. Its types, and its paths with their
//! methods and what of their parameters clients look for before they write.

use std::collections::BTreeMap;

use kubewire::Verb;
use serde_json::{Map, Value, json};

use crate::hash::fnv;
use crate::registry::{Kind, Registry, Version};
use crate::schema::{REF, Schemas, Shape};

/// The index.
pub(super) fn index(registry: &Registry) -> Value {
    let paths = registry.versions().iter().filter(|version| !version.stale).map(|version| {
        let path = root(version);
        let url = format!("/openapi/v3/{path}?hash={}", hash(version));
        (path, json!({"serverRelativeURL": url}))
    });
    json!({"paths": Value::Object(paths.collect())})
}

/// What changes with a document: clients keep it for as long as this is the same.
fn hash(version: &Version) -> String {
    let custom = version.kinds.values().filter_map(|kind| kind.custom.as_ref().map(|custom| (kind, custom)));
    let sum = fnv(custom.flat_map(|(kind, custom)| format!("{}{}", kind.kind, custom.schema()).into_bytes()));
    format!("{}-{sum:016X}", env!("CARGO_PKG_VERSION"))
}

/// The document of a version of a group; `None` where it is not served.
pub(super) fn document(registry: &Registry, path: &str) -> Option<Value> {
    let version = registry.versions().iter().find(|version| root(version) == path)?;
    let (mut schemas, mut paths) = (Schemas::default(), BTreeMap::new());
    for kind in version.kinds.values() {
        let schema = schemas.kind(kind);
        add(&mut paths, version, kind, schema.as_deref());
    }
    let paths: Map<String, Value> = paths.into_iter().collect();
    let schemas: Map<String, Value> = schemas.0.into_iter().collect();
    let info = match version.kinds.values().any(|kind| kind.custom.is_some()) {
        true => json!({"title": "Kubernetes CRD Swagger", "version": "v0.1.0"}),
        false => json!({"title": "Kubernetes", "version": "v1.37.2"}),
    };
    Some(json!({
        "openapi": "3.0.0",
        "info": info,
        "paths": paths,
        "components": {"schemas": schemas},
    }))
}

/// Such as `api/v1` and `apis/apps/v1`.
fn root(version: &Version) -> String {
    if version.group.is_empty() {
        format!("api/{}", version.version)
    } else {
        format!("apis/{}/{}", version.group, version.version)
    }
}

/// The paths of a resource: that of the collection, that of one object, those of its parts.
fn add(paths: &mut BTreeMap<String, Value>, version: &Version, kind: &Kind, schema: Option<&str>) {
    let within = if kind.namespaced { "namespaces/{namespace}/" } else { "" };
    let all = format!("/{}/{within}{}", root(version), kind.plural);
    let one = format!("{all}/{{name}}");
    let (on_all, on_one): (Vec<Verb>, Vec<Verb>) = kind
        .verbs
        .iter()
        .copied()
        .filter(|&verb| verb != Verb::Watch)
        .partition(|verb| matches!(verb, Verb::List | Verb::Create | Verb::DeleteCollection));
    for (path, verbs, own) in [(all, on_all, schema), (one.clone(), on_one, schema)] {
        if !verbs.is_empty() {
            paths.insert(path, operations(kind, &verbs, own));
        }
    }
    for (part, verbs) in &kind.subresources {
        // Of the other parts only some are of the same kind.
        if part == "status" {
            paths.insert(format!("{one}/{part}"), operations(kind, verbs, schema));
        }
    }
}

fn operations(kind: &Kind, verbs: &[Verb], schema: Option<&str>) -> Value {
    let all =
        verbs.iter().filter_map(|&verb| Some((method(verb)?.to_owned(), operation(kind, verb, schema))));
    Value::Object(all.collect())
}

fn method(verb: Verb) -> Option<&'static str> {
    Some(match verb {
        Verb::Get | Verb::List => "get",
        Verb::Create => "post",
        Verb::Replace => "put",
        Verb::Patch => "patch",
        Verb::Delete | Verb::DeleteCollection => "delete",
        _ => return None,
    })
}

/// One method of a path.
fn operation(kind: &Kind, verb: Verb, schema: Option<&str>) -> Value {
    let action = match verb {
        Verb::Create => "post",
        Verb::Replace => "put",
        other => other.rbac(),
    };
    let parameters: &[&str] = match verb {
        Verb::Create | Verb::Replace => &["dryRun", "fieldManager", "fieldValidation", "pretty"],
        Verb::Patch => &["dryRun", "fieldManager", "fieldValidation", "force", "pretty"],
        Verb::Delete | Verb::DeleteCollection => {
            &["dryRun", "gracePeriodSeconds", "orphanDependents", "pretty", "propagationPolicy"]
        }
        Verb::List => {
            &["continue", "fieldSelector", "labelSelector", "limit", "pretty", "resourceVersion", "watch"]
        }
        _ => &["pretty"],
    };
    let parameters: Vec<Value> = parameters.iter().map(|name| parameter(name)).collect();
    let mut operation = json!({
        "parameters": parameters,
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind":
            {"group": kind.group, "version": kind.version, "kind": kind.kind},
    });
    let media: &[&str] = match verb {
        Verb::Create | Verb::Replace => &["application/json"],
        Verb::Patch if matches!(kind.shape().shape(), Shape::Struct(own) if !own.package.is_empty()) => &[
            "application/apply-patch+yaml",
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json",
        ],
        Verb::Patch => {
            &["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"]
        }
        _ => return operation,
    };
    let schema = match schema {
        Some(name) if verb != Verb::Patch => json!({"$ref": format!("{REF}{name}")}),
        _ => json!({"type": "object"}),
    };
    let content: Map<String, Value> =
        media.iter().map(|&media| (media.to_owned(), json!({"schema": schema}))).collect();
    crate::object::put(&mut operation, "requestBody", json!({"content": content}));
    operation
}

fn parameter(name: &str) -> Value {
    let kind = match name {
        "force" | "orphanDependents" | "watch" => "boolean",
        "gracePeriodSeconds" | "limit" => "integer",
        _ => "string",
    };
    json!({"name": name, "in": "query", "schema": {"type": kind, "uniqueItems": true}})
}
