//! What only namespaces have.

use serde::Serialize;

use super::Api;
use crate::call::Verb;
use crate::edge::{Object, Op};

/// A Rust type that stands for namespaces: its [`Api`] finalizes them.
///
/// [`Object`] and k8s-openapi's `Namespace` have it. Implement it for a struct of your own beside [`Kind`](crate::Kind).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for namespaces",
    label = "only they are finalized"
)]
pub trait NamespaceKind {}

impl NamespaceKind for Object {}
#[cfg(feature = "k8s-openapi")]
impl NamespaceKind for k8s_openapi::api::core::v1::Namespace {}

/// Of namespaces alone.
impl<K: NamespaceKind> Api<K> {
    /// The namespace with other `spec.finalizers`, which nothing else changes. One without them is gone once it is empty.
    ///
    /// ```
    /// use kubewire::{Api, Builtin, Catalog, Object};
    /// let namespaces = Api::<Object>::dynamic(Builtin.find(None, "ns").unwrap());
    /// let free = serde_json::json!({"metadata": {"name": "shop"}, "spec": {"finalizers": []}});
    /// assert_eq!(namespaces.finalize("shop", &free).call()?.target(), "/api/v1/namespaces/shop/finalize");
    /// # Ok::<(), kubewire::Error>(())
    /// ```
    pub fn finalize(&self, name: &str, namespace: &impl Serialize) -> Op<K> {
        self.only(("", "namespaces"), Verb::Replace, name, "finalize").body(self.json(namespace))
    }
}
