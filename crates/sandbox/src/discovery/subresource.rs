//! What the objects of subresources are.

use crate::registry::Kind;

/// Group, version and kind of a subresource's objects. An empty group with an empty version means those of the resource.
pub(super) fn of<'k>(kind: &'k Kind, subresource: &str) -> (&'static str, &'static str, &'k str) {
    match (kind.kind.as_str(), subresource) {
        (_, "scale") => ("autoscaling", "v1", "Scale"),
        ("Pod", "eviction") => ("policy", "v1", "Eviction"),
        ("Pod", "binding") => ("", "", "Binding"),
        ("Pod", "attach") => ("", "", "PodAttachOptions"),
        ("Pod", "exec") => ("", "", "PodExecOptions"),
        ("Pod", "portforward") => ("", "", "PodPortForwardOptions"),
        ("Pod", "proxy") => ("", "", "PodProxyOptions"),
        ("Node", "proxy") => ("", "", "NodeProxyOptions"),
        ("Service", "proxy") => ("", "", "ServiceProxyOptions"),
        ("ServiceAccount", "token") => ("authentication.k8s.io", "v1", "TokenRequest"),
        _ => ("", "", &kind.kind),
    }
}
