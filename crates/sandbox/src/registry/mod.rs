//! What the sandbox serves: a row a resource, from the core's table of built-in resources, with how each behaves.

pub(crate) mod aggregator;
mod label_keys;
mod level;
pub(crate) mod prepare;
mod quality;
mod services;
mod strategy;
mod twins;
mod version;

use std::collections::BTreeMap;
use std::sync::Arc;

use kubewire::{Builtin, Resource, Scope, Verb};
use serde_json::Value;

use crate::crd::{self, Custom};
use crate::fields;
use crate::schema::{self, Typed};
use crate::store::Stored;

pub(crate) use quality::quality;
pub(crate) use services::allocate;
pub(crate) use strategy::{DeleteAnswer, NameRule, Strategy};
pub(crate) use twins::kept as event;
pub(crate) use version::rank;

/// One resource in one version.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its place in the table, which is also where the store keeps its objects.
    pub(crate) id: usize,
    /// Whether its objects are those of another kind, whose place is its own.
    pub(crate) twin: bool,
    pub(crate) group: String,
    pub(crate) version: String,
    /// Such as `ConfigMap`.
    pub(crate) kind: String,
    /// Such as `configmaps`.
    pub(crate) plural: String,
    pub(crate) namespaced: bool,
    pub(crate) verbs: Vec<Verb>,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) subresources: Vec<(String, Vec<Verb>)>,
    pub(crate) strategy: Strategy,
    /// What its definition says, where it is not one of Kubernetes' own.
    pub(crate) custom: Option<Custom>,
}

impl Kind {
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `PLURAL.GROUP`, or `PLURAL` of the core group.
    pub(crate) fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// The group and the kind by which a refusal of an object calls it: a custom one as it calls itself.
    pub(crate) fn called_by<'o>(&'o self, object: &'o Value) -> (&'o str, &'o str) {
        let said = object.get("kind").and_then(Value::as_str).filter(|_| self.custom.is_some());
        (if self.twin { "" } else { &self.group }, said.unwrap_or(&self.kind))
    }

    /// Such as `configmap`.
    pub(crate) fn singular(&self) -> String {
        self.custom.as_ref().map_or_else(|| self.kind.to_lowercase(), |custom| custom.singular.clone())
    }

    /// Such as `ConfigMapList`.
    pub(crate) fn list_kind(&self) -> String {
        self.custom.as_ref().map_or_else(|| format!("{}List", self.kind), |custom| custom.list_kind.clone())
    }

    /// Whether it is this kind of this group, in any version.
    pub(crate) fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// Whether its objects are requests for certificates.
    pub(crate) fn is_certificate_request(&self) -> bool {
        self.is("certificates.k8s.io", "CertificateSigningRequest")
    }

    /// What is told of every request for it, where it will not be there for ever.
    pub(crate) fn deprecation(&self) -> Option<&str> {
        if let Some(custom) = &self.custom {
            return custom.deprecation(&self.version);
        }
        match (self.group.as_str(), self.kind.as_str()) {
            ("", "ComponentStatus") => Some("v1 ComponentStatus is deprecated in v1.19+"),
            ("", "Endpoints") => {
                Some("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
            }
            _ => None,
        }
    }

    /// The Go package of its internal type, which some errors name.
    pub(crate) fn package(&self) -> &str {
        match self.group.split('.').next() {
            None | Some("") => "core",
            Some(first) => first,
        }
    }

    /// The kind of what is written to a part of an object, and never stored, such as a `Scale`.
    pub(crate) fn of_part(group: &str, kind: &str, plural: &str) -> Self {
        Self {
            id: usize::MAX,
            twin: false,
            strategy: Strategy::of(group, kind),
            group: group.to_owned(),
            version: "v1".to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            namespaced: true,
            verbs: Vec::new(),
            short_names: Vec::new(),
            categories: Vec::new(),
            subresources: Vec::new(),
            custom: None,
        }
    }

    /// All versions in which its objects are written, such as `apps/v1`, with their types.
    pub(crate) fn versions(&self) -> Vec<(String, fields::Type<'_>)> {
        let of = |version: &str, shape| (version.to_owned(), fields::Type::of(shape));
        match &self.custom {
            Some(custom) => {
                let all = custom.served();
                all.map(|one| of(&format!("{}/{one}", self.group), custom.shape(one))).collect()
            }
            None => vec![of(&self.api_version(), self.shape())],
        }
    }

    /// An object of the store, as this version shows it.
    pub(crate) fn shown(&self, stored: &Stored) -> Stored {
        match &self.custom {
            Some(custom) => crd::shown(self, custom, stored),
            None if self.twin => twins::shown((**stored).clone()).into(),
            None => Stored::clone(stored),
        }
    }

    /// An object of this version, as it is stored.
    pub(crate) fn kept(&self, object: Value) -> Value {
        match &self.custom {
            Some(custom) => crd::kept(self, custom, object),
            None if self.twin => twins::kept(object),
            None => object,
        }
    }

    /// An object of this version as it would be read, were it stored.
    pub(crate) fn round_trip(&self, object: Value) -> Stored {
        self.shown(&self.kept(object).into())
    }

    pub(crate) fn subresource(&self, name: &str) -> Option<&[Verb]> {
        self.subresources.iter().find(|(own, _)| own == name).map(|(_, verbs)| verbs.as_slice())
    }

    /// Whether there are objects of it: a review or a binding is only ever sent.
    pub(crate) fn is_stored(&self) -> bool {
        self.verbs.contains(&Verb::Get) && self.plural != "componentstatuses"
    }

    /// Its type.
    pub(crate) fn shape(&self) -> Typed<'_> {
        if let Some(custom) = &self.custom {
            return custom.shape(&self.version);
        }
        schema::builtin().kind(&self.api_version(), &self.kind).unwrap_or_else(Typed::any)
    }

    /// Where the store keeps an object: lists are sorted by this text, not by the pair.
    pub(crate) fn key(&self, namespace: &str, name: &str) -> String {
        if self.namespaced { format!("{namespace}/{name}") } else { name.to_owned() }
    }
}

