//! What a rule allows.
//!
//! Source: `pkg/apis/rbac/v1/evaluation_helpers.go` of Kubernetes.

use serde_json::Value;

use crate::auth::Attributes;

/// Whether a rule allows what is asked.
pub(super) fn allows(rule: &Value, asked: &Attributes) -> bool {
    if !texts(rule, "verbs").any(|verb| verb == "*" || verb == asked.verb) {
        return false;
    }
    if let Some(path) = &asked.path {
        return texts(rule, "nonResourceURLs").any(|url| url_matches(url, path));
    }
    texts(rule, "apiGroups").any(|group| group == "*" || group == asked.group)
        && texts(rule, "resources").any(|resource| resource_matches(resource, asked))
        && (texts(rule, "resourceNames").next().is_none()
            || texts(rule, "resourceNames").any(|name| name == asked.name))
}

/// The texts of a field.
pub(super) fn texts<'v>(rule: &'v Value, field: &str) -> impl Iterator<Item = &'v str> {
    rule.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A rule's path, which may end in a star, holds another.
pub(super) fn url_matches(url: &str, path: &str) -> bool {
    url == path || url.ends_with('*') && path.starts_with(url.trim_end_matches('*'))
}

/// `*`, the resource itself, its part, or that part of any resource.
fn resource_matches(resource: &str, asked: &Attributes) -> bool {
    if resource == "*" {
        return true;
    }
    if asked.subresource.is_empty() {
        return resource == asked.resource;
    }
    let Some((of, part)) = resource.split_once('/') else { return false };
    part == asked.subresource && (of == "*" || of == asked.resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_allow_what_they_name() {
        let ask = |verb: &str, group: &str, resource: &str, name: &str| {
            let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
            Attributes {
                verb: verb.into(),
                group: group.into(),
                resource: resource.into(),
                subresource: subresource.into(),
                name: name.into(),
                ..Attributes::default()
            }
        };
        let rule = |verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]| json!({"verbs": verbs, "apiGroups": groups, "resources": resources, "resourceNames": names});
        for (rule, asked, wanted) in [
            (rule(&["get"], &[""], &["pods"], &[]), ask("get", "", "pods", "p"), true),
            (rule(&["get"], &[""], &["pods"], &[]), ask("get", "", "pods/log", "p"), false),
            (rule(&["get"], &[""], &["pods/log"], &[]), ask("get", "", "pods/log", "p"), true),
            (rule(&["get"], &[""], &["*/log"], &[]), ask("get", "", "pods/log", "p"), true),
            (rule(&["get"], &[""], &["*/log"], &[]), ask("get", "", "pods", "p"), false),
            (rule(&["*"], &["*"], &["*"], &[]), ask("x", "y", "z/w", "p"), true),
            (rule(&["get"], &["apps"], &["pods"], &[]), ask("get", "", "pods", "p"), false),
            (rule(&["get"], &[""], &["pods"], &["p"]), ask("get", "", "pods", "p"), true),
            (rule(&["get"], &[""], &["pods"], &["p"]), ask("get", "", "pods", ""), false),
        ] {
            assert_eq!(allows(&rule, &asked), wanted, "{rule} {asked:?}");
        }
    }

    #[test]
    fn paths_may_end_in_a_star() {
        for (url, path, wanted) in [
            ("/api", "/api", true),
            ("/api", "/api/v1", false),
            ("/api/*", "/api/v1", true),
            ("/api*", "/apis", true),
            ("*", "/x", true),
        ] {
            let rule = json!({"verbs": ["get"], "nonResourceURLs": [url]});
            let asked = Attributes { verb: "get".into(), path: Some(path.into()), ..Attributes::default() };
            assert_eq!(allows(&rule, &asked), wanted, "{url} {path}");
        }
    }
}
