//! Resource quotas: which objects a quota counts, and how much of what these use.
//!
//! Source: `k8s.io/kubernetes/pkg/quota/v1`, and `k8s.io/apiserver/pkg/admission/plugin/resourcequota`.

mod scopes;
mod usage;

use std::collections::BTreeSet;

use serde_json::Value;

pub(crate) use scopes::covers;
pub(crate) use usage::{counts, lacks, uses};

use crate::object::{Amount, Amounts, meta};
use crate::registry::Kind;
use crate::server::Server;
use crate::store::Stored;

/// What a quota allows as its status says it: that is what counts.
pub(crate) fn hard(quota: &Value) -> Amounts {
    Amounts::from(quota.pointer("/status/hard"))
}

/// What is used of it.
pub(crate) fn used(quota: &Value) -> Amounts {
    Amounts::from(quota.pointer("/status/used"))
}

/// The quotas of a namespace.
pub(crate) fn of_namespace(server: &Server, namespace: &str) -> Vec<Stored> {
    let Some(kind) = server.registry.find("", "v1", "resourcequotas") else { return Vec::new() };
    let within = format!("{namespace}/");
    server.store.range(kind.id, &within, "").map(|(_, quota)| quota.clone()).collect()
}

/// What all objects of a quota's namespace use of it.
pub(crate) fn reckon(server: &Server, quota: &Value) -> Amounts {
    let hard = Amounts::from(quota.pointer("/spec/hard"));
    let mut used = Amounts(hard.0.keys().map(|name| (name.clone(), Amount::ZERO)).collect());
    let within = format!("{}/", meta(quota, "namespace"));
    let kinds = server.registry.versions().iter().flat_map(|version| version.kinds.values());
    let mut seen = BTreeSet::new();
    for kind in kinds.filter(|kind| kind.namespaced && hard.0.keys().any(|name| counts(kind, name))) {
        if !seen.insert(kind.id) {
            continue;
        }
        for (_, object) in
            server.store.range(kind.id, &within, "").filter(|(_, object)| covers(quota, kind, object))
        {
            used.add(&uses(kind, object).only(&hard));
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
