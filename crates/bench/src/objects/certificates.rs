//! A custom resource of many clusters: cert-manager's certificates, and the type as which its users read them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kube::api::ObjectMeta;
use kubewire::{Kind, Resource, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::metadata::Metadata;
use super::object;
use super::seed::Seed;

/// What [its definition](https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.Certificate) has, as far as it is set here.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    pub metadata: ObjectMeta,
    pub spec: Spec,
    pub status: Option<Status>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    pub common_name: Option<String>,
    pub dns_names: Vec<String>,
    pub duration: Option<String>,
    pub issuer_ref: Issuer,
    pub private_key: Option<PrivateKey>,
    pub renew_before: Option<String>,
    pub revision_history_limit: Option<i32>,
    pub secret_name: String,
    pub secret_template: Option<Template>,
    pub usages: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Issuer {
    pub group: Option<String>,
    pub kind: Option<String>,
    pub name: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrivateKey {
    pub algorithm: Option<String>,
    pub encoding: Option<String>,
    pub rotation_policy: Option<String>,
    pub size: Option<i32>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Template {
    pub annotations: BTreeMap<String, String>,
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub conditions: Vec<Condition>,
    pub not_after: Option<String>,
    pub not_before: Option<String>,
    pub renewal_time: Option<String>,
    pub revision: Option<i32>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    pub last_transition_time: Option<String>,
    pub message: Option<String>,
    pub observed_generation: Option<i64>,
    pub reason: Option<String>,
    pub status: String,
    pub r#type: String,
}

impl Kind for Certificate {
    fn resource() -> Resource {
        Resource::new("cert-manager.io", "v1", "Certificate", "certificates", Scope::Namespaced)
    }
}

/// What `kube`'s derive macro writes.
impl kube::Resource for Certificate {
    type DynamicType = ();
    type Scope = kube::core::NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        "Certificate".into()
    }

    fn group((): &()) -> Cow<'_, str> {
        "cert-manager.io".into()
    }

    fn version((): &()) -> Cow<'_, str> {
        "v1".into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        "certificates".into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

/// One, all members in alphabetical order, as the server writes what it knows by its schema alone.
pub fn certificate(seed: &mut Seed) -> String {
    let host = format!("shop-{}", seed.hex(8));
    let names: Vec<String> = (0..2 + seed.below(4))
        .map(|index| format!("{host}-{index}.tenant-{}.example.com", seed.below(97)))
        .collect();
    let labels = json!({"app.kubernetes.io/name": host, "team": format!("team-{}", seed.below(40))});
    let spec = json!({"commonName": names[0], "dnsNames": names, "duration": "2160h0m0s", "renewBefore": "360h0m0s",
        "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt-production"},
        "privateKey": {"algorithm": "RSA", "encoding": "PKCS1", "rotationPolicy": "Always", "size": 2048},
        "revisionHistoryLimit": 1, "secretName": format!("{host}-tls"), "usages": ["digital signature", "key encipherment"],
        "secretTemplate": {"annotations": {"reflector.example.com/allowed": "true"}, "labels": labels}});
    let status = json!({"conditions": [{"lastTransitionTime": seed.moment(), "message": "Certificate is up to date and has not expired",
        "observedGeneration": 2, "reason": "Ready", "status": "True", "type": "Ready"}],
        "notAfter": seed.moment(), "notBefore": seed.moment(), "renewalTime": seed.moment(), "revision": 1 + seed.below(9)});
    let metadata = Metadata {
        namespace: format!("tenant-{}", seed.below(97)),
        name: format!("{host}-tls"),
        labels,
        annotations: json!({"acme.example.com/issued-by": "ingress", "checksum/config": seed.hex(64)}),
        owners: json!([{"apiVersion": "networking.k8s.io/v1", "blockOwnerDeletion": true, "controller": true, "kind": "Ingress",
            "name": host, "uid": seed.uid()}]),
        generation: json!(2),
        managed: vec![
            (
                "cert-manager-ingress",
                json!({"metadata": {"labels": {"app.kubernetes.io/name": 0, "team": 0}}, "spec": spec}),
            ),
            ("cert-manager-readiness", json!({"status": status})),
        ],
    };
    let mut metadata = metadata.members(seed, "cert-manager.io/v1");
    metadata.sort_by_key(|member| member.0);
    object(&[
        ("apiVersion", json!("cert-manager.io/v1").to_string()),
        ("kind", json!("Certificate").to_string()),
        ("metadata", object(&metadata)),
        ("spec", spec.to_string()),
        ("status", status.to_string()),
    ])
}
