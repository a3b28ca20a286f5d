//! Role-based access control: the rules that hold for a user, by the bindings that are stored.
//!
//! Source: `plugin/pkg/auth/authorizer/rbac` and `pkg/registry/rbac/validation/rule.go` of Kubernetes.

mod aggregate;
mod cover;
mod escalation;
mod policy;
mod rule;

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::{Attributes, MASTERS, User, account_name};
use crate::object::quote;
use crate::registry::Kind;
use crate::server::Server;
use crate::store::Stored;

pub(crate) use aggregate::aggregate;
pub(crate) use escalation::check as check_escalation;
pub(crate) use policy::put_policy;

/// The group of its own kinds.
pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";

/// Whether something is allowed, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) allowed: bool,
    /// Empty where nobody says.
    pub(crate) reason: String,
}

/// Decides whether a user may do something.
pub(crate) fn authorize(server: &Server, user: &User, asked: &Attributes) -> Decision {
    if !server.auth.rbac || user.is_in(MASTERS) {
        return Decision { allowed: true, reason: String::new() };
    }
    let mut errors = Vec::new();
    let found = visit(server, user, &asked.namespace, |found| match found {
        Ok((source, rule)) if rule::allows(rule, asked) => ControlFlow::Break(source.describe()),
        Ok(_) => ControlFlow::Continue(()),
        Err(missing) => {
            errors.push(missing.text(missing.singular()));
            ControlFlow::Continue(())
        }
    });
    match found {
        ControlFlow::Break(source) => {
            Decision { allowed: true, reason: format!("RBAC: allowed by {source}") }
        }
        ControlFlow::Continue(()) if errors.is_empty() => Decision::default(),
        ControlFlow::Continue(()) => {
            Decision { allowed: false, reason: format!("rbac: RBAC: {}", joined(errors)) }
        }
    }
}

/// All rules that hold for a user in a namespace, and what is wrong with the bindings, as a review tells it.
pub(crate) fn rules_for(server: &Server, user: &User, namespace: &str) -> (Vec<Value>, Option<String>) {
    let (rules, errors) = resolve(server, user, namespace);
    let errors: Vec<String> = errors.iter().map(|missing| missing.text(missing.singular())).collect();
    let errors = if errors.is_empty() { None } else { Some(joined(errors)) };
    (rules, errors)
}

fn resolve(server: &Server, user: &User, namespace: &str) -> (Vec<Value>, Vec<Missing>) {
    if !server.auth.rbac {
        let everything = [
            json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}),
            json!({"verbs": ["*"], "nonResourceURLs": ["*"]}),
        ];
        return (everything.into(), Vec::new());
    }
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    let _: ControlFlow<()> = visit(server, user, namespace, |found| {
        match found {
            Ok((_, rule)) => rules.push(rule.clone()),
            Err(missing) => errors.push(missing),
        }
        ControlFlow::Continue(())
    });
    (rules, errors)
}

/// The rules of the role that a binding in a namespace, or in none, refers to.
///
/// # Errors
/// What is missing, as the server's cache says it.
fn rules_of(server: &Server, reference: &Value, namespace: &str) -> Result<Vec<Value>, Missing> {
    role(server, reference, namespace).map(|role| rules_in(&role).to_vec())
}

/// A role that is not there.
#[derive(Debug)]
pub(super) enum Missing {
    /// The singular of its resource, and its name.
    Role(&'static str, String),
    /// No role at all.
    Kind(String),
}

impl Missing {
    fn singular(&self) -> &'static str {
        match self {
            Self::Role(resource, _) => resource,
            Self::Kind(_) => "",
        }
    }

    /// The server's words; which resource it names depends on where it looks.
    fn text(&self, resource: &str) -> String {
        match self {
            Self::Role(_, name) => format!("{resource}.{GROUP} {} not found", quote(name)),
            Self::Kind(kind) => format!("unsupported role reference kind: {}", quote(kind)),
        }
    }
}

