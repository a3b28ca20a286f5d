//! The resources of Kubernetes itself, as one compact text that is searched in place.
//!
//! `cargo xtask generate` writes the text from the API server's discovery documents. A line `@GROUP/VERSION` opens a group's
//! version; then a line a resource: plural, kind, scope and verbs, short names, categories, subresources.

use alloc::borrow::Cow;

use super::{Catalog, Resource, Scope, is_near, nearest};
use crate::call::Verb;
use crate::prelude::*;
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

    /// Whether that is its plural: told from the line's beginning, since all rows are asked.
    fn is_plural(self, plural: &str) -> bool {
        self.line.strip_prefix(plural).is_some_and(|rest| rest.starts_with(' '))
    }

    /// Whether that is its name, with at most so many slips.
    fn is_called(self, name: &str, slips: usize) -> bool {
        let near = |own: &str| is_near(name.as_bytes(), own.as_bytes(), slips);
        near(self.field(0))
            || near(self.field(1))
            || split(self.field(3), ",").any(|short| short != "-" && near(short))
    }

    /// Whether `place` is the row's `GROUP` or `VERSION.GROUP`.
    fn is_in(self, place: &str) -> bool {
        let Some((group, version)) = split_once(self.api_version, "/") else {
            return place == self.api_version;
        };
        place == group || place.strip_prefix(version).and_then(|rest| rest.strip_prefix('.')) == Some(group)
    }

    fn group_and_version(self) -> (&'static str, &'static str) {
        split_once(self.api_version, "/").unwrap_or(("", self.api_version))
    }

    /// The letters of the verbs: of the resource itself where the subresource is empty.
    fn letters(self, subresource: &str) -> Option<&'static str> {
        if subresource.is_empty() {
            return match self.field(2).get(1..)? {
                "*" => Some("cdDglpuw"),
                some => Some(some),
            };
        }
        let (_, letters) = split(self.field(5), ",")
            .map(|one| split_once(one, ":").unwrap_or((one, "gpu")))
            .find(|(name, _)| *name == subresource)?;
        Some(letters)
    }

    /// The items of a comma-separated field.
    fn items(self, index: usize) -> impl Iterator<Item = &'static str> {
        split(self.field(index), ",").filter(|item| *item != "-")
    }

    fn resource(self) -> Resource {
        let (group, version) = self.group_and_version();
        Resource {
            group: Cow::Borrowed(group),
            version: Cow::Borrowed(version),
            kind: Cow::Borrowed(self.field(1)),
            plural: Cow::Borrowed(self.field(0)),
            scope: if self.field(2).starts_with('n') { Scope::Namespaced } else { Scope::Cluster },
        }
    }
}

/// One line of [`Builtin::rows`]: a resource, and what discovery says of it beyond that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuiltinRow {
    /// The resource.
    pub resource: Resource,
    /// What can be done to it.
    pub verbs: Vec<Verb>,
    /// Such as `deploy`.
    pub short_names: Vec<&'static str>,
    /// Such as `all`.
    pub categories: Vec<&'static str>,
    /// Its subresources, such as `scale`, and what can be done to each.
    pub subresources: Vec<(&'static str, Vec<Verb>)>,
}

