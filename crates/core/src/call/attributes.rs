//! What the API server's authorization asks about.

use super::{Verb, selector};
use crate::error::BuildError;
use crate::prelude::*;
use crate::text::{split, without_last_slashes};

/// Who-may-do-what attributes of a call: what RBAC rules are written in.
///
/// See [request attributes](https://kubernetes.io/docs/reference/access-authn-authz/authorization/#review-your-request-attributes).
/// Absent parts are empty strings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attributes {
    /// What is done. RBAC's word for it is [`Verb::rbac`].
    pub verb: Verb,
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The resource's plural; empty for a path that is no resource.
    pub resource: String,
    /// The subresource.
    pub subresource: String,
    /// The namespace. A call on one namespace object has that object's name here too, as in the API server.
    pub namespace: String,
    /// The object's name; of a list or watch the one that its `fieldSelector` demands with `metadata.name=NAME`, as in the API server: so a
    /// rule with `resourceNames` can allow it.
    pub name: String,
    /// The path, where it is no resource: `/version`.
    pub path: String,
}

impl Attributes {
    pub(crate) fn new(verb: Verb) -> Self {
        let empty = String::new;
        Self {
            verb,
            group: empty(),
            version: empty(),
            resource: empty(),
            subresource: empty(),
            namespace: empty(),
            name: empty(),
            path: empty(),
        }
    }

    /// The attributes of a GET of `path`, which may be a resource's, with this query.
    ///
    /// Source: the API server's `RequestInfoFactory`.
    pub(crate) fn of_path(path: &str, query: &[(String, String)]) -> Self {
        let first =
            |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        // Anything else is true, nothing at all too.
        let watch = query.iter().any(|(key, _)| key == "watch")
            && first("watch") != "0"
            && !first("watch").eq_ignore_ascii_case("false");
        let parts: Vec<&str> =
            split(without_last_slashes(path.strip_prefix('/').unwrap_or(path)), "/").collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => ("", "", Default::default()),
        };
        if rest.is_empty() {
            let mut attributes = Self::new(Verb::Get);
            attributes.path = path.to_owned();
            return attributes;
        }
        // `/api/v1/watch/pods`, deprecated and still served.
        let (prefix, rest) = match rest {
            ["watch", rest @ ..] if !rest.is_empty() => (true, rest),
            rest => (false, rest),
        };
        let at = |index: usize| rest.get(index).copied().unwrap_or_default();
        let (namespace, start) = match rest {
            ["namespaces", namespace] | ["namespaces", namespace, "status" | "finalize", ..] => {
                (*namespace, 0)
            }
            ["namespaces", namespace, ..] => (*namespace, 2),
            _ => ("", 0),
        };
        let name = at(start + 1);
        let (verb, name) = match name {
            _ if prefix => (Verb::Watch, name.to_owned()),
            "" => {
                let verb = if watch { Verb::Watch } else { Verb::List };
                (verb, selector::exact_name(first("fieldSelector")).unwrap_or_default())
            }
            _ => (Verb::Get, name.to_owned()),
        };
        Self {
            verb,
            group: group.to_owned(),
            version: version.to_owned(),
            resource: at(start).to_owned(),
            subresource: at(start + 2).to_owned(),
            namespace: namespace.to_owned(),
            name,
            path: String::new(),
        }
    }

    /// `pods`, `pods/status`, `deployments.apps`, `deployments.apps/scale`.
    pub(crate) fn full_resource(&self) -> String {
        let mut full = self.resource.clone();
        for (mark, part) in [(".", &self.group), ("/", &self.subresource)] {
            if !part.is_empty() {
                full.push_str(mark);
                full.push_str(part);
            }
        }
        full
    }

    /// The verb needs something that was not given.
    #[cold]
    #[inline(never)]
    pub(super) fn missing(&self, what: &'static str) -> BuildError {
        BuildError::Missing { verb: self.verb.name(), resource: self.full_resource(), what }
    }

    /// The verb cannot carry something that was given.
    #[cold]
    #[inline(never)]
    pub(super) fn surplus(&self, what: &str) -> BuildError {
        let resource = if self.path.is_empty() { self.full_resource() } else { self.path.clone() };
        BuildError::Surplus { verb: self.verb.name(), resource, what: what.into() }
    }

    /// The call in words: `list pods in namespace shop`.
    pub(crate) fn summary(&self) -> String {
        let mut words = String::from(self.verb.name());
        words.push(' ');
        words.push_str(&self.path);
        words.push_str(&self.full_resource());
        if !self.name.is_empty() {
            words.push(' ');
            words.push_str(&self.name);
        }
        if !self.namespace.is_empty() && self.resource != "namespaces" {
            words.push_str(" in namespace ");
            words.push_str(&self.namespace);
        }
        words
    }
}
