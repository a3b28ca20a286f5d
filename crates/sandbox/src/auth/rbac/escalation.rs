//! Nobody gives away more than they have: what is checked before a role or a binding is stored.
//!
//! Source: `pkg/registry/rbac/escalation_check.go` of Kubernetes, and the `policybased` storage of each of the four kinds.

use serde_json::{Value, json};

use super::cover::lacking;
use super::{GROUP, Missing, authorize, joined, resolve, rules_in, rules_of};
use crate::auth::{Attributes, MASTERS, User, quoted};
use crate::object::{copy_meta, meta, quote};
use crate::server::Server;
use crate::wire::{Place, Problem, Refusal};

/// Checks what is to be stored at a place; `old` is what is there.
///
/// # Errors
/// 403, and 404 where a binding is to a role that is not there.
pub(crate) fn check(
    server: &Server,
    user: &User,
    place: &Place,
    object: &Value,
    old: Option<&Value>,
) -> Result<(), Refusal> {
    let kind = &place.kind;
    if !server.auth.rbac || kind.group != GROUP || user.is_in(MASTERS) {
        return Ok(());
    }
    let binds = matches!(kind.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
    if !binds && may(server, user, "escalate", GROUP, &kind.plural, &place.name, &place.namespace) {
        return Ok(());
    }
    if old.is_some_and(|old| only_collected(object, old)) {
        return Ok(());
    }
    let confirm = |wanted: &[Value]| confirm(server, user, place, wanted);
    let forbidden =
        |why: &str| Refusal::from(Problem::forbidden(GROUP, &kind.plural, meta(object, "name"), why));
    if binds {
        let empty = Value::Null;
        let reference = object.get("roleRef").unwrap_or(&empty);
        let text = |field: &str| reference.get(field).and_then(Value::as_str).unwrap_or_default();
        let plural = match text("kind") {
            "Role" => "roles",
            "ClusterRole" => "clusterroles",
            _ => "",
        };
        // The group is the one that the reference says, right or wrong.
        let group = Some(text("apiGroup")).filter(|group| !group.is_empty()).unwrap_or(GROUP);
        if !plural.is_empty() && may(server, user, "bind", group, plural, text("name"), &place.namespace) {
            return Ok(());
        }
        let rules = rules_of(server, reference, &place.namespace).map_err(|missing| match missing {
            // Before the server looks for it, it looks at the name.
            Missing::Role(_, name) if name.is_empty() => {
                Problem::bad_request("Name parameter required.").into()
            }
            Missing::Role(_, name) if name.contains(['/', '%']) => {
                let bad = if name.contains('/') { '/' } else { '%' };
                let quoted = quote(&name);
                Problem::bad_request(format!("Name parameter invalid: {quoted}: may not contain '{bad}'"))
                    .into()
            }
            // It is the binding's resource that is named, and the role's name.
            Missing::Role(_, name) => Refusal::from(Problem::not_found(GROUP, &kind.plural, &name)),
            other => Problem::plain(other.text("")).into(),
        })?;
        return confirm(&rules).map_err(|why| forbidden(&why));
    }
    confirm(rules_in(object)).map_err(|why| forbidden(&why))?;
    if aggregates(object) || old.is_some_and(aggregates) {
        let all = [
            json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}),
            json!({"verbs": ["*"], "nonResourceURLs": ["*"]}),
        ];
        let why = "must have cluster-admin privileges to use the aggregationRule";
        confirm(&all).map_err(|_| forbidden(why))?;
    }
    Ok(())
}

fn may(
    server: &Server,
    user: &User,
    verb: &str,
    group: &str,
    plural: &str,
    name: &str,
    namespace: &str,
) -> bool {
    let asked = Attributes {
        verb: verb.into(),
        group: group.into(),
        resource: plural.into(),
        name: name.into(),
        namespace: namespace.into(),
        ..Attributes::default()
    };
    authorize(server, user, &asked).allowed
}

/// The user has all that is given away.
fn confirm(server: &Server, user: &User, place: &Place, wanted: &[Value]) -> Result<(), String> {
    let (held, errors) = resolve(server, user, &place.namespace);
    let lacking = lacking(&held, wanted);
    if lacking.is_empty() {
        return Ok(());
    }
    // Here too it is the resource that is written which is named.
    let errors: Vec<String> = errors.iter().map(|missing| missing.text(&place.kind.plural)).collect();
    let errors = match errors.as_slice() {
        [] => String::new(),
        _ => format!("; resolution errors: [{}]", joined(errors)),
    };
    Err(format!(
        "user {} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}{errors}",
        quote(&user.name),
        quoted(&user.groups),
        lacking.join("\n")
    ))
}

fn aggregates(role: &Value) -> bool {
    let selectors = role.pointer("/aggregationRule/clusterRoleSelectors").and_then(Value::as_array);
    selectors.is_some_and(|selectors| !selectors.is_empty())
}

/// Whether nothing changes but what lets an object be collected.
fn only_collected(object: &Value, old: &Value) -> bool {
    let mut object = object.clone();
    for field in ["ownerReferences", "finalizers", "managedFields"] {
        copy_meta(&mut object, old, field);
    }
    object == *old
}
