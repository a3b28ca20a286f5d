//! The one door from a desired operation to a checked draft.

use bytes::Bytes;

use super::draft::Replay;
use super::parameters::{self, Value};
use super::{Attributes, Draft, Operation, PatchType, Verb, rules};
use crate::error::{BuildError, Rule, Segment};
use crate::json::push_string;
use crate::prelude::*;
use crate::resource::{Catalog, Resource, Scope};

const JSON: &str = "application/json";
/// Subresources such as `log`, and paths such as `/metrics`, answer text. kubectl asks the same way.
const ANYTHING: &str = "application/json, */*";

/// Forms the draft of `operation`, or says what stands against it.
pub(crate) fn build(operation: &Operation, catalog: &dyn Catalog) -> Result<Draft, BuildError> {
    let verb = operation.verb;
    if !operation.path.is_empty() {
        return of_path(operation);
    }
    let resource = find_resource(operation, catalog)?;
    let mut attributes = Attributes::new(verb);
    attributes.group = resource.group.to_string();
    attributes.version = resource.version.to_string();
    attributes.resource = resource.plural.to_string();
    attributes.subresource.clone_from(&operation.subresource);
    attributes.namespace.clone_from(&operation.namespace);
    attributes.name.clone_from(&operation.name);
    check(&attributes, &resource)?;
    check_parameters(operation, &attributes)?;
    check_body(operation, &attributes)?;
    let mut target = path(&attributes);
    push_query(&mut target, operation);
    if attributes.resource == "namespaces" && attributes.namespace.is_empty() {
        attributes.namespace.clone_from(&attributes.name);
    }
    let (content_type, body) = body(operation);
    let accept = if operation.subresource.is_empty() { JSON } else { ANYTHING };
    Ok(Draft { attributes, target, accept, content_type, body, replay: replay(operation) })
}

fn of_path(operation: &Operation) -> Result<Draft, BuildError> {
    let surplus = |what: &str| {
        Err(BuildError::Surplus {
            verb: operation.verb.name(),
            resource: operation.path.clone(),
            what: what.into(),
        })
    };
    if operation.verb != Verb::Get {
        return surplus("path: a path can only be read with get");
    }
    let others = [
        ("apiVersion", &operation.api_version),
        ("resource", &operation.resource),
        ("namespace", &operation.namespace),
        ("name", &operation.name),
        ("subresource", &operation.subresource),
    ];
    if let Some((field, _)) = others.iter().find(|(_, value)| !value.is_empty()) {
        return surplus(field);
    }
    if let Some((field, _)) = operation.parameters.first() {
        return surplus(field);
    }
    if operation.body.is_some() {
        return surplus("body");
    }
    if operation.patch_type.is_some() {
        return surplus("patchType");
    }
    rules::check(Segment::Path, Rule::Path, &operation.path)?;
    let watch =
        operation.query.iter().any(|(key, value)| key == "watch" && matches!(value.as_str(), "true" | "1"));
    let attributes = Attributes::of_path(&operation.path, watch);
    let mut target = String::new();
    rules::push_segment(&mut target, &operation.path);
    push_query(&mut target, operation);
    Ok(Draft {
        attributes,
        target,
        accept: ANYTHING,
        content_type: "",
        body: Bytes::new(),
        replay: Replay::Idempotent,
    })
}

fn find_resource(operation: &Operation, catalog: &dyn Catalog) -> Result<Resource, BuildError> {
    if let Some(resource) = &operation.known {
        return Ok(resource.clone());
    }
    let name = operation.resource.as_str();
    if name.is_empty() {
        return Err(BuildError::Missing {
            verb: operation.verb.name(),
            resource: String::new(),
            what: "a resource, such as pods, or a path, such as /version",
        });
    }
    let api_version = Some(operation.api_version.as_str()).filter(|version| !version.is_empty());
    if let Some(resource) = catalog.find(api_version, name) {
        return Ok(resource);
    }
    let Some(api_version) = api_version else { return Err(BuildError::UnknownResource(name.into())) };
    // Not in the table, but said in full: a custom resource, or one of a newer server.
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    if api_version.contains('/') {
        rules::check(Segment::Group, Rule::Subdomain, group)?;
    }
    Ok(Resource {
        group: group.to_owned().into(),
        version: version.to_owned().into(),
        kind: "".into(),
        plural: name.to_owned().into(),
        scope: Scope::Unknown,
    })
}

