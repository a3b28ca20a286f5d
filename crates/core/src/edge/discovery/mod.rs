//! What one server serves.

mod catalog;
mod document;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Answer, Call, get_path};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::prelude::*;
use crate::resource::{Resource, Scope};
use crate::wire::Head;

/// Every group, version and resource of one server, custom ones included: a [`Catalog`](crate::Catalog) that can be kept, compared and
/// serialized.
///
/// Two requests bring it (aggregated discovery, Kubernetes 1.27 and later); an older server is asked for a document a version besides.
/// See the [discovery API](https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api).
///
/// ```no_run
/// # fn show(client: impl Fn(kubewire::Call<kubewire::Discovery>) -> Result<kubewire::Discovery, kubewire::Error>) -> Result<(), kubewire::Error> {
/// use kubewire::{Api, Catalog, Discovery, Object};
/// let served = Discovery::ask(|call| client(call))?;
/// let widgets = served.find(None, "widgets.example.com").expect("its definition is installed");
/// let call = Api::<Object>::dynamic(widgets).within("shop").list().call()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Discovery {
    /// The groups in the server's order, the core group (whose name is empty) first.
    pub groups: Vec<ServedGroup>,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServedGroup {
    /// Such as `apps`; empty for the core group.
    pub name: String,
    /// Its versions, the preferred one first.
    pub versions: Vec<ServedVersion>,
}

/// One version of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServedVersion {
    /// Such as `v1`.
    pub version: String,
    /// The server behind it does not answer: what is here is what it last said, or nothing.
    #[serde(default)]
    pub stale: bool,
    /// Its resources; `None` where they are still to be asked for.
    pub resources: Option<Vec<ServedResource>>,
}

/// One resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ServedResource {
    /// Its plural, such as `deployments`.
    pub name: String,
    /// Such as `deployment`.
    pub singular: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Such as `deploy`.
    pub short_names: Vec<String>,
    /// Such as `all`.
    pub categories: Vec<String>,
    /// What can be done to it, in RBAC's words. None for one that only has subresources.
    pub verbs: Vec<String>,
    /// Such as `status` and `scale`.
    pub subresources: Vec<ServedSubresource>,
}

/// One subresource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ServedSubresource {
    /// Such as `scale`.
    pub name: String,
    /// The kind that it answers, such as `Scale`.
    pub kind: String,
    /// What can be done to it, in RBAC's words.
    pub verbs: Vec<String>,
}

const AGGREGATED: &str =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

impl Discovery {
    /// Asks a server, by a function that makes calls: `Discovery::ask(|call| client.run(call))`. A version whose document does not come
    /// is marked stale, and hides no other.
    ///
    /// # Errors
    /// Those of the first two calls.
    pub fn ask(mut run: impl FnMut(Call<Self>) -> Result<Self, Error>) -> Result<Self, Error> {
        let mut found = Self::default();
        for call in Self::calls()? {
            found.merge(run(call)?);
        }
        for (call, group, version) in found.missing()? {
            match run(call) {
                Ok(more) => found.merge(more),
                Err(_) => found.give_up(&group, &version),
            }
        }
        Ok(found)
    }

    /// The two calls with which it begins, for hosts that do not block: [merge](Discovery::merge) their answers, then make the
    /// [missing](Discovery::missing) ones.
    ///
    /// # Errors
    /// None: paths of ours are plain.
    pub fn calls() -> Result<[Call<Self>; 2], Error> {
        Ok([Self::call("/api")?, Self::call("/apis")?])
    }

    fn call(path: &str) -> Result<Call<Self>, Error> {
        Ok(get_path(path)?.accepting(AGGREGATED))
    }

    /// The calls for versions of which only the name is known, each with its group and version: none where discovery is aggregated.
    ///
    /// # Errors
    /// [`Error::Build`] where a server names a group that no path can have.
    pub fn missing(&self) -> Result<Vec<(Call<Self>, String, String)>, Error> {
        let mut calls = Vec::new();
        for group in &self.groups {
            for version in
                group.versions.iter().filter(|version| version.resources.is_none() && !version.stale)
            {
                let path = match &*group.name {
                    "" => ["/api/", &version.version].concat(),
                    name => ["/apis/", name, "/", &version.version].concat(),
                };
                calls.push((get_path(&path)?.answering(), group.name.clone(), version.version.clone()));
            }
        }
        Ok(calls)
    }

    /// Takes in what another answer says.
    pub fn merge(&mut self, other: Self) {
        for group in other.groups {
            let Some(own) = self.groups.iter_mut().find(|own| own.name == group.name) else {
                self.groups.push(group);
                continue;
            };
            for version in group.versions {
                match own.versions.iter_mut().find(|own| own.version == version.version) {
                    Some(own) => *own = version,
                    None => own.versions.push(version),
                }
            }
        }
    }

    /// The server behind a version does not answer.
    pub fn give_up(&mut self, group: &str, version: &str) {
        let groups = self.groups.iter_mut().filter(|found| found.name == group);
        for found in groups.flat_map(|group| &mut group.versions).filter(|found| found.version == version) {
            found.stale = true;
        }
    }

    /// Every resource in every version, in the server's order, with its place.
    pub fn resources(&self) -> impl Iterator<Item = (Resource, &ServedResource)> {
        self.groups.iter().flat_map(|group| {
            group.versions.iter().flat_map(move |version| {
                let resources = version.resources.iter().flatten();
                resources.map(move |resource| (resource.at(&group.name, &version.version), resource))
            })
        })
    }

    /// The resources of a category, such as `all`, each in its preferred version.
    pub fn category<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Resource> + 'a {
        let mut seen: Vec<(String, String)> = Vec::new();
        self.resources().filter_map(move |(resource, served)| {
            let place = (resource.group.to_string(), resource.plural.to_string());
            let new = served.categories.iter().any(|category| category == name) && !seen.contains(&place);
            seen.push(place);
            new.then_some(resource)
        })
    }
}

impl ServedResource {
    /// The resource in a version of a group.
    #[must_use]
    pub fn at(&self, group: &str, version: &str) -> Resource {
        Resource {
            group: group.to_owned().into(),
            version: version.to_owned().into(),
            kind: self.kind.clone().into(),
            plural: self.name.clone().into(),
            scope: if self.namespaced { Scope::Namespaced } else { Scope::Cluster },
        }
    }
}

impl Answer for Discovery {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        let decoded = DecodeError::catch(&body, "").map(document::Document::into_discovery);
        decoded.and_then(|found| found).map_err(|error| problem(draft.summary(), error))
    }
}
