//! What the API server serves: resources, and tables of them.

mod builtin;
mod nearest;

use alloc::borrow::Cow;

use crate::call::Verb;
use crate::prelude::*;

pub use builtin::{Builtin, BuiltinRow};
pub(crate) use nearest::{is_near, nearest};

/// One resource in one version of its group, such as `deployments` in `apps/v1`.
///
/// ```
/// use kubewire::{Resource, Scope};
/// const WIDGETS: Resource = Resource::new("example.com", "v1", "Widget", "widgets", Scope::Namespaced);
/// assert_eq!(WIDGETS.api_version(), "example.com/v1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: Cow<'static, str>,
    /// The version, such as `v1`.
    pub version: Cow<'static, str>,
    /// The kind of its objects, such as `Deployment`. Empty where it is not known.
    pub kind: Cow<'static, str>,
    /// The plural name that stands in paths, such as `deployments`.
    pub plural: Cow<'static, str>,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
}

/// Whether a resource's objects live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// They do, as pods.
    Namespaced,
    /// They do not, as nodes.
    Cluster,
    /// Not known: a call says it by giving a namespace or not.
    Unknown,
}

impl Resource {
    /// A resource that is known beforehand, such as that of a custom kind.
    #[must_use]
    pub const fn new(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
        scope: Scope,
    ) -> Self {
        Self {
            group: Cow::Borrowed(group),
            version: Cow::Borrowed(version),
            kind: Cow::Borrowed(kind),
            plural: Cow::Borrowed(plural),
            scope,
        }
    }

    /// `v1` for the core group, else `GROUP/VERSION`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            return self.version.to_string();
        }
        [&self.group, "/", &self.version].concat()
    }
}

/// Finds resources by their names. [`Builtin`] knows those of Kubernetes itself, a [`Discovery`](crate::Discovery) those of one server.
pub trait Catalog {
    /// The resource that `name` means: its plural, its kind or a short name, in any case; `api_version` narrows the
    /// search (`v1`, `apps/v1`).
    fn find(&self, api_version: Option<&str>, name: &str) -> Option<Resource>;

    /// What can be done to a resource, or to its subresource: a call of another verb is refused before it is sent. `None` where that is
    /// not known, and the server judges.
    fn verbs(&self, resource: &Resource, subresource: &str) -> Option<Vec<Verb>> {
        let _ = (resource, subresource);
        None
    }

    /// The names that are nearest to one that means nothing, the nearest first; for errors.
    fn nearest(&self, name: &str) -> Vec<String> {
        let _ = name;
        Vec::new()
    }
}