/// The parts of the path, each by its rule; and whether the verb has what it needs.
fn check(attributes: &Attributes, resource: &Resource) -> Result<(), BuildError> {
    let Attributes { verb, group, version, resource: plural, subresource, namespace, name, .. } = attributes;
    if !group.is_empty() {
        rules::check(Segment::Group, Rule::Subdomain, group)?;
    }
    rules::check(Segment::Version, Rule::Label, version)?;
    rules::check(Segment::Resource, Rule::Label, plural)?;
    let verb_name = verb.name();
    let missing =
        |what| Err(BuildError::Missing { verb: verb_name, resource: attributes.full_resource(), what });
    let surplus = |what: &str| {
        Err(BuildError::Surplus { verb: verb_name, resource: attributes.full_resource(), what: what.into() })
    };
    if !namespace.is_empty() {
        if resource.scope == Scope::Cluster {
            return Err(BuildError::ClusterScoped(plural.clone()));
        }
        rules::check(Segment::Namespace, Rule::Label, namespace)?;
    }
    if !subresource.is_empty() {
        rules::check(Segment::Subresource, Rule::Label, subresource)?;
        if matches!(verb, Verb::List | Verb::Watch | Verb::DeleteCollection) {
            return surplus("subresource");
        }
    }
    if !name.is_empty() {
        rules::check(Segment::Name, rules::name_rule(group, plural), name)?;
    }
    check_reading(attributes)?;
    let of_one = verb.is_named() || !subresource.is_empty();
    match (of_one, name.is_empty()) {
        (true, true) => return missing("a name"),
        (false, false) if *verb == Verb::Create => {
            return surplus("name: it stands in the object's metadata");
        }
        (false, false) => return surplus("name: select it with fieldSelector metadata.name=NAME"),
        _ => {}
    }
    let everywhere = matches!(verb, Verb::List | Verb::Watch);
    if resource.scope == Scope::Namespaced && namespace.is_empty() && !everywhere {
        return missing("a namespace");
    }
    Ok(())
}

/// Whether the API server would read the path as it is meant: `namespaces/shop/pods` are all pods of a namespace, and no subresource.
///
/// Source: the API server's `RequestInfoFactory`.
fn check_reading(attributes: &Attributes) -> Result<(), BuildError> {
    const OF_NAMESPACES: [&str; 2] = ["status", "finalize"];
    let Attributes { resource, subresource, namespace, .. } = attributes;
    let refuse = |field: &str, value: &String, expected| {
        Err(BuildError::Value { field: field.into(), value: value.clone(), expected })
    };
    let part = |word: &String| OF_NAMESPACES.contains(&word.as_str());
    if resource == "namespaces" && namespace.is_empty() && !subresource.is_empty() && !part(subresource) {
        let expected = "status or finalize: anything else would be a resource in that namespace";
        return refuse("subresource", subresource, expected);
    }
    if matches!(resource.as_str(), "watch" | "proxy") || (part(resource) && !namespace.is_empty()) {
        let expected = "another word: the API server would read it as a part of its own paths";
        return refuse("resource", resource, expected);
    }
    Ok(())
}

fn check_parameters(operation: &Operation, attributes: &Attributes) -> Result<(), BuildError> {
    let verb = operation.verb;
    for (name, _) in &operation.parameters {
        if !parameters::find(name).is_some_and(|parameter| parameter.suits(verb)) {
            let (resource, what) = (attributes.full_resource(), (*name).to_owned());
            return Err(BuildError::Surplus { verb: verb.name(), resource, what });
        }
    }
    // One way to say each: a `dryRun` in a deletion's query would really delete. (A plain path has no fields for them.)
    if let Some((key, _)) =
        operation.query.iter().find(|(key, _)| key == "watch" || parameters::find(key).is_some())
    {
        let expected = "a parameter of one subresource: the others are fields of the operation itself";
        return Err(BuildError::Value { field: "query".into(), value: key.clone(), expected });
    }
    let surplus = |what: &str| {
        Err(BuildError::Surplus {
            verb: verb.name(),
            resource: attributes.full_resource(),
            what: what.into(),
        })
    };
    if operation.parameter("continue").is_some() {
        for name in ["resourceVersion", "resourceVersionMatch"] {
            if operation.parameter(name).is_some() {
                return surplus(&[name, " beside continue, whose token holds the version"].concat());
            }
        }
    }
    match operation.patch_type {
        Some(PatchType::Apply) if operation.parameter("fieldManager").is_none_or(str::is_empty) => {
            let (verb, resource) = ("apply of", attributes.full_resource());
            Err(BuildError::Missing {
                verb,
                resource,
                what: "a fieldManager: the name that will own the fields",
            })
        }
        Some(_) if verb != Verb::Patch => surplus("patchType"),
        Some(PatchType::Apply) => Ok(()),
        _ if operation.parameter("force").is_some() => surplus("force: only an apply has conflicts to force"),
        _ => Ok(()),
    }
}

