//! A claim may only grow where its class can have it grow.
//!
//! Source: `plugin/pkg/admission/storage/persistentvolume/resize` of Kubernetes.

use serde_json::Value;

use super::refused;
use crate::object::{Amount, text};
use crate::server::Server;
use crate::wire::Refusal;

pub(super) fn judge(server: &Server, claim: &Value, old: &Value) -> Result<(), Refusal> {
    let size = |claim: &Value| Amount::at(claim, "/spec/resources/requests/storage").nanos();
    if size(claim) <= size(old) {
        return Ok(());
    }
    if text(old, "/status/phase") != "Bound" {
        return Err(refused(
            "persistentvolumeclaims",
            claim,
            "Only bound persistent volume claims can be expanded",
        ));
    }
    let class = text(claim, "/spec/storageClassName");
    let found = server.named("storage.k8s.io", "storageclasses", class);
    let grows = found.is_some_and(|class| class.get("allowVolumeExpansion").is_some_and(|is| *is == true));
    if grows && class == text(old, "/spec/storageClassName") {
        return Ok(());
    }
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    Err(refused("persistentvolumeclaims", claim, why))
}
