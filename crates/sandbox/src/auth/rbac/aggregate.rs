//! ClusterRoles that gather the rules of others. In a cluster a controller does so; here it is done with each write of a ClusterRole.
//!
//! Source: `pkg/controller/clusterroleaggregation` of Kubernetes.

use serde_json::Value;

use super::{kind, rules_in};
use crate::object::{meta, put};
use crate::select::Labels;
use crate::server::Server;
use crate::store::Stored;

/// A role that gathers may be gathered itself; those that gather each other come to rest within so many rounds, or not at all.
const ROUNDS: usize = 8;

/// Brings all of them up to date.
pub(crate) fn aggregate(server: &mut Server) {
    let Some(kind) = kind(server, "ClusterRole") else { return };
    for _ in 0..ROUNDS {
        let roles: Vec<(String, Stored)> =
            server.store.range(kind.id, "", "").map(|(key, role)| (key.to_owned(), role.clone())).collect();
        let mut changed = false;
        for (name, role) in &roles {
            let Some(rules) = gathered(&roles, role) else { continue };
            if rules != rules_in(role) {
                let mut role = (**role).clone();
                put(&mut role, "rules", rules);
                server.store.write(kind.id, name, Some(role));
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// The rules that a role gathers, each once; `None` of one that gathers none.
fn gathered(roles: &[(String, Stored)], role: &Value) -> Option<Vec<Value>> {
    let selectors = role.pointer("/aggregationRule/clusterRoleSelectors")?.as_array()?;
    let mut rules: Vec<Value> = Vec::new();
    for selector in selectors {
        let selector = Labels::of_object(selector)?;
        let others =
            roles.iter().filter(|(name, other)| name != meta(role, "name") && selector.matches(other));
        for rule in others.flat_map(|(_, other)| rules_in(other)) {
            if !rules.contains(rule) {
                rules.push(rule.clone());
            }
        }
    }
    Some(rules)
}
