//! Calls for a Rust type.

mod certificates;
mod namespaces;
mod only;
mod pods;
mod scale;
mod status;
mod subresource;
mod success;
mod tokens;

pub use certificates::CertificateSigningRequestKind;
pub use namespaces::NamespaceKind;
pub(super) use pods::PODS;
pub use pods::{Eviction, PodKind};
pub use scale::{Scale, ScaleSpec, ScaleStatus};
pub use subresource::Subresource;
pub use success::Success;
pub use tokens::{IssuedToken, ServiceAccountKind, TokenRequest};

use core::fmt;
use core::marker::PhantomData;

use serde::Serialize;

use super::{Body, Deleted, Kind, List, Object, Op};
use crate::call::{PatchType, Verb};
use crate::error::BuildError;
use crate::prelude::*;
use crate::resource::Resource;

/// Makes the calls of one kind, in one namespace or in all.
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Object};
/// let pods = Api::<Object>::dynamic(Builtin.find(None, "pods").unwrap()).within("shop");
/// let call = pods.list().labels("app=web").limit(500).call()?;
/// assert_eq!(call.to_string(),
///     "list pods in namespace shop (GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dweb&limit=500)");
/// # Ok::<(), kubewire::Error>(())
/// ```
pub struct Api<K> {
    resource: Resource,
    namespace: Option<String>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Api<K> {
    /// The objects of one namespace.
    #[must_use]
    pub fn namespaced(namespace: &str) -> Self {
        Self { resource: K::resource(), namespace: Some(namespace.to_owned()), kind: PhantomData }
    }

    /// The objects of all namespaces, or those of a kind that has none, such as nodes.
    #[must_use]
    pub fn all() -> Self {
        Self { resource: K::resource(), namespace: None, kind: PhantomData }
    }
}

impl Api<Object> {
    /// The objects of a resource for which there is no Rust type.
    #[must_use]
    pub fn dynamic(resource: Resource) -> Self {
        Self { resource, namespace: None, kind: PhantomData }
    }
}

impl<K> Api<K> {
    /// The same within one namespace.
    #[must_use]
    pub fn within(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.to_owned());
        self
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    fn op<T>(&self, verb: Verb) -> Op<T> {
        let op = Op::new(verb, self.resource.clone());
        match &self.namespace {
            Some(namespace) => op.with("namespace", namespace),
            None => op,
        }
    }

    /// One object.
    pub fn get(&self, name: &str) -> Op<K> {
        self.op(Verb::Get).with("name", name)
    }

    /// All objects.
    pub fn list(&self) -> Op<List<K>> {
        self.op(Verb::List)
    }

    /// Changes as they happen, until the server ends the stream. A host's `watch` runs it.
    pub fn watch(&self) -> Op<K> {
        self.op(Verb::Watch)
    }

    /// Deletes one object. The answer is the object, which may take a while to go, or a Status.
    pub fn delete(&self, name: &str) -> Op<Deleted<K>> {
        self.op(Verb::Delete).with("name", name)
    }

    /// Deletes all objects of the namespace, or those that selectors choose.
    pub fn delete_collection(&self) -> Op<Body> {
        self.op(Verb::DeleteCollection)
    }

    /// A JSON patch: a list of steps ([RFC 6902](https://www.rfc-editor.org/rfc/rfc6902)).
    pub fn patch_json(&self, name: &str, steps: &impl Serialize) -> Op<K> {
        self.patch(name, PatchType::Json, steps)
    }

    /// A merge patch: what to change, `null` to remove ([RFC 7386](https://www.rfc-editor.org/rfc/rfc7386)).
    pub fn patch_merge(&self, name: &str, changes: &impl Serialize) -> Op<K> {
        self.patch(name, PatchType::Merge, changes)
    }

    /// A strategic merge patch, in which lists merge by key. Built-in kinds only.
    pub fn patch_strategic(&self, name: &str, changes: &impl Serialize) -> Op<K> {
        self.patch(name, PatchType::Strategic, changes)
    }

    /// A patch of any type.
    pub fn patch(&self, name: &str, patch_type: PatchType, patch: &impl Serialize) -> Op<K> {
        self.op(Verb::Patch).with("name", name).patch_type(patch_type).body(self.json(patch))
    }

    /// Server-side apply: makes the object have these fields, and `manager` own them. The kind and its version are filled in where the
    /// object does not say them.
    ///
    /// See [server-side apply](https://kubernetes.io/docs/reference/using-api/server-side-apply/).
    pub fn apply(&self, name: &str, manager: &str, object: &impl Serialize) -> Op<K> {
        let op = self.op(Verb::Patch).with("name", name).patch_type(PatchType::Apply);
        op.field_manager(manager).body(self.json(object))
    }

    /// A new object.
    pub fn create(&self, object: &impl Serialize) -> Op<K> {
        self.op(Verb::Create).body(self.json(object))
    }

    /// The whole object anew. With a `resourceVersion` in its metadata, only if it did not change since.
    pub fn replace(&self, name: &str, object: &impl Serialize) -> Op<K> {
        self.op(Verb::Replace).with("name", name).body(self.json(object))
    }

    /// A subresource of one object, such as `status`.
    pub fn subresource(&self, name: &str, subresource: &str) -> Subresource<'_, K> {
        Subresource::new(self, name, subresource)
    }

    /// A call on a subresource whose answer has a type.
    fn part<T>(&self, verb: Verb, name: &str, subresource: &str) -> Op<T> {
        self.op(verb).with("name", name).with("subresource", subresource)
    }

    fn json(&self, value: &impl Serialize) -> Result<Vec<u8>, BuildError> {
        serde_json::to_vec(value).map_err(|_| BuildError::Body(self.resource.plural.to_string()))
    }
}

impl<K> Clone for Api<K> {
    fn clone(&self) -> Self {
        Self { resource: self.resource.clone(), namespace: self.namespace.clone(), kind: PhantomData }
    }
}

impl<K> fmt::Debug for Api<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("resource", &self.resource).field("namespace", &self.namespace).finish()
    }
}
