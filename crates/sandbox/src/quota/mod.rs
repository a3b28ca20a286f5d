//! Resource quotas: which objects a quota counts, and how much of what these use.
//!
//! Source: `k8s.io/kubernetes/pkg/quota/v1`, and `k8s.io/apiserver/pkg/admission/plugin/resourcequota`.

mod scopes;
mod usage;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub(crate) use scopes::covers;
pub(crate) use usage::{counts, lacks, uses};

use crate::object::{Amount, Amounts, meta};
use crate::registry::Kind;
use crate::server::Server;

/// What a quota allows as its status says it: that is what counts.
pub(crate) fn hard(quota: &Value) -> Amounts {
    Amounts::from(quota.pointer("/status/hard"))
}

/// What is used of it.
pub(crate) fn used(quota: &Value) -> Amounts {
    Amounts::from(quota.pointer("/status/used"))
}

/// What a quota's status is to say: what is allowed, and what all objects of its namespace use of it.
pub(crate) fn status(server: &Server, quota: &Value) -> Value {
    let hard = Amounts::from(quota.pointer("/spec/hard"));
    if hard.0.is_empty() {
        return json!({});
    }
    json!({"hard": Value::from(&hard), "used": Value::from(&reckon(server, quota, &hard))})
}

fn reckon(server: &Server, quota: &Value, hard: &Amounts) -> Amounts {
    let mut used = Amounts(hard.0.keys().map(|name| (name.clone(), Amount::ZERO)).collect());
    let within = format!("{}/", meta(quota, "namespace"));
    let kinds = server.registry.kinds();
    let mut seen = BTreeSet::new();
    for kind in kinds.filter(|kind| kind.namespaced && hard.0.keys().any(|name| counts(kind, name))) {
        if !seen.insert(kind.id) {
            continue;
        }
        for (_, object) in
            server.store.range(kind.id, &within, "").filter(|(_, object)| covers(quota, kind, object))
        {
            used.add(&uses(kind, object).only(hard));
        }
    }
    used
}

/// Whether a quota looks at such a write at all: most objects it counts when they are made.
pub(crate) fn looks_at(kind: &Kind, subresource: &str, is_new: bool) -> bool {
    match (kind.group.as_str(), kind.kind.as_str(), subresource) {
        ("", "Pod", "resize") => true,
        ("", "Service" | "PersistentVolumeClaim", "") => true,
        (_, _, "") => is_new && kind.namespaced,
        _ => false,
    }
}
