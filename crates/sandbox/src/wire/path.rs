//! From a path to what it means: Kubernetes' `RequestInfo`.

use std::sync::Arc;

use super::query::unescape;
use super::status::{Problem, Refusal};
use crate::registry::{Kind, Registry};

/// What a path means.
#[derive(Debug)]
pub(crate) enum Route {
    /// A resource.
    Resource(Place),
    /// `/api`, `/apis`, and what they lead to: the parts of the path.
    Discovery(Vec<String>),
    /// Any other path.
    Other(String),
}

/// A resource, a part of it, or one object.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The kind of its objects.
    pub(crate) kind: Arc<Kind>,
    /// Empty where the resource has none, or all are meant.
    pub(crate) namespace: String,
    /// Empty where all objects are meant.
    pub(crate) name: String,
    /// Empty for the object itself.
    pub(crate) subresource: String,
    /// Below `/watch/`.
    pub(crate) watch: bool,
}

impl Place {
    /// How errors call it: `PLURAL.GROUP`, or `PLURAL` of the core group.
    pub(crate) fn qualified(&self) -> String {
        self.kind.qualified()
    }
}

/// Finds out what a path means.
///
/// # Errors
/// 404: as a Status in a served version of a group, as plain text elsewhere.
pub(crate) fn route(registry: &Registry, path: &str) -> Result<Route, Refusal> {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(unescaped).collect();
    let words: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (group, version, rest) = match words.as_slice() {
        ["api"] | ["apis"] | ["apis", _] => return Ok(Route::Discovery(parts)),
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return Ok(Route::Other(path.to_owned())),
    };
    if !registry.serves(group, version) {
        return Err(if registry.has_group(group) {
            Problem::no_such_resource().into()
        } else {
            Refusal::NotFoundText
        });
    }
    if registry.version(group, version).is_some_and(|version| version.stale) {
        return Err(Refusal::Unavailable);
    }
    let (watch, rest) = match rest {
        [] => return Ok(Route::Discovery(parts)),
        ["watch", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    place(registry, group, version, watch, rest)
        .map(Route::Resource)
        .ok_or_else(|| Refusal::from(Problem::no_such_resource()))
}

fn unescaped(part: &str) -> String {
    unescape(part, false).unwrap_or_else(|| part.to_owned())
}

/// The resource of a path's rest. `namespaces/NAME/status` is a part of the namespace, `namespaces/NAME/pods` a resource in it.
fn place(registry: &Registry, group: &str, version: &str, watch: bool, rest: &[&str]) -> Option<Place> {
    let find = |plural: &str| registry.find(group, version, plural);
    let place = |kind: Arc<Kind>, namespace: &str, name: &str, subresource: &str| {
        Some(Place {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            subresource: subresource.to_owned(),
            watch,
        })
    };
    if let ["namespaces", namespace, plural, below @ ..] = rest
        && let Some(kind) = find(plural).filter(|kind| kind.namespaced)
    {
        return match below {
            [] => place(kind, namespace, "", ""),
            [name] => place(kind, namespace, name, ""),
            [name, sub, deeper @ ..] if !watch && has(&kind, sub, deeper) => {
                place(kind, namespace, name, sub)
            }
            _ => None,
        };
    }
    match rest {
        [plural] => place(find(plural)?, "", "", ""),
        [plural, name] => place(find(plural).filter(|kind| !kind.namespaced)?, "", name, ""),
        [plural, name, sub, deeper @ ..] => {
            let kind = find(plural).filter(|kind| !kind.namespaced && !watch && has(kind, sub, deeper))?;
            place(kind, "", name, sub)
        }
        [] => None,
    }
}

/// Whether a kind has such a part; below a proxy there may be more.
fn has(kind: &Kind, subresource: &str, deeper: &[&str]) -> bool {
    kind.subresource(subresource).is_some() && (deeper.is_empty() || subresource == "proxy")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path, and what it means: `KIND NAMESPACE NAME SUBRESOURCE`.
    const CASES: [(&str, &str); 18] = [
        ("/api/v1/pods", "Pod   "),
        ("/api/v1/namespaces/a/pods/b", "Pod a b "),
        ("/api/v1/namespaces/a/pods/b/status", "Pod a b status"),
        ("/api/v1/namespaces/a", "Namespace  a "),
        ("/api/v1/namespaces/a/status", "Namespace  a status"),
        ("/api/v1/namespaces/a/finalize", "Namespace  a finalize"),
        ("/api/v1/nodes/n", "Node  n "),
        ("/apis/apps/v1/namespaces/a/deployments/d/scale", "Deployment a d scale"),
        ("/api/v1/watch/namespaces/a/configmaps", "ConfigMap a  "),
        ("/api/v1/watch/namespaces/a", "Namespace  a "),
        ("/api/v1/namespaces/a/nodes", "404"),
        ("/api/v1/pods/b", "404"),
        ("/api/v1/namespaces/a/pods/b/nothing", "404"),
        ("/api/v1/namespaces/a/pods/b/status/c", "404"),
        ("/api/v1/namespaces/a/pods/b/proxy/c/d", "Pod a b proxy"),
        ("/api/v1/nothing", "404"),
        ("/apis/apps/v9/deployments", "404"),
        ("/apis/none/v1", "404 text"),
    ];

    #[test]
    fn paths_mean_what_they_mean() {
        let registry = Registry::new();
        for (path, wanted) in CASES {
            let found = match route(&registry, path) {
                Ok(Route::Resource(place)) => {
                    format!("{} {} {} {}", place.kind.kind, place.namespace, place.name, place.subresource)
                }
                Ok(other) => format!("{other:?}"),
                Err(Refusal::Status(problem)) => problem.code.to_string(),
                Err(Refusal::NotFoundText) => "404 text".to_owned(),
                Err(other) => format!("{other:?}"),
            };
            assert_eq!(found, wanted, "{path}");
        }
    }
}