/// A version of a group, with its resources by plural.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kinds: BTreeMap<String, Arc<Kind>>,
    /// Another server should serve it, and does not.
    pub(crate) stale: bool,
}

/// Everything that is served, in the order of discovery.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    versions: Arc<Vec<Version>>,
}

impl Registry {
    /// Kubernetes' own resources.
    pub(crate) fn new() -> Self {
        let mut versions: Vec<Version> = Vec::new();
        let mut resources = Builtin.rows().map(|row| row.resource);
        let events = resources.position(|events| events.group.is_empty() && events.plural == "events");
        for (id, row) in Builtin.rows().enumerate() {
            let Resource { group, version, kind, plural, scope, .. } = row.resource;
            let twin = group == "events.k8s.io";
            let kind = Kind {
                id: events.filter(|_| twin).unwrap_or(id),
                twin,
                strategy: Strategy::of(&group, &kind),
                group: group.into_owned(),
                version: version.into_owned(),
                kind: kind.into_owned(),
                plural: plural.into_owned(),
                namespaced: scope == Scope::Namespaced,
                verbs: row.verbs,
                short_names: owned(&row.short_names),
                categories: owned(&row.categories),
                subresources: row
                    .subresources
                    .into_iter()
                    .map(|(name, verbs)| (name.to_owned(), verbs))
                    .collect(),
                custom: None,
            };
            add(&mut versions, Arc::new(kind));
        }
        Self { versions: Arc::new(versions) }
    }