impl Builtin {
    /// Every resource in every version, in the order of discovery: what a server in memory serves.
    ///
    /// ```
    /// use kubewire::Builtin;
    /// let pods = Builtin.rows().find(|row| row.resource.plural == "pods").unwrap();
    /// assert_eq!(pods.short_names, ["po"]);
    /// assert!(pods.subresources.iter().any(|(name, _)| *name == "eviction"));
    /// ```
    pub fn rows(self) -> impl Iterator<Item = BuiltinRow> {
        rows().map(|row| {
            let verbs =
                |name| row.letters(name).unwrap_or_default().bytes().filter_map(verb).collect::<Vec<_>>();
            let names = row.items(5).map(|one| split_once(one, ":").map_or(one, |(name, _)| name));
            BuiltinRow {
                resource: row.resource(),
                verbs: verbs(""),
                short_names: row.items(3).collect(),
                categories: row.items(4).collect(),
                subresources: names.map(|name| (name, verbs(name))).collect(),
            }
        })
    }

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
                    && row.is_called(name, 0)
            })
            .map(Row::resource)
    }

    /// A newer server may have subresources that the table has not: those it does not judge.
    fn verbs(&self, resource: &Resource, subresource: &str) -> Option<Vec<Verb>> {
        let row = rows().find(|row| {
            row.is_plural(&resource.plural)
                && row.group_and_version() == (&*resource.group, &*resource.version)
        })?;
        Some(row.letters(subresource)?.bytes().filter_map(verb).collect())
    }

    fn nearest(&self, name: &str) -> Vec<String> {
        let (name, place) = split_once(name, ".").unwrap_or((name, ""));
        nearest(name, |slips, names| {
            for row in rows().filter(|row| row.is_called(name, slips)) {
                let (group, _) = row.group_and_version();
                let dot = if place.is_empty() || group.is_empty() { "" } else { "." };
                names.add([row.field(0), dot, if dot.is_empty() { "" } else { group }].concat());
            }
        })
    }
}

/// The verb that a letter of the table stands for.
fn verb(letter: u8) -> Option<Verb> {
    Some(match letter {
        b'c' => Verb::Create,
        b'd' => Verb::Delete,
        b'D' => Verb::DeleteCollection,
        b'g' => Verb::Get,
        b'l' => Verb::List,
        b'p' => Verb::Patch,
        b'u' => Verb::Replace,
        b'w' => Verb::Watch,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn verbs_are_those_of_the_table() {
        let verbs = |name: &str, subresource: &str| {
            let resource = Builtin.find(None, name).unwrap();
            let verbs = Builtin.verbs(&resource, subresource)?;
            Some(verbs.into_iter().map(Verb::name).collect::<Vec<_>>().join(" "))
        };
        for (name, subresource, wanted) in [
            ("pods", "", Some("create delete deletecollection get list patch replace watch")),
            ("pods", "status", Some("get patch replace")),
            ("pods", "eviction", Some("create")),
            ("pods", "proxy", Some("create delete get patch replace")),
            ("pods", "stat", None),
            ("bindings", "", Some("create")),
            ("namespaces", "", Some("create delete get list patch replace watch")),
            ("namespaces", "finalize", Some("replace")),
        ] {
            assert_eq!(verbs(name, subresource).as_deref(), wanted, "{name}/{subresource}");
        }
        let widgets = Resource::new("example.com", "v1", "Widget", "widgets", Scope::Namespaced);
        assert_eq!(Builtin.verbs(&widgets, ""), None);
    }

    #[test]
    fn rows_are_the_whole_table() {
        let rows: Vec<_> = Builtin.rows().collect();
        assert_eq!(rows.len(), super::rows().count());
        for row in &rows {
            assert_eq!(
                Builtin.verbs(&row.resource, "").as_ref(),
                Some(&row.verbs),
                "{}",
                row.resource.plural
            );
            for (name, verbs) in &row.subresources {
                assert_eq!(Builtin.verbs(&row.resource, name).as_ref(), Some(verbs), "{name}");
            }
        }
        let secrets = rows.iter().find(|row| row.resource.plural == "secrets").unwrap();
        assert!(
            secrets.short_names.is_empty()
                && secrets.categories.is_empty()
                && secrets.subresources.is_empty()
        );
    }

    #[test]
    fn the_first_version_in_discovery_order_wins() {
        assert_eq!(Builtin.find(None, "events").unwrap().group, "");
        assert_eq!(Builtin.find(Some("events.k8s.io/v1"), "events").unwrap().group, "events.k8s.io");
        assert_eq!(Builtin.find(None, "hpa").unwrap().version, "v2");
    }
}
