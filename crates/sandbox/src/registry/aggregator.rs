//! Groups that another server is said to serve. There is none here, so they are as they are in a cluster where it does not answer.
//!
//! Source: `k8s.io/kube-aggregator/pkg/apiserver`.

use serde_json::Value;

use crate::object::text;
use crate::server::Server;

pub(crate) const GROUP: &str = "apiregistration.k8s.io";

/// Brings what is said to be served elsewhere up to date.
pub(crate) fn settle(server: &mut Server) {
    let Some(own) = server.registry.find(GROUP, "v1", "apiservices") else { return };
    let services = server.store.range(own.id, "", "").filter(|(_, service)| is_elsewhere(service));
    let mut lost: Vec<(String, String)> = services
        .map(|(_, service)| {
            (text(service, "/spec/group").to_owned(), text(service, "/spec/version").to_owned())
        })
        .filter(|(group, version)| {
            server.registry.version(group, version).is_none_or(|version| version.stale)
        })
        .collect();
    lost.sort();
    server.registry = server.registry.without(&lost);
}

/// Whether a service is another server's.
fn is_elsewhere(service: &Value) -> bool {
    service.pointer("/spec/service").is_some_and(|service| !service.is_null())
}