    /// The same with these custom resources, and no others.
    pub(crate) fn with(&self, mut kinds: Vec<Arc<Kind>>) -> Self {
        kinds.sort_by_cached_key(|kind| (kind.group.clone(), rank(&kind.version)));
        let own = |version: &Version| Version {
            kinds: version
                .kinds
                .iter()
                .filter(|(_, kind)| kind.custom.is_none())
                .map(|(plural, kind)| (plural.clone(), Arc::clone(kind)))
                .collect(),
            ..version.clone()
        };
        let mut versions: Vec<Version> = self
            .versions
            .iter()
            .map(own)
            .filter(|version| version.stale || !version.kinds.is_empty())
            .collect();
        for kind in kinds {
            add(&mut versions, kind);
        }
        Self { versions: Arc::new(versions) }
    }

    /// The same with these groups and versions that nobody serves, and no others.
    pub(crate) fn without(&self, lost: &[(String, String)]) -> Self {
        let here = self.versions.iter().filter(|version| !version.stale).cloned();
        let lost = lost.iter().map(|(group, version)| Version {
            group: group.clone(),
            version: version.clone(),
            kinds: BTreeMap::new(),
            stale: true,
        });
        Self { versions: Arc::new(here.chain(lost).collect()) }
    }

    pub(crate) fn versions(&self) -> &[Version] {
        &self.versions
    }

    pub(crate) fn version(&self, group: &str, version: &str) -> Option<&Version> {
        self.versions.iter().find(|one| one.group == group && one.version == version)
    }

    pub(crate) fn serves(&self, group: &str, version: &str) -> bool {
        self.version(group, version).is_some()
    }

    pub(crate) fn has_group(&self, group: &str) -> bool {
        self.versions.iter().any(|one| one.group == group)
    }

    pub(crate) fn find(&self, group: &str, version: &str, plural: &str) -> Option<Arc<Kind>> {
        self.version(group, version)?.kinds.get(plural).cloned()
    }

    /// All kinds that have objects of their own.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &Arc<Kind>> {
        let kinds = self.versions.iter().flat_map(|version| version.kinds.values());
        kinds.filter(|kind| !kind.twin)
    }

    /// Where the objects that live in namespaces are stored.
    pub(crate) fn namespaced(&self) -> Vec<usize> {
        self.kinds().filter(|kind| kind.namespaced).map(|kind| kind.id).collect()
    }

    /// The kind of an object that says its `apiVersion` and `kind`.
    pub(crate) fn by_kind(&self, api_version: &str, kind: &str) -> Option<Arc<Kind>> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        self.version(group, version)?.kinds.values().find(|one| one.kind == kind).cloned()
    }
}

/// Adds a kind to its version, which comes last where it is new.
fn add(versions: &mut Vec<Version>, kind: Arc<Kind>) {
    let kinds = match versions.iter_mut().find(|one| one.group == kind.group && one.version == kind.version) {
        Some(there) => {
            there.stale = false;
            &mut there.kinds
        }
        None => {
            let (group, version) = (kind.group.clone(), kind.version.clone());
            versions.push(Version { group, version, kinds: BTreeMap::new(), stale: false });
            match versions.last_mut() {
                Some(new) => &mut new.kinds,
                None => return,
            }
        }
    };
    kinds.insert(kind.plural.clone(), kind);
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table_is_served() {
        let registry = Registry::new();
        let count: usize = registry.versions().iter().map(|version| version.kinds.len()).sum();
        assert_eq!(count, Builtin.rows().count());
        let deployments = registry.find("apps", "v1", "deployments").unwrap();
        assert_eq!((deployments.qualified().as_str(), deployments.is_stored()), ("deployments.apps", true));
        assert_eq!(registry.by_kind("v1", "Secret").unwrap().key("a", "b"), "a/b");
        assert_eq!(registry.by_kind("v1", "Node").unwrap().key("", "b"), "b");
        for plural in ["bindings", "componentstatuses"] {
            assert!(!registry.find("", "v1", plural).unwrap().is_stored(), "{plural}");
        }
    }
}
