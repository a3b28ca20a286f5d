//! How many replicas there are, and shall be.

use serde::{Deserialize, Serialize};

use super::Api;
use crate::call::with_type;
use crate::call::{PatchType, Verb};
use crate::edge::answer::Item;
use crate::edge::{Metadata, Op, null_as_default};
use crate::prelude::*;

const API_VERSION: &str = "autoscaling/v1";

/// What every kind that has replicas answers to `scale`, a custom one as well:
/// [autoscaling/v1 Scale](https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/scale-v1/).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scale {
    /// That of the object: its name, namespace, uid and resourceVersion.
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub spec: ScaleSpec,
    /// What is.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: ScaleStatus,
}

/// What is wanted of a [`Scale`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScaleSpec {
    /// How many replicas there shall be.
    #[serde(default)]
    pub replicas: u32,
}

/// What is seen of a [`Scale`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScaleStatus {
    /// How many replicas there are.
    #[serde(default)]
    pub replicas: u32,
    /// Which pods they are, as [`Op::labels`] takes it; empty where the kind does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub selector: String,
}

impl Item for Scale {}

/// The API server refuses these for kinds without replicas.
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Object};
/// let deployments = Api::<Object>::dynamic(Builtin.find(None, "deploy").unwrap()).within("shop");
/// let call = deployments.scale("web", 3).call()?;
/// assert_eq!(call.target(), "/apis/apps/v1/namespaces/shop/deployments/web/scale");
/// assert_eq!(call.draft().body(), r#"{"spec":{"replicas":3}}"#);
/// # Ok::<(), kubewire::Error>(())
/// ```
impl<K> Api<K> {
    /// How many replicas there are and shall be, and which pods they are.
    pub fn get_scale(&self, name: &str) -> Op<Scale> {
        self.part(Verb::Get, name, "scale")
    }

    /// The wanted replicas anew: a [`Scale`] that was read and changed, so that a change in between is a conflict (409).
    pub fn replace_scale(&self, name: &str, scale: &impl Serialize) -> Op<Scale> {
        let typed = self.json(scale).map(|json| with_type(&json, API_VERSION, "Scale").unwrap_or(json));
        self.part(Verb::Replace, name, "scale").body(typed)
    }

    /// A patch of the [`Scale`].
    pub fn patch_scale(&self, name: &str, patch_type: PatchType, patch: &impl Serialize) -> Op<Scale> {
        self.part(Verb::Patch, name, "scale").patch_type(patch_type).body(self.json(patch))
    }

    /// So many replicas, whatever there are now: `kubectl scale`.
    pub fn scale(&self, name: &str, replicas: u32) -> Op<Scale> {
        self.patch_scale(name, PatchType::Merge, &serde_json::json!({"spec": {"replicas": replicas}}))
    }
}
