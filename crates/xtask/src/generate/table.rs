//! The table's text, which the core reads: see [`text`].

use super::discovery::{GroupVersion, Resource};
use anyhow::{Result, ensure};
use std::collections::{BTreeMap, BTreeSet};

/// A letter for each verb, in the order in which they are written.
const LETTERS: [(&str, char); 8] = [
    ("create", 'c'),
    ("delete", 'd'),
    ("deletecollection", 'D'),
    ("get", 'g'),
    ("list", 'l'),
    ("patch", 'p'),
    ("update", 'u'),
    ("watch", 'w'),
];

/// A line `@GROUP/VERSION` (`@v1` for the core group), then a line for each of its resources, sorted by their plural:
/// `PLURAL KIND SCOPEVERBS SHORTNAMES CATEGORIES SUBRESOURCES`, where `-` stands for nothing.
///
/// SCOPEVERBS is `n` (namespaced) or `c` (cluster), then `*` for all eight verbs or the letters of some. A subresource
/// that can be got, patched and updated is its name alone, another has its letters behind a colon.
pub(crate) fn text(groups: &[GroupVersion]) -> Result<String> {
    let mut text = String::new();
    for group in groups {
        text += &format!("@{}\n", group.name);
        let (subresources, resources): (Vec<_>, Vec<_>) =
            group.resources.iter().partition(|one| one.name.contains('/'));
        let mut lines = BTreeMap::new();
        for resource in resources {
            let prefix = format!("{}/", resource.name);
            let below =
                |one: &&Resource| one.name.strip_prefix(&prefix).map(|name| subresource(name, &one.verbs));
            let below: BTreeSet<String> = subresources.iter().filter_map(below).collect();
            lines.insert(resource.name.as_str(), line(resource, below));
        }
        for one in subresources {
            let parent = one.name.split('/').next().unwrap_or_default();
            ensure!(
                lines.contains_key(parent),
                "{} has {}, but not the resource itself",
                group.name,
                one.name
            );
        }
        text.extend(lines.into_values());
    }
    Ok(text)
}

fn line(resource: &Resource, subresources: BTreeSet<String>) -> String {
    let scope = if resource.namespaced { 'n' } else { 'c' };
    let verbs = match letters(&resource.verbs) {
        all if all.len() == LETTERS.len() => "*".to_owned(),
        some => some,
    };
    let (short_names, categories) = (joined(&resource.short_names), joined(&resource.categories));
    let subresources = joined(&subresources.into_iter().collect::<Vec<_>>());
    format!("{} {} {scope}{verbs} {short_names} {categories} {subresources}\n", resource.name, resource.kind)
}

fn subresource(name: &str, verbs: &[String]) -> String {
    match letters(verbs).as_str() {
        "gpu" => name.to_owned(),
        some => format!("{name}:{some}"),
    }
}

fn letters(verbs: &[String]) -> String {
    LETTERS.iter().filter(|(verb, _)| verbs.iter().any(|one| one == verb)).map(|(_, letter)| letter).collect()
}

fn joined(names: &[String]) -> String {
    if names.is_empty() { "-".to_owned() } else { names.join(",") }
}

#[cfg(test)]
mod tests {
    use super::super::discovery::read;
    use super::*;
    use serde_json::{Value, json};

    const ALL: [&str; 8] =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    #[expect(clippy::unnecessary_wraps, reason = "the shape of what reads from a server")]
    fn server(path: &str) -> Result<Value> {
        let status = json!(["get", "patch", "update"]);
        Ok(match path {
            "/api" => json!({"versions": ["v1"]}),
            "/apis" => {
                json!({"groups": [{"versions": [{"groupVersion": "x.io/v2"}, {"groupVersion": "x.io/v1"}]}]})
            }
            "/api/v1" => json!({"resources": [
                {"name": "pods", "kind": "Pod", "namespaced": true, "verbs": ALL, "shortNames": ["po"], "categories": ["all"]},
                {"name": "pods/status", "kind": "Pod", "namespaced": true, "verbs": status},
                {"name": "pods/exec", "kind": "PodExecOptions", "namespaced": true, "verbs": ["get", "create", "connect"]},
                {"name": "bindings", "kind": "Binding", "namespaced": true, "verbs": ["create"]},
            ]}),
            _ => {
                json!({"resources": [{"name": "ts", "kind": "T", "namespaced": false, "verbs": ["watch", "get"]}]})
            }
        })
    }

    #[test]
    fn says_everything_in_a_line_each() {
        let groups = read(&mut server).unwrap();
        let expected = "\
@v1
bindings Binding nc - - -
pods Pod n* po all exec:cg,status
@x.io/v2
ts T cgw - - -
@x.io/v1
ts T cgw - - -
";
        assert_eq!(text(&groups).unwrap(), expected);
    }

    #[test]
    fn a_subresource_of_nothing_is_an_error() {
        let get = &mut |path: &str| {
            let orphan =
                json!({"resources": [{"name": "a/b", "kind": "A", "namespaced": true, "verbs": []}]});
            if path == "/api/v1" { Ok(orphan) } else { server(path) }
        };
        let error = text(&read(get).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "v1 has a/b, but not the resource itself");
    }
}
