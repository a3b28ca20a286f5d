//! Whether an operation says all that its verb needs, and nothing that would be lost or mean something else.

use super::{Attributes, Operation, PatchType, Verb, parameters, rules, selector};
use crate::error::{BuildError, Rule, Segment};
use crate::json::Elements;
use crate::prelude::*;
use crate::resource::{Resource, Scope};

/// Passes what can be formed.
pub(super) fn check(
    operation: &Operation,
    attributes: &Attributes,
    resource: &Resource,
) -> Result<(), BuildError> {
    check_parts(attributes, resource)?;
    check_reading(attributes)?;
    check_parameters(operation, attributes)?;
    check_body(operation, attributes)
}

/// The parts of the path, each by its rule; and whether the verb has what it needs.
fn check_parts(attributes: &Attributes, resource: &Resource) -> Result<(), BuildError> {
    let Attributes { verb, group, version, resource: plural, subresource, namespace, name, .. } = attributes;
    if !group.is_empty() {
        rules::check(Segment::Group, Rule::Subdomain, group)?;
    }
    rules::check(Segment::Version, Rule::Label, version)?;
    rules::check(Segment::Resource, Rule::Label, plural)?;
    if !namespace.is_empty() {
        if resource.scope == Scope::Cluster {
            return Err(BuildError::ClusterScoped(plural.clone()));
        }
        rules::check(Segment::Namespace, Rule::Label, namespace)?;
    }
    if !subresource.is_empty() {
        rules::check(Segment::Subresource, Rule::Label, subresource)?;
        if matches!(verb, Verb::List | Verb::Watch | Verb::DeleteCollection) {
            return Err(attributes.surplus("subresource"));
        }
    }
    let proxies = subresource == "proxy";
    if !name.is_empty() {
        let rule = if proxies { Rule::ProxyName } else { rules::name_rule(group, plural) };
        rules::check(Segment::Name, rule, name)?;
    }
    if !proxies && matches!(verb, Verb::Head | Verb::Options) {
        return Err(attributes.missing("subresource proxy: nothing else answers it"));
    }
    let of_one = verb.is_named() || !subresource.is_empty();
    match (of_one, name.is_empty()) {
        (true, true) => return Err(attributes.missing("a name")),
        (false, false) if *verb == Verb::Create => {
            return Err(attributes.surplus("name: it stands in the object's metadata"));
        }
        (false, false) => {
            return Err(attributes.surplus("name: select it with fieldSelector metadata.name=NAME"));
        }
        _ => {}
    }
    let everywhere = matches!(verb, Verb::List | Verb::Watch);
    if resource.scope == Scope::Namespaced && namespace.is_empty() && !everywhere {
        return Err(attributes.missing("a namespace"));
    }
    Ok(())
}

/// Whether the API server would read the path as it is meant: `namespaces/shop/pods` are all pods of a namespace, and no subresource.
///
/// Source: the API server's `RequestInfoFactory`.
fn check_reading(attributes: &Attributes) -> Result<(), BuildError> {
    const OF_NAMESPACES: [&str; 2] = ["status", "finalize"];
    let Attributes { resource, subresource, namespace, .. } = attributes;
    let part = |word: &String| OF_NAMESPACES.contains(&word.as_str());
    if resource == "namespaces" && namespace.is_empty() && !subresource.is_empty() && !part(subresource) {
        let expected = "status or finalize: anything else would be a resource in that namespace";
        return Err(BuildError::value("subresource", subresource, expected));
    }
    if matches!(resource.as_str(), "watch" | "proxy") || (part(resource) && !namespace.is_empty()) {
        let expected = "another word: the API server would read it as a part of its own paths";
        return Err(BuildError::value("resource", resource, expected));
    }
    Ok(())
}

