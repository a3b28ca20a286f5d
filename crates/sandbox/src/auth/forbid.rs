//! The gate: what is not allowed is refused.
//!
//! Source: `endpoints/handlers/responsewriters/errors.go` in `k8s.io/apiserver`.

use super::rbac::authorize;
use super::{Attributes, User};
use crate::object::quote;
use crate::server::Server;
use crate::wire::{Problem, Refusal};

/// Goes on where a user may do something.
///
/// # Errors
/// 403.
pub(crate) fn allow(server: &Server, user: &User, asked: &Attributes) -> Result<(), Refusal> {
    let decision = authorize(server, user, asked);
    if decision.allowed { Ok(()) } else { Err(forbidden(user, asked, &decision.reason).into()) }
}

/// 403, in the words that all authorizers share; `reason` is added where there is one.
pub(super) fn forbidden(user: &User, asked: &Attributes, reason: &str) -> Problem {
    let (who, verb) = (quote(&user.name), &asked.verb);
    let what = match &asked.path {
        Some(path) => format!("User {who} cannot {verb} path {}", quote(path)),
        None => {
            let scope = match asked.namespace.as_str() {
                "" => "at the cluster scope".to_owned(),
                namespace => format!("in the namespace {}", quote(namespace)),
            };
            let (resource, group) = (quote(&asked.combined()), quote(&asked.group));
            format!("User {who} cannot {verb} resource {resource} in API group {group} {scope}")
        }
    };
    // Nothing in it shall look like HTML.
    let mut why = what.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if !reason.is_empty() {
        why.push_str(": ");
        why.push_str(reason);
    }
    Problem::forbidden(&asked.group, &asked.resource, &asked.name, &why)
}