fn role(server: &Server, reference: &Value, namespace: &str) -> Result<Stored, Missing> {
    let text = |field: &str| reference.get(field).and_then(Value::as_str).unwrap_or_default();
    let (resource, namespace) = match text("kind") {
        "Role" => ("role", namespace),
        "ClusterRole" => ("clusterrole", ""),
        other => return Err(Missing::Kind(other.to_owned())),
    };
    let name = text("name");
    let missing = || Missing::Role(resource, name.to_owned());
    let kind = kind(server, text("kind")).ok_or_else(missing)?;
    server.store.get(kind.id, &kind.key(namespace, name)).cloned().ok_or_else(missing)
}

fn rules_in(role: &Value) -> &[Value] {
    role.get("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn kind(server: &Server, kind: &str) -> Option<std::sync::Arc<Kind>> {
    server.registry.by_kind("rbac.authorization.k8s.io/v1", kind)
}

/// The binding that a rule comes by.
struct Source<'s> {
    binding: &'s Value,
    subject: &'s Value,
    namespace: &'s str,
}

impl Source<'_> {
    fn describe(&self) -> String {
        let text = |pointer: &str| self.binding.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let name = text("/metadata/name");
        let (kind, name) = match self.namespace {
            "" => ("ClusterRoleBinding", quote(name)),
            namespace => ("RoleBinding", quote(&format!("{name}/{namespace}"))),
        };
        let (role_kind, role) = (text("/roleRef/kind"), quote(text("/roleRef/name")));
        format!("{kind} {name} of {role_kind} {role} to {}", self.subject())
    }

    fn subject(&self) -> String {
        let text = |field: &str| self.subject.get(field).and_then(Value::as_str).unwrap_or_default();
        let (kind, name) = (text("kind"), text("name"));
        let namespace = match text("namespace") {
            "" => self.namespace,
            namespace => namespace,
        };
        match kind {
            "ServiceAccount" => format!("{kind} {}", quote(&format!("{name}/{namespace}"))),
            _ => format!("{kind} {}", quote(name)),
        }
    }
}

/// Shows each rule that holds for a user, with where it comes from, and each binding that leads nowhere.
fn visit<B>(
    server: &Server,
    user: &User,
    namespace: &str,
    mut see: impl FnMut(Result<(&Source<'_>, &Value), Missing>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let within = [("ClusterRoleBinding", ""), ("RoleBinding", namespace)];
    let scopes = if namespace.is_empty() { within.get(..1) } else { Some(within.as_slice()) };
    for &(kind_name, namespace) in scopes.unwrap_or_default() {
        let Some(kind) = kind(server, kind_name) else { continue };
        let prefix = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
        for (_, binding) in server.store.range(kind.id, &prefix, "") {
            let subjects = binding.get("subjects").and_then(Value::as_array).into_iter().flatten();
            let Some(subject) = subjects.into_iter().find(|subject| applies(user, subject, namespace)) else {
                continue;
            };
            let source = Source { binding, subject, namespace };
            match role(server, binding.get("roleRef").unwrap_or(&Value::Null), namespace) {
                Ok(role) => {
                    for rule in rules_in(&role) {
                        see(Ok((&source, rule)))?;
                    }
                }
                Err(missing) => see(Err(missing))?,
            }
        }
    }
    ControlFlow::Continue(())
}

/// Whether a subject is this user. An account without a namespace is one of the binding's.
fn applies(user: &User, subject: &Value, namespace: &str) -> bool {
    let text = |field: &str| subject.get(field).and_then(Value::as_str).unwrap_or_default();
    let name = text("name");
    match text("kind") {
        "User" => user.name == name,
        "Group" => user.is_in(name),
        "ServiceAccount" => {
            let namespace = if text("namespace").is_empty() { namespace } else { text("namespace") };
            !namespace.is_empty() && user.name == account_name(namespace, name)
        }
        _ => false,
    }
}

/// apimachinery's `Aggregate`: one text alone, several in brackets and each once.
fn joined(errors: Vec<String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for error in errors {
        if !once.contains(&error) {
            once.push(error);
        }
    }
    match once.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", once.join(", ")),
    }
}
