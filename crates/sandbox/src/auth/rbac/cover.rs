//! Whether rules hold all that others allow, and what they lack.
//!
//! Source: `auth/rbac/validation/policy_comparator.go` in `k8s.io/component-helpers`, and `policy_compact.go` of Kubernetes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rule::{texts, url_matches};
use crate::auth::quoted;

/// A rule that allows one verb on one thing.
#[derive(Clone, Copy, Debug)]
struct Part<'v> {
    verb: &'v str,
    what: What<'v>,
}

#[derive(Clone, Copy, Debug)]
enum What<'v> {
    Resource { group: &'v str, resource: &'v str, name: Option<&'v str> },
    Url(&'v str),
}

/// What of `wanted` the rules that someone has do not hold: a text each, sorted, as the server writes it.
pub(super) fn lacking(held: &[Value], wanted: &[Value]) -> Vec<String> {
    let parts = wanted.iter().flat_map(parts);
    let missing = parts.filter(|part| !held.iter().any(|rule| covers(rule, *part)));
    let mut resources: BTreeMap<(&str, &str, Option<&str>), Vec<&str>> = BTreeMap::new();
    let mut texts = BTreeSet::new();
    for part in missing {
        match part.what {
            What::Resource { group, resource, name } => {
                resources.entry((group, resource, name)).or_default().push(part.verb);
            }
            What::Url(url) => {
                texts.insert(format!("{{NonResourceURLs:{}, Verbs:{}}}", list(&[url]), list(&[part.verb])));
            }
        }
    }
    for ((group, resource, name), verbs) in resources {
        let name = name.map(|name| format!(", ResourceNames:{}", list(&[name]))).unwrap_or_default();
        texts.insert(format!(
            "{{APIGroups:{}, Resources:{}{name}, Verbs:{}}}",
            list(&[group]),
            list(&[resource]),
            list(&verbs)
        ));
    }
    texts.into_iter().collect()
}

fn list(texts: &[&str]) -> String {
    quoted(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
}

/// The parts of a rule, in the server's order.
fn parts(rule: &Value) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for group in texts(rule, "apiGroups") {
        for resource in texts(rule, "resources") {
            for verb in texts(rule, "verbs") {
                let mut names = texts(rule, "resourceNames").peekable();
                let part = |name| Part { verb, what: What::Resource { group, resource, name } };
                if names.peek().is_none() {
                    parts.push(part(None));
                }
                parts.extend(names.map(|name| part(Some(name))));
            }
        }
    }
    for url in texts(rule, "nonResourceURLs") {
        parts.extend(texts(rule, "verbs").map(|verb| Part { verb, what: What::Url(url) }));
    }
    parts
}

/// Whether a rule holds a part.
fn covers(rule: &Value, part: Part<'_>) -> bool {
    let has = |field: &str, text: &str| texts(rule, field).any(|own| own == text);
    if !has("verbs", "*") && !has("verbs", part.verb) {
        return false;
    }
    match part.what {
        What::Url(url) => texts(rule, "nonResourceURLs").any(|own| url_matches(own, url)),
        What::Resource { group, resource, name } => {
            let unnamed = texts(rule, "resourceNames").next().is_none();
            let any_of = resource.split_once('/').map(|(_, part)| format!("*/{part}"));
            (has("apiGroups", "*") || has("apiGroups", group))
                && (has("resources", "*")
                    || has("resources", resource)
                    || any_of.is_some_and(|any_of| has("resources", &any_of)))
                && (unnamed || name.is_some_and(|name| has("resourceNames", name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_lacking_is_told_by_resource() {
        let rule = |verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]| json!({"verbs": verbs, "apiGroups": groups, "resources": resources, "resourceNames": names});
        let pods = rule(&["get", "list"], &[""], &["pods", "pods/log"], &[]);
        let named = rule(&["get"], &[""], &["pods"], &["a", "b"]);
        let url = json!({"verbs": ["get"], "nonResourceURLs": ["/metrics"]});
        let lists = "{APIGroups:[\"\"], Resources:[\"pods/log\"], Verbs:[\"get\" \"list\"]}";
        for (held, wanted, lacks) in [
            (vec![pods.clone()], vec![pods.clone()], vec![]),
            (vec![rule(&["*"], &["*"], &["*"], &[])], vec![pods.clone(), named.clone()], vec![]),
            (
                vec![],
                vec![rule(&["get"], &[""], &["pods"], &[]), rule(&["list"], &[""], &["pods"], &[])],
                vec!["{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\"]}"],
            ),
            (vec![rule(&["get", "list"], &[""], &["pods"], &[])], vec![pods.clone()], vec![lists]),
            (
                vec![rule(&["*"], &[""], &["*/log"], &[]), rule(&["*"], &[""], &["pods"], &[])],
                vec![pods],
                vec![],
            ),
            (
                vec![rule(&["get"], &[""], &["pods"], &["a"])],
                vec![named],
                vec!["{APIGroups:[\"\"], Resources:[\"pods\"], ResourceNames:[\"b\"], Verbs:[\"get\"]}"],
            ),
            (vec![], vec![url.clone()], vec!["{NonResourceURLs:[\"/metrics\"], Verbs:[\"get\"]}"]),
            (vec![json!({"verbs": ["*"], "nonResourceURLs": ["/m*"]})], vec![url], vec![]),
        ] {
            assert_eq!(lacking(&held, &wanted), lacks, "{held:?} {wanted:?}");
        }
    }
}
