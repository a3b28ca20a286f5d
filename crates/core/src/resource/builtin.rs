//! The resources of Kubernetes itself, as one compact text that is searched in place.
//!
//! `cargo xtask generate` writes the text from the API server's discovery documents. A line `@GROUP/VERSION` opens a group's
//! version; then a line a resource: plural, kind, scope and verbs, short names, categories, subresources.

use alloc::borrow::Cow;

use super::{Catalog, Resource, Scope};
use crate::text::{split, split_once};

/// The built-in resources of Kubernetes 1.37, found without a round trip.
///
/// ```
/// use kubewire::{Builtin, Catalog};
/// let deployments = Builtin.find(None, "deploy").unwrap();
/// assert_eq!(deployments.api_version(), "apps/v1");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Builtin;

const TEXT: &str = include_str!("builtin.txt").trim_ascii();

/// A line of the table with the `GROUP/VERSION` that it stands under.
#[derive(Clone, Copy)]
struct Row {
    api_version: &'static str,
    line: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    let mut api_version = "";
    split(TEXT, "\n").filter_map(move |line| {
        if let Some(header) = line.strip_prefix('@') {
            api_version = header;
            return None;
        }
        Some(Row { api_version, line })
    })
}

impl Row {
    fn field(self, index: usize) -> &'static str {
        split(self.line, " ").nth(index).unwrap_or_default()
    }

    fn is_called(self, name: &str) -> bool {
        self.field(0) == name
            || self.field(1).eq_ignore_ascii_case(name)
            || split(self.field(3), ",").any(|short| short == name && short != "-")
    }

    /// Whether `place` is the row's `GROUP` or `VERSION.GROUP`.
    fn is_in(self, place: &str) -> bool {
        let Some((group, version)) = split_once(self.api_version, "/") else {
            return place == self.api_version;
        };
        place == group || place.strip_prefix(version).and_then(|rest| rest.strip_prefix('.')) == Some(group)
    }

    fn resource(self) -> Resource {
        let (group, version) = split_once(self.api_version, "/").unwrap_or(("", self.api_version));
        Resource {
            group: Cow::Borrowed(group),
            version: Cow::Borrowed(version),
            kind: Cow::Borrowed(self.field(1)),
            plural: Cow::Borrowed(self.field(0)),
            scope: if self.field(2).starts_with('n') { Scope::Namespaced } else { Scope::Cluster },
        }
    }
}

impl Builtin {
    /// The resources of a category, such as `all` or `api-extensions`, in the order of discovery; none where there is no such category.
    ///
    /// ```
    /// use kubewire::Builtin;
    /// assert_eq!(Builtin.category("all").next().unwrap().plural, "pods");
    /// ```
    pub fn category(self, name: &str) -> impl Iterator<Item = Resource> {
        rows()
            .filter(move |row| name != "-" && split(row.field(4), ",").any(|category| category == name))
            .map(Row::resource)
    }
}

/// As in kubectl a name may say its group, or version and group, behind a dot: `deployments.apps`, `deployments.v1.apps`.
impl Catalog for Builtin {
    fn find(&self, api_version: Option<&str>, name: &str) -> Option<Resource> {
        let (name, place) = split_once(name, ".").unwrap_or((name, ""));
        rows()
            .find(|row| {
                api_version.is_none_or(|wanted| wanted == row.api_version)
                    && (place.is_empty() || row.is_in(place))
                    && row.is_called(name)
            })
            .map(Row::resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[test]
    fn finds_by_plural_kind_and_short_name() {
        for name in ["pods", "pod", "Pod", "po"] {
            let pods = Builtin.find(None, name).unwrap();
            assert_eq!((&*pods.plural, &*pods.kind, pods.scope), ("pods", "Pod", Scope::Namespaced));
        }
        assert_eq!(Builtin.find(None, "no").unwrap().scope, Scope::Cluster);
        assert_eq!(Builtin.find(None, "-"), None);
        assert_eq!(Builtin.find(None, ""), None);
        assert_eq!(Builtin.find(Some("v1"), "deployments"), None);
        for name in ["deploy.apps", "deployments.v1.apps"] {
            assert_eq!(Builtin.find(None, name).unwrap().plural, "deployments");
        }
        for name in ["deployments.batch", "deployments.v2.apps", "pods.apps", "pods."] {
            assert_eq!(Builtin.find(None, name).filter(|found| found.plural != "pods"), None, "{name}");
        }
    }

    #[test]
    fn categories_are_of_each_resource_once() {
        let all: Vec<_> = Builtin.category("all").map(|resource| resource.plural).collect();
        assert!(
            all.starts_with(&["pods".into(), "replicationcontrollers".into(), "services".into()]),
            "{all:?}"
        );
        assert!(all.iter().any(|plural| plural == "cronjobs"));
        for none in ["", "-", "nothing", "status"] {
            assert_eq!(Builtin.category(none).count(), 0, "{none}");
        }
    }

    #[test]
    fn the_first_version_in_discovery_order_wins() {
        assert_eq!(Builtin.find(None, "events").unwrap().group, "");
        assert_eq!(Builtin.find(Some("events.k8s.io/v1"), "events").unwrap().group, "events.k8s.io");
        assert_eq!(Builtin.find(None, "hpa").unwrap().version, "v2");
    }
}
