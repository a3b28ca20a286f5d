//! The four documents in which servers say what they serve.

use serde::Deserialize;

use super::{Discovery, ServedGroup, ServedResource, ServedSubresource, ServedVersion};
use crate::error::DecodeError;
use crate::prelude::*;

/// Any of them, by its kind.
#[derive(Deserialize)]
#[serde(tag = "kind")]
pub(super) enum Document {
    /// Aggregated, of `/api` and `/apis`.
    #[serde(rename = "APIGroupDiscoveryList")]
    Aggregated { items: Vec<Group> },
    /// Plain, of `/api`.
    #[serde(rename = "APIVersions")]
    CoreVersions { versions: Vec<String> },
    /// Plain, of `/apis`.
    #[serde(rename = "APIGroupList")]
    Groups { groups: Vec<PlainGroup> },
    /// Plain, of one version.
    #[serde(rename = "APIResourceList", rename_all = "camelCase")]
    Resources { group_version: String, resources: Vec<PlainResource> },
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
pub(super) struct Group {
    #[serde(default)]
    metadata: Named,
    versions: Vec<Version>,
}

#[derive(Deserialize, Default)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    freshness: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource: String,
    #[serde(default)]
    response_kind: Kind,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default)]
    verbs: Vec<String>,
    #[serde(default)]
    short_names: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    subresources: Vec<Subresource>,
}

#[derive(Deserialize, Default)]
struct Kind {
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subresource {
    subresource: String,
    #[serde(default)]
    response_kind: Kind,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlainGroup {
    name: String,
    versions: Vec<PlainVersion>,
    preferred_version: PlainVersion,
}

#[derive(Deserialize)]
struct PlainVersion {
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlainResource {
    name: String,
    #[serde(default)]
    singular_name: String,
    #[serde(default)]
    namespaced: bool,
    kind: String,
    #[serde(default)]
    verbs: Vec<String>,
    #[serde(default)]
    short_names: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
}

impl Document {
    pub(super) fn into_discovery(self) -> Result<Discovery, DecodeError> {
        let groups = match self {
            Self::Aggregated { items } => items.into_iter().map(Group::served).collect(),
            Self::CoreVersions { versions } => vec![named(String::new(), versions)],
            Self::Groups { groups } => groups.into_iter().map(PlainGroup::served).collect(),
            Self::Resources { group_version, resources } => {
                let (group, version) = group_version.split_once('/').unwrap_or(("", &group_version));
                let resources = Some(plain(resources));
                let version = ServedVersion { version: version.to_owned(), stale: false, resources };
                vec![ServedGroup { name: group.to_owned(), versions: vec![version] }]
            }
            Self::Unknown => return Err(DecodeError::new("kind", "this is no document of discovery")),
        };
        Ok(Discovery { groups })
    }
}

/// A group of whose versions only the names are known.
fn named(name: String, versions: Vec<String>) -> ServedGroup {
    let versions = versions.into_iter().map(|version| ServedVersion { version, ..ServedVersion::default() });
    ServedGroup { name, versions: versions.collect() }
}

impl Group {
    fn served(self) -> ServedGroup {
        let versions = self.versions.into_iter().map(|version| ServedVersion {
            version: version.version,
            stale: version.freshness == "Stale",
            resources: Some(version.resources.into_iter().map(Resource::served).collect()),
        });
        ServedGroup { name: self.metadata.name, versions: versions.collect() }
    }
}

impl Resource {
    fn served(self) -> ServedResource {
        let mut subresources: Vec<ServedSubresource> = Vec::new();
        for Subresource { subresource, response_kind, verbs } in self.subresources {
            subresources.push(ServedSubresource { name: subresource, kind: response_kind.kind, verbs });
        }
        ServedResource {
            name: self.resource,
            singular: self.singular_resource,
            kind: self.response_kind.kind,
            namespaced: self.scope == "Namespaced",
            short_names: self.short_names,
            categories: self.categories,
            verbs: self.verbs,
            subresources,
        }
    }
}

impl PlainGroup {
    /// The preferred version goes to the front, as in the aggregated document.
    fn served(self) -> ServedGroup {
        let preferred = self.preferred_version.version;
        let mut versions: Vec<String> = self.versions.into_iter().map(|version| version.version).collect();
        versions.sort_by_key(|version| *version != preferred);
        named(self.name, versions)
    }
}

/// In the plain documents a subresource stands beside its resource, behind a slash, and may stand there alone.
fn plain(resources: Vec<PlainResource>) -> Vec<ServedResource> {
    let mut found: Vec<ServedResource> = Vec::new();
    for resource in resources {
        let Some((parent, name)) = resource.name.split_once('/') else {
            // One that a subresource brought first is filled in now.
            let early = found.iter().position(|found| found.name == resource.name);
            let subresources = early.map_or_else(Vec::new, |at| found.remove(at).subresources);
            found.push(ServedResource {
                name: resource.name,
                singular: resource.singular_name,
                kind: resource.kind,
                namespaced: resource.namespaced,
                short_names: resource.short_names,
                categories: resource.categories,
                verbs: resource.verbs,
                subresources,
            });
            continue;
        };
        let subresource =
            ServedSubresource { name: name.to_owned(), kind: resource.kind, verbs: resource.verbs };
        match found.iter_mut().find(|found| found.name == parent) {
            Some(found) => found.subresources.push(subresource),
            None => found.push(ServedResource {
                name: parent.to_owned(),
                namespaced: resource.namespaced,
                subresources: vec![subresource],
                ..ServedResource::default()
            }),
        }
    }
    found
}
