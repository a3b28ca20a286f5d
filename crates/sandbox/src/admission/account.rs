//! A pod runs as a service account, and has its token.
//!
//! Source: `k8s.io/kubernetes/plugin/pkg/admission/serviceaccount`.

use serde_json::{Value, json};

use super::containers;
use crate::object::{called, meta, spec_mut};
use crate::server::Server;
use crate::wire::{Problem, Refusal};

const PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

pub(super) fn admit(server: &mut Server, pod: &mut Value) -> Result<(), Refusal> {
    let (namespace, name) = (meta(pod, "namespace").to_owned(), called(pod).to_owned());
    let Some(spec) = spec_mut(pod) else { return Ok(()) };
    let account = match spec.get("serviceAccountName").and_then(Value::as_str).unwrap_or_default() {
        "" => "default",
        name => name,
    };
    let account = account.to_owned();
    for field in ["serviceAccountName", "serviceAccount"] {
        spec.insert(field.to_owned(), account.as_str().into());
    }
    let kind = server.registry.by_kind("v1", "ServiceAccount");
    let found = kind.and_then(|kind| server.store.get(kind.id, &kind.key(&namespace, &account)).cloned());
    // That one is made by a controller, as soon as there is the namespace.
    if found.is_none() && account != "default" {
        let why = format!(
            "error looking up service account {namespace}/{account}: serviceaccount \"{account}\" not found"
        );
        return Err(Problem::forbidden("", "pods", &name, &why).into());
    }
    let of =
        |value: Option<&Value>| value.and_then(|value| value.get("automountServiceAccountToken")?.as_bool());
    let own = spec.get("automountServiceAccountToken").and_then(Value::as_bool);
    if own.or_else(|| of(found.as_deref())).unwrap_or(true) {
        mount(server, spec);
    }
    let secrets = found.as_deref().and_then(|account| account.get("imagePullSecrets")).cloned();
    if let (false, Some(secrets)) = (spec.contains_key("imagePullSecrets"), secrets) {
        spec.insert("imagePullSecrets".into(), secrets);
    }
    Ok(())
}

/// Gives every container the token, where nothing else stands in its place.
fn mount(server: &mut Server, spec: &mut serde_json::Map<String, Value>) {
    let name = format!("kube-api-access-{}", server.random.suffix());
    let mount = json!({"name": name, "readOnly": true, "mountPath": PATH});
    let mut needed = false;
    for container in containers(spec) {
        let mounts = container.entry("volumeMounts").or_insert_with(|| json!([]));
        let Value::Array(mounts) = mounts else { continue };
        if !mounts.iter().any(|one| one.get("mountPath").is_some_and(|path| path == PATH)) {
            mounts.push(mount.clone());
            needed = true;
        }
    }
    if !needed {
        return;
    }
    let volume = json!({"name": name, "projected": {"defaultMode": 420, "sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [
            {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}},
        ]}},
    ]}});
    if let Value::Array(volumes) = spec.entry("volumes").or_insert_with(|| json!([])) {
        volumes.push(volume);
    }
}