fn check_parameters(operation: &Operation, attributes: &Attributes) -> Result<(), BuildError> {
    let verb = operation.verb;
    for (name, _) in &operation.parameters {
        if !parameters::find(name).is_some_and(|parameter| parameter.suits(verb)) {
            return Err(attributes.surplus(name));
        }
    }
    // One way to say each: a `dryRun` in a deletion's query would really delete. (A plain path has no fields for them.)
    // Behind a proxy the query is another program's.
    let known =
        |key: &str| attributes.subresource != "proxy" && (key == "watch" || parameters::find(key).is_some());
    if let Some((key, _)) = operation.query.iter().find(|(key, _)| known(key)) {
        let expected = "a parameter of one subresource: the others are fields of the operation itself";
        return Err(BuildError::value("query", key, expected));
    }
    for name in ["labelSelector", "fieldSelector"] {
        let Some(text) = operation.parameter(name) else { continue };
        // As an empty name once did: what was meant to choose some would delete all.
        if selector::check(name, text)? && verb == Verb::DeleteCollection {
            let expected = "left out, or not empty: an empty one chooses everything";
            return Err(BuildError::value(name, text, expected));
        }
    }
    if operation.parameter("continue").is_some() {
        for name in ["resourceVersion", "resourceVersionMatch"] {
            if operation.parameter(name).is_some() {
                return Err(
                    attributes.surplus(&[name, " beside continue, whose token holds the version"].concat())
                );
            }
        }
    }
    if operation.view.is_some()
        && (!matches!(verb, Verb::Get | Verb::List | Verb::Watch)
            || matches!(attributes.subresource.as_str(), "log" | "proxy"))
    {
        return Err(attributes.surplus("as: it is for reading objects"));
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
        Some(_) if verb != Verb::Patch => Err(attributes.surplus("patchType")),
        Some(PatchType::Apply) => Ok(()),
        _ if operation.parameter("force").is_some() => {
            Err(attributes.surplus("force: only an apply has conflicts to force"))
        }
        _ => Ok(()),
    }
}

fn check_body(operation: &Operation, attributes: &Attributes) -> Result<(), BuildError> {
    let takes_body = matches!(operation.verb, Verb::Create | Verb::Replace | Verb::Patch);
    // These carry a conversation, or whatever the program behind a proxy takes.
    let connects = matches!(attributes.subresource.as_str(), "attach" | "exec" | "portforward" | "proxy");
    match (&operation.body, takes_body) {
        (None, true) if connects => Ok(()),
        (None, true) => Err(attributes.missing("a body")),
        (Some(_), false) => Err(attributes.surplus("body")),
        _ if operation.verb == Verb::Patch && operation.patch_type.is_none() => {
            Err(attributes.missing("a patchType: json, merge, strategic or apply"))
        }
        (Some(body), _) if !connects => check_json(body, operation, attributes),
        _ => Ok(()),
    }
}

/// A body that is cut off, or in another patch's language, is known before it is sent. What is in it the server judges.
fn check_json(body: &[u8], operation: &Operation, attributes: &Attributes) -> Result<(), BuildError> {
    let (open, what) = match operation.patch_type {
        Some(PatchType::Json) => (b'[', "a body that is one JSON list, of steps (RFC 6902)"),
        _ => (b'{', "a body that is one JSON object"),
    };
    let starts = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&open);
    let whole = Elements::open(body).is_some_and(|mut parts| {
        parts.by_ref().for_each(drop);
        parts.is_all()
    });
    if starts && whole { Ok(()) } else { Err(attributes.missing(what)) }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use crate::{Builtin, Operation, Verb};

    #[test]
    fn bodies_that_are_cut_off_or_no_json_are_refused() {
        let draft = |body: &'static str| {
            let mut operation = Operation::new(Verb::Create);
            operation.set("resource", "configmaps").unwrap();
            operation.set("namespace", "shop").unwrap();
            operation.set_body(body);
            operation.draft(&Builtin)
        };
        for bad in [
            "",
            " ",
            "{",
            "{\"a\":",
            "{\"a\":{}",
            "{}x",
            "{} {}",
            "{\"a\" 1}",
            "kind: ConfigMap",
            "null",
            "\"{}\"",
        ] {
            let error = draft(bad).unwrap_err().to_string();
            assert_eq!(error, "create configmaps needs a body that is one JSON object", "{bad}");
        }
        for good in ["{}", " {\"a\": [1, {\"b\": \"}\"}]}\n"] {
            draft(good).unwrap();
        }
    }
}
