//! The path and the query.

use super::{Attributes, Operation, Verb, parameters, rules};
use crate::prelude::*;

/// The path of a resource, or of one object of it.
pub(super) fn path(attributes: &Attributes) -> String {
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
pub(super) fn push_query(target: &mut String, operation: &Operation) {
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
