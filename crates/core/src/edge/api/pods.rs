//! What only pods have.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Api, Success};
use crate::call::{PatchType, Verb};
use crate::edge::{Object, Op};
use crate::prelude::*;

pub(crate) const PODS: (&str, &str) = ("", "pods");

/// A Rust type that stands for pods: its [`Api`] evicts, binds, resizes and debugs them.
///
/// [`Object`] and k8s-openapi's `Pod` have it. Implement it for a struct of your own beside [`Kind`](crate::Kind).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand for pods",
    label = "pods have this subresource, and no other resource does"
)]
pub trait PodKind {}

impl PodKind for Object {}
#[cfg(feature = "k8s-openapi")]
impl PodKind for k8s_openapi::api::core::v1::Pod {}

/// How a pod is evicted; see [`Api::evict_with`].
///
/// [Eviction](https://kubernetes.io/docs/reference/kubernetes-api/policy/eviction-v1/), and the deletion that it asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Eviction {
    options: Map<String, Value>,
    preconditions: Map<String, Value>,
}

impl Eviction {
    /// With the pod's own grace period, whatever its uid.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the pod may take to end, instead of what it says itself.
    pub fn grace_period_seconds(mut self, seconds: u32) -> Self {
        self.options.insert("gracePeriodSeconds".into(), seconds.into());
        self
    }

    /// Evicts only if the pod still is the one with this uid.
    pub fn precondition_uid(mut self, uid: &str) -> Self {
        self.preconditions.insert("uid".into(), uid.into());
        self
    }

    /// Evicts only if the pod still is at this version.
    pub fn precondition_resource_version(mut self, version: &str) -> Self {
        self.preconditions.insert("resourceVersion".into(), version.into());
        self
    }

    fn json(&self, name: &str) -> Value {
        let mut options = self.options.clone();
        if !self.preconditions.is_empty() {
            options.insert("preconditions".into(), self.preconditions.clone().into());
        }
        let mut eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}});
        if let Some(members) = eviction.as_object_mut().filter(|_| !options.is_empty()) {
            members.insert("deleteOptions".into(), options.into());
        }
        eviction
    }
}

/// Of pods alone: another typed `Api` does not have these, and a dynamic one of another resource is refused when the call is formed.
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Eviction, Object};
/// let pods = Api::<Object>::dynamic(Builtin.find(None, "po").unwrap()).within("shop");
/// let call = pods.evict_with("web", &Eviction::new().grace_period_seconds(5)).dry_run().call()?;
/// assert_eq!(call.target(), "/api/v1/namespaces/shop/pods/web/eviction?dryRun=All");
/// let body: serde_json::Value = serde_json::from_slice(call.draft().body()).unwrap();
/// assert_eq!(body["deleteOptions"]["gracePeriodSeconds"], 5);
///
/// let maps = Api::<Object>::dynamic(Builtin.find(None, "cm").unwrap()).within("shop");
/// assert_eq!(maps.evict("web").call().unwrap_err().to_string(),
///     "create configmaps takes no subresource eviction: pods have it");
/// # Ok::<(), kubewire::Error>(())
/// ```
impl<K: PodKind> Api<K> {
    /// Deletes a pod unless a disruption budget says no: then the answer is a 429, whose error
    /// [says so](crate::Status::is_disruption_budget), and which is not sent again.
    ///
    /// See [API-initiated eviction](https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
    pub fn evict(&self, name: &str) -> Op<Success> {
        self.evict_with(name, &Eviction::new())
    }

    /// [`Api::evict`] with a grace period or preconditions.
    pub fn evict_with(&self, name: &str, eviction: &Eviction) -> Op<Success> {
        self.only(PODS, Verb::Create, name, "eviction").body(self.json(&eviction.json(name)))
    }

    /// Puts a pod on a node: what a scheduler does.
    pub fn bind(&self, name: &str, node: &str) -> Op<Success> {
        let target = json!({"apiVersion": "v1", "kind": "Node", "name": node});
        let binding =
            json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target});
        self.only(PODS, Verb::Create, name, "binding").body(self.json(&binding))
    }

    /// Other CPU and memory for the containers of a running pod. A strategic patch finds a container by its name.
    ///
    /// See [resizing in place](https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/).
    pub fn patch_resize(&self, name: &str, patch_type: PatchType, patch: &impl Serialize) -> Op<K> {
        self.only(PODS, Verb::Patch, name, "resize").patch_type(patch_type).body(self.json(patch))
    }

    /// The pod with other CPU and memory, as a whole.
    pub fn replace_resize(&self, name: &str, pod: &impl Serialize) -> Op<K> {
        self.only(PODS, Verb::Replace, name, "resize").body(self.json(pod))
    }

    /// Puts one more container into a running pod, to debug it: `kubectl debug`. It cannot be taken out again.
    ///
    /// The container is an
    /// [EphemeralContainer](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#EphemeralContainer):
    /// `{"name": "debug", "image": "busybox", "targetContainerName": "web"}`.
    pub fn add_ephemeral_container(&self, name: &str, container: &impl Serialize) -> Op<K> {
        #[derive(Serialize)]
        struct Patch<T> {
            spec: Spec<T>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Spec<T> {
            ephemeral_containers: [T; 1],
        }
        // Lists of containers merge by their names.
        let patch = Patch { spec: Spec { ephemeral_containers: [container] } };
        self.patch_ephemeral_containers(name, PatchType::Strategic, &patch)
    }

    /// A patch of the containers that were put into a running pod.
    pub fn patch_ephemeral_containers(
        &self,
        name: &str,
        patch_type: PatchType,
        patch: &impl Serialize,
    ) -> Op<K> {
        let op = self.only(PODS, Verb::Patch, name, "ephemeralcontainers").patch_type(patch_type);
        op.body(self.json(patch))
    }

    /// The pod with more containers, as a whole.
    pub fn replace_ephemeral_containers(&self, name: &str, pod: &impl Serialize) -> Op<K> {
        self.only(PODS, Verb::Replace, name, "ephemeralcontainers").body(self.json(pod))
    }
}