fn check_body(operation: &Operation, attributes: &Attributes) -> Result<(), BuildError> {
    let verb = operation.verb.name();
    let takes_body = matches!(operation.verb, Verb::Create | Verb::Replace | Verb::Patch);
    let missing = |what| Err(BuildError::Missing { verb, resource: attributes.full_resource(), what });
    match (&operation.body, takes_body) {
        (None, true) => missing("a body"),
        (Some(_), false) => {
            Err(BuildError::Surplus { verb, resource: attributes.full_resource(), what: "body".into() })
        }
        _ if operation.verb == Verb::Patch && operation.patch_type.is_none() => {
            missing("a patchType: json, merge, strategic or apply")
        }
        _ => Ok(()),
    }
}

fn path(attributes: &Attributes) -> String {
    let Attributes { group, version, resource, subresource, namespace, name, .. } = attributes;
    let mut path = String::from(if group.is_empty() { "/api" } else { "/apis/" });
    path.push_str(group);
    let namespaces = if namespace.is_empty() { "" } else { "namespaces" };
    for part in [version, namespaces, namespace, resource, name, subresource] {
        if !part.is_empty() {
            path.push('/');
            rules::push_segment(&mut path, part);
        }
    }
    path
}

/// Writes the query in the order of its keys.
fn push_query(target: &mut String, operation: &Operation) {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut add = |key, value| {
        let behind = pairs.iter().position(|(other, _)| *other > key).unwrap_or(pairs.len());
        pairs.insert(behind, (key, value));
    };
    for (name, value) in &operation.parameters {
        if parameters::find(name).is_some_and(|parameter| !parameter.is_in_body(operation.verb)) {
            add(name, value);
        }
    }
    for (key, value) in &operation.query {
        add(key, value);
    }
    if operation.verb == Verb::Watch {
        add("watch", "true");
    }
    let mut mark = '?';
    for (key, value) in pairs {
        target.push(mark);
        rules::push_form(target, key);
        target.push('=');
        rules::push_form(target, value);
        mark = '&';
    }
}

fn body(operation: &Operation) -> (&'static str, Bytes) {
    if let Some(body) = &operation.body {
        return (operation.patch_type.map_or(JSON, PatchType::content_type), body.clone());
    }
    match delete_options(operation) {
        Some(options) => (JSON, options.into()),
        None => ("", Bytes::new()),
    }
}

/// The [DeleteOptions](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/), where any is given.
fn delete_options(operation: &Operation) -> Option<String> {
    let mut json = String::new();
    let mut preconditions = String::new();
    for (name, value) in &operation.parameters {
        let parameter = parameters::find(name).filter(|parameter| parameter.is_in_body(operation.verb));
        let Some(parameter) = parameter else { continue };
        let (out, name) = match name.strip_prefix("preconditions.") {
            Some(name) => (&mut preconditions, name),
            None => (&mut json, *name),
        };
        if !out.is_empty() {
            out.push(',');
        }
        push_string(out, name);
        out.push(':');
        match parameter.value {
            Value::Integer => out.push_str(value),
            _ if name == "dryRun" => out.push_str("[\"All\"]"),
            _ => push_string(out, value),
        }
    }
    if json.is_empty() && preconditions.is_empty() {
        return None;
    }
    let mut options = String::from("{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"");
    if !json.is_empty() {
        options.push(',');
        options.push_str(&json);
    }
    if !preconditions.is_empty() {
        options.push_str(",\"preconditions\":{");
        options.push_str(&preconditions);
        options.push('}');
    }
    options.push('}');
    Some(options)
}

/// A merge patch and an apply say what shall be, so saying it twice changes nothing; a JSON patch can add to a list, and a strategic
/// one too.
fn replay(operation: &Operation) -> Replay {
    match (operation.verb, operation.patch_type) {
        (Verb::Create, _) | (_, Some(PatchType::Json | PatchType::Strategic)) => Replay::Once,
        _ => Replay::Idempotent,
    }
}
