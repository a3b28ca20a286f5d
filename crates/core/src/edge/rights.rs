//! Asking the API server about our own rights: what `kubectl auth can-i` and `auth whoami` ask.
//!
//! Whoever is known to the server may ask these, and no one may ask them for another.
//!
//! ```
//! use kubewire::{Api, Builtin, Catalog, Object, rights};
//! let pods = Api::<Object>::dynamic(Builtin.find(None, "pods").unwrap()).within("shop");
//! let list = pods.list().call()?;
//! let question = rights::may(list.attributes()).call()?;
//! let answer = r#"{"kind": "SelfSubjectAccessReview", "status": {"allowed": false, "reason": "no rule allows it"}}"#;
//! let access = question.decode(http::Response::new(answer.into()))?;
//! assert!(!access.allowed);
//! assert_eq!(access.reason, "no rule allows it");
//! # Ok::<(), kubewire::Error>(())
//! ```

use alloc::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Answer, Op, null_as_default};
use crate::answer::problem;
use crate::call::{Attributes, Draft, Verb};
use crate::error::{BuildError, DecodeError, Error};
use crate::prelude::*;
use crate::resource::{Resource, Scope};
use crate::wire::Head;

/// What the server's authorizers say to a call:
/// [SelfSubjectAccessReview](https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Access {
    /// Whether we may.
    pub allowed: bool,
    /// Whether an authorizer forbids it, whatever others may say. Where neither is said, nobody allows it.
    pub denied: bool,
    /// Why; often empty.
    pub reason: String,
    /// What went wrong when it was asked. It may be that we may, all the same.
    pub evaluation_error: String,
}

/// What we may do in a namespace:
/// [SelfSubjectRulesReview](https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rules {
    /// About resources.
    #[serde(deserialize_with = "null_as_default")]
    pub resource_rules: Vec<ResourceRule>,
    /// About paths, such as `/metrics`.
    #[serde(rename = "nonResourceRules", deserialize_with = "null_as_default")]
    pub path_rules: Vec<PathRule>,
    /// Whether there may be rules that are not told: not every authorizer can list its own.
    pub incomplete: bool,
}

/// One rule about resources; `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceRule {
    /// RBAC's words, such as `get` and `update`.
    pub verbs: Vec<String>,
    /// The groups; the core group is empty.
    pub api_groups: Vec<String>,
    /// Such as `pods` and `pods/log`.
    pub resources: Vec<String>,
    /// The objects; empty for all.
    pub resource_names: Vec<String>,
}

/// One rule about paths; `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PathRule {
    /// Such as `get`.
    pub verbs: Vec<String>,
    /// Such as `/healthz` and `/api/*`.
    #[serde(rename = "nonResourceURLs")]
    pub paths: Vec<String>,
}

/// Who the server says we are:
/// [SelfSubjectReview](https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct User {
    /// Such as `system:serviceaccount:shop:robot`.
    pub username: String,
    /// The service account's uid, say; often empty.
    pub uid: String,
    /// Such as `system:authenticated`.
    #[serde(deserialize_with = "null_as_default")]
    pub groups: Vec<String>,
    /// Whatever else the authenticator tells, such as the pod that a token is bound to.
    #[serde(deserialize_with = "null_as_default")]
    pub extra: BTreeMap<String, Vec<String>>,
}

/// The answer to a question: what its review says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Review<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Review<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Whole<T> {
            status: T,
        }
        Ok(Self(Whole::deserialize(from)?.status))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Myself {
    user_info: User,
}

/// Reads an answer as its review, and gives what of it was asked for.
fn decode<T: serde::de::DeserializeOwned>(draft: &Draft, body: &Bytes) -> Result<T, Error> {
    let review: Result<Review<T>, _> = DecodeError::catch(body, "");
    review.map(|review| review.0).map_err(|error| problem(draft.summary(), error))
}

impl Answer for Access {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        decode(draft, &body)
    }
}

impl Answer for Rules {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        decode(draft, &body)
    }
}

impl Answer for User {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        decode::<Myself>(draft, &body).map(|myself| myself.user_info)
    }
}

/// Whether we may make a call, as its [attributes](crate::Call::attributes) say it: no other attributes are judged when it is made.
pub fn may(attributes: &Attributes) -> Op<Access> {
    let verb = attributes.verb.rbac();
    let spec = if attributes.path.is_empty() {
        json!({"resourceAttributes": {
            "verb": verb,
            "group": attributes.group,
            "version": attributes.version,
            "resource": attributes.resource,
            "subresource": attributes.subresource,
            "namespace": attributes.namespace,
            "name": attributes.name,
        }})
    } else {
        json!({"nonResourceAttributes": {"verb": verb, "path": attributes.path}})
    };
    ask("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", &spec)
}

/// What we may do in a namespace, as far as the server's authorizers can list it.
pub fn rules(namespace: &str) -> Op<Rules> {
    let spec = json!({"namespace": namespace});
    ask("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", &spec)
}

/// Who we are.
pub fn whoami() -> Op<User> {
    ask("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", &Value::Null)
}

fn ask<T>(group: &'static str, kind: &'static str, plural: &'static str, spec: &Value) -> Op<T> {
    let api_version = [group, "/v1"].concat();
    let mut review = json!({"apiVersion": api_version, "kind": kind});
    if let Some(members) = review.as_object_mut().filter(|_| !spec.is_null()) {
        members.insert("spec".into(), spec.clone());
    }
    let resource = Resource::new(group, "v1", kind, plural, Scope::Cluster);
    let body = serde_json::to_vec(&review).map_err(|_| BuildError::Body(plural.into()));
    Op::new(Verb::Create, resource).body(body)
}
