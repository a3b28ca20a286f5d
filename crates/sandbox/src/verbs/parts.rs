//! Parts of an object that have a subresource of their own, besides its status: what of the object each may write.
//!
//! Source: the strategies in `pkg/registry/core/pod`, `pkg/registry/core/namespace` and `pkg/registry/certificates` of Kubernetes.

use serde_json::Value;

use crate::object::{copy_meta, set};
use crate::registry::Kind;

/// A part of a stored object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Whether a certificate is granted: the conditions of the request for it.
    Approval,
    /// The containers that someone debugs a pod with.
    EphemeralContainers,
    /// What the containers of a pod are given.
    Resize,
    /// Who else has to let go of a namespace.
    Finalize,
}

impl Part {
    pub(crate) fn of(kind: &Kind, subresource: &str) -> Option<Self> {
        Some(match (kind.group.as_str(), kind.kind.as_str(), subresource) {
            ("certificates.k8s.io", "CertificateSigningRequest", "approval") => Self::Approval,
            ("", "Pod", "ephemeralcontainers") => Self::EphemeralContainers,
            ("", "Pod", "resize") => Self::Resize,
            ("", "Namespace", "finalize") => Self::Finalize,
            _ => return None,
        })
    }

    /// What is not to be written. Of pods that is not kept account of: whoever tries becomes the owner of what stays as it was.
    pub(super) fn reset(self) -> &'static [&'static str] {
        match self {
            Self::Approval => &["spec", "status.certificate"],
            Self::EphemeralContainers | Self::Resize => &[],
            Self::Finalize => &["status"],
        }
    }

    /// Puts back all that this part may not write.
    pub(super) fn keep(self, object: &mut Value, old: &Value) {
        match self {
            Self::Approval => {
                let conditions = object.pointer("/status/conditions").cloned();
                restore(object, old, "spec");
                restore(object, old, "status");
                if let Some(status) = object.get_mut("status") {
                    set(status, "conditions", conditions);
                }
            }
            Self::EphemeralContainers => {
                let containers = object.pointer("/spec/ephemeralContainers").cloned();
                keep_pod(object, old);
                if let Some(spec) = object.get_mut("spec") {
                    set(spec, "ephemeralContainers", containers);
                }
            }
            Self::Resize => resize(object, old),
            Self::Finalize => restore(object, old, "status"),
        }
    }
}

fn restore(object: &mut Value, old: &Value, field: &str) {
    set(object, field, old.get(field).cloned());
}

/// The pod as it was, but for some of its metadata.
fn keep_pod(object: &mut Value, old: &Value) {
    for field in ["labels", "annotations", "finalizers", "ownerReferences"] {
        copy_meta(object, old, field);
    }
    restore(object, old, "spec");
    restore(object, old, "status");
}

/// Takes what containers are given, and nothing else. Where they are others, or in another order, all is left for the rules to refuse.
fn resize(object: &mut Value, old: &Value) {
    const LISTS: [&str; 2] = ["/spec/containers", "/spec/initContainers"];
    let list = |object: &Value, list: &str| {
        object.pointer(list).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let lengths = |object: &Value| LISTS.map(|name| list(object, name).len());
    if lengths(object) != lengths(old) {
        return;
    }
    let resources = object.pointer("/spec/resources").or_else(|| old.pointer("/spec/resources")).cloned();
    let new = LISTS.map(|name| resized(list(object, name), &list(old, name)));
    keep_pod(object, old);
    let Some(spec) = object.get_mut("spec") else { return };
    for (name, containers) in ["containers", "initContainers"].into_iter().zip(new) {
        set(spec, name, Some(containers).filter(|list| !list.is_empty()).map(Value::Array));
    }
    set(spec, "resources", resources);
}

fn resized(new: Vec<Value>, old: &[Value]) -> Vec<Value> {
    if new.iter().zip(old).any(|(new, old)| new.get("name") != old.get("name")) {
        return new;
    }
    let one = |(new, old): (Value, &Value)| {
        let mut container = old.clone();
        for field in ["resources", "resizePolicy"] {
            set(&mut container, field, new.get(field).cloned());
        }
        container
    };
    new.into_iter().zip(old).map(one).collect()
}
