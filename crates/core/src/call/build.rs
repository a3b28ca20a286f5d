//! The one door from a desired operation to a checked draft.

use bytes::Bytes;

use super::body::{JSON, body};
use super::check::check;
use super::draft::Replay;
use super::target::{path, push_query};
use super::{Attributes, Draft, Operation, PatchType, Verb, rules, selector};
use crate::error::{BuildError, Rule, Segment};
use crate::prelude::*;
use crate::resource::{Catalog, Resource, Scope};
use crate::text::split_once;

/// Subresources such as `log`, and paths such as `/metrics`, answer text. kubectl asks the same way.
const ANYTHING: &str = "application/json, */*";

/// Forms the draft of `operation`, or says what stands against it.
pub(crate) fn build(operation: &Operation, catalog: &dyn Catalog) -> Result<Draft, BuildError> {
    let verb = operation.verb;
    let proxies = operation.subresource == "proxy" && !operation.resource_is_unsaid();
    if !operation.path.is_empty() && !proxies {
        return of_path(operation);
    }
    let resource = find_resource(operation, catalog)?;
    let mut attributes = Attributes {
        verb,
        group: resource.group.to_string(),
        version: resource.version.to_string(),
        resource: resource.plural.to_string(),
        subresource: operation.subresource.clone(),
        namespace: operation.namespace.clone(),
        name: operation.name.clone(),
        path: String::new(),
    };
    check(operation, &attributes, &resource)?;
    check_verb(&attributes, &resource, catalog)?;
    let mut target = path(&attributes);
    if !operation.path.is_empty() {
        rules::check(Segment::Path, Rule::Path, &operation.path)?;
        rules::push_segment(&mut target, &operation.path);
    }
    push_query(&mut target, operation);
    if attributes.resource == "namespaces" && attributes.namespace.is_empty() {
        attributes.namespace = attributes.name.clone();
    }
    if matches!(verb, Verb::List | Verb::Watch) {
        attributes.name =
            operation.parameter("fieldSelector").and_then(selector::exact_name).unwrap_or_default();
    }
    let (content_type, body) = body(operation, &resource);
    let accept = match operation.view {
        Some(view) => view.accept(verb == Verb::List),
        None if operation.subresource.is_empty() => JSON,
        None => ANYTHING,
    };
    Ok(Draft { attributes, target, accept, content_type, body, replay: replay(operation) })
}

fn of_path(operation: &Operation) -> Result<Draft, BuildError> {
    let mut attributes = Attributes::new(operation.verb);
    attributes.path = operation.path.clone();
    if operation.verb != Verb::Get {
        return Err(attributes.surplus("path: a path can only be read with get"));
    }
    let others = [
        ("apiVersion", &operation.api_version),
        ("resource", &operation.resource),
        ("namespace", &operation.namespace),
        ("name", &operation.name),
        ("subresource", &operation.subresource),
    ];
    if let Some((field, _)) = others.iter().find(|(_, value)| !value.is_empty()) {
        return Err(attributes.surplus(field));
    }
    if let Some((field, _)) = operation.parameters.first() {
        return Err(attributes.surplus(field));
    }
    if operation.body.is_some() {
        return Err(attributes.surplus("body"));
    }
    if operation.patch_type.is_some() {
        return Err(attributes.surplus("patchType"));
    }
    if operation.view.is_some() {
        return Err(attributes.surplus("as"));
    }
    rules::check(Segment::Path, Rule::Path, &operation.path)?;
    let attributes = Attributes::of_path(&operation.path, &operation.query);
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
    let Some(api_version) = api_version else {
        return Err(BuildError::UnknownResource { name: name.into(), nearest: catalog.nearest(name) });
    };
    // Not in the table, but said in full: a custom resource, or one of a newer server.
    let said = split_once(api_version, "/");
    let (group, version) = said.unwrap_or(("", api_version));
    if said.is_some() {
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

/// What the catalog knows not to be served is refused here, where the error can say what is. The methods that only proxies have are not
/// among the verbs that a server tells of.
fn check_verb(attributes: &Attributes, resource: &Resource, catalog: &dyn Catalog) -> Result<(), BuildError> {
    let verb = attributes.verb;
    match catalog.verbs(resource, &attributes.subresource) {
        Some(verbs) if !matches!(verb, Verb::Head | Verb::Options) && !verbs.contains(&verb) => {
            Err(BuildError::NotServed { verb: verb.name(), resource: attributes.full_resource(), verbs })
        }
        _ => Ok(()),
    }
}

/// A merge patch and an apply say what shall be, so saying it twice changes nothing; a JSON patch can add to a list, and a strategic
/// one too.
fn replay(operation: &Operation) -> Replay {
    match (operation.verb, operation.patch_type) {
        (Verb::Create, _) | (_, Some(PatchType::Json | PatchType::Strategic)) => Replay::Once,
        _ => Replay::Idempotent,
    }
}
