//! What each namespace gets: a service account, and the authority that its pods trust.

use serde_json::{Value, json};

use super::hands::Hands;
use crate::mount::CA;
use crate::object::meta;

/// What the server writes beside the authority (`pkg/controller/certificates/rootcacertpublisher`).
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

pub(super) fn reconcile(hands: &mut Hands<'_>, namespace: &Value) {
    if !meta(namespace, "deletionTimestamp").is_empty() {
        return;
    }
    let name = meta(namespace, "name");
    if hands.find("", "serviceaccounts", name, "default").is_none() {
        let account = json!({"metadata": {"name": "default", "namespace": name}});
        let _ = hands.create("kube-controller-manager", "", "serviceaccounts", &account);
    }
    if hands.find("", "configmaps", name, "kube-root-ca.crt").is_none() {
        let metadata = json!({
            "name": "kube-root-ca.crt", "namespace": name, "annotations": {"kubernetes.io/description": DESCRIPTION},
        });
        let map = json!({"metadata": metadata, "data": {"ca.crt": CA}});
        let _ = hands.create("kube-controller-manager", "", "configmaps", &map);
    }
}
