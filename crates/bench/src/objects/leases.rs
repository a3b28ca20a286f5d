//! Leases of nodes.

use serde_json::json;

use super::metadata::Metadata;
use super::object;
use super::seed::Seed;

pub fn lease(seed: &mut Seed, index: usize) -> String {
    let node = format!("node-{index:05}.zone-{}.example.internal", seed.below(3));
    let owner = json!([{"apiVersion": "v1", "kind": "Node", "name": node, "uid": seed.uid()}]);
    let spec = json!({"holderIdentity": node, "leaseDurationSeconds": 40,
        "renewTime": format!("2026-11-03T09:{:02}:{:02}.{:06}Z", seed.below(60), seed.below(60), seed.below(1_000_000))});
    let metadata = Metadata {
        namespace: "kube-node-lease".to_owned(),
        name: node,
        labels: json!(null),
        annotations: json!(null),
        owners: owner,
        generation: json!(null),
        managed: vec![("kubelet", json!({"metadata": {"ownerReferences": {".": 0}}, "spec": spec}))],
    };
    let metadata = metadata.members(seed, "coordination.k8s.io/v1");
    object(&[("metadata", object(&metadata)), ("spec", spec.to_string())])
}
