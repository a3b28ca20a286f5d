//! Secrets.
//!
//! Source: `ValidateSecret` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::config_map::{DATA, decoded_length, entries, frozen, key_faults};
use super::fault::Fault;

pub(super) fn create(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut size = 0;
    for (key, value) in entries(object, "data") {
        faults.extend(key_faults("data", key));
        size += decoded_length(value);
    }
    if size > DATA {
        faults.push(Fault::too_long("data", DATA));
    }
    faults.extend(by_type(object));
    faults
}

pub(super) fn update(object: &Value, old: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (new, was) = (kind_of(object), kind_of(old));
    if new != was {
        faults.push(Fault::invalid("type", new, "field is immutable"));
    }
    faults.extend(frozen(object, old, &["data"]));
    faults
}

fn kind_of(object: &Value) -> &str {
    object.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn by_type(object: &Value) -> Vec<Fault> {
    let value = |key: &str| entries(object, "data").find(|(own, _)| *own == key).map(|(_, value)| value);
    let required = |keys: &[&str]| -> Vec<Fault> {
        let missing = keys.iter().filter(|key| value(key).is_none());
        missing.map(|key| Fault::required(&format!("data[{key}]"), "")).collect()
    };
    match kind_of(object) {
        "kubernetes.io/service-account-token" => {
            const KEY: &str = "kubernetes.io/service-account.name";
            let name = object.pointer("/metadata/annotations/kubernetes.io~1service-account.name");
            match name.and_then(Value::as_str).filter(|name| !name.is_empty()) {
                Some(_) => Vec::new(),
                None => vec![Fault::required(&format!("metadata.annotations[{KEY}]"), "")],
            }
        }
        "kubernetes.io/dockercfg" => json_under(object, ".dockercfg"),
        "kubernetes.io/dockerconfigjson" => json_under(object, ".dockerconfigjson"),
        "kubernetes.io/basic-auth" if value("username").is_none() && value("password").is_none() => {
            required(&["username", "password"])
        }
        "kubernetes.io/ssh-auth" if value("ssh-privatekey").unwrap_or_default().is_empty() => {
            vec![Fault::required("data[ssh-privatekey]", "")]
        }
        "kubernetes.io/tls" => required(&["tls.crt", "tls.key"]),
        _ => Vec::new(),
    }
}

fn json_under(object: &Value, key: &str) -> Vec<Fault> {
    let field = format!("data[{key}]");
    let Some((_, value)) = entries(object, "data").find(|(own, _)| *own == key) else {
        return vec![Fault::required(&field, "")];
    };
    let bytes = STANDARD.decode(value).unwrap_or_default();
    match serde_json::from_slice::<serde_json::Map<String, Value>>(&bytes) {
        Ok(_) => Vec::new(),
        Err(error) => {
            let why =
                if bytes.is_empty() { "unexpected end of JSON input".into() } else { error.to_string() };
            vec![Fault::invalid(&field, "<secret contents redacted>", why)]
        }
    }
}
