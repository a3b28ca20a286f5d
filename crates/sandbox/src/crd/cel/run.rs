//! Whether an object is as the rules of its schema say.
//!
//! Source: `validation.go` in `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel`.

use kube_cel::cel::{Context, ExecutionError, IdedExpr, Value as Cel};
use serde_json::Value;

use super::super::flag;
use super::compile::{Node, Rule};
use super::depth::with_stack;
use super::failure::failure;
use super::misfit::{Look, fits, misfit};
use super::path::normal;
use super::value::value;
use super::{OLD, SELF, functions};
use crate::object::{join, text};
use crate::validate::Fault;

/// What the rules find.
#[derive(Default)]
pub(in super::super) struct Found {
    pub(in super::super) faults: Vec<Fault>,
    /// What is wrong, and was so before: the server only tells it.
    pub(in super::super) warned: Vec<Fault>,
}

/// Two states of a part of an object.
#[derive(Clone, Copy)]
struct Part<'p> {
    now: &'p Value,
    /// Where this can be said which it was.
    before: Option<&'p Value>,
    /// Whether it, or the nearest part around it of which this can be said, is as it was.
    same: bool,
}

impl<'p> Part<'p> {
    fn below(self, now: &'p Value, before: Option<&'p Value>, related: bool) -> Self {
        Self { now, before, same: if related { before == Some(now) } else { self.same } }
    }
}

impl Node {
    pub(in super::super) fn judge(&self, object: &Value, old: Option<&Value>) -> Found {
        let mut found = Found::default();
        let part = Part { now: object, before: old, same: old == Some(object) };
        with_stack(|| self.visit(part, "", &functions::context(), &mut found));
        found
    }

    fn visit(&self, part: Part<'_>, path: &str, context: &Context<'_>, found: &mut Found) {
        if part.now.is_null() {
            return;
        }
        self.evaluate(part, path, context, found);
        match part.now {
            Value::Object(fields) => {
                for (name, now) in fields {
                    let before = part.before.and_then(|before| before.get(name));
                    let inner = part.below(now, before, part.before.is_some());
                    if let Some(node) = &self.values {
                        node.visit(inner, &format!("{path}[{name}]"), context, found);
                    }
                    if let Some(node) = self.properties.get(name) {
                        node.visit(inner, &join(path, name), context, found);
                    }
                }
            }
            Value::Array(items) => {
                let Some(node) = &self.items else { return };
                for (at, now) in items.iter().enumerate() {
                    let before = part.before.and_then(|before| self.counterpart(now, before));
                    let inner = part.below(now, before, before.is_some());
                    node.visit(inner, &format!("{path}[{at}]"), context, found);
                }
            }
            _ => {}
        }
    }

    /// The item of a list that an item of its next state goes back to: that with the same keys.
    fn counterpart<'v>(&self, item: &Value, before: &'v Value) -> Option<&'v Value> {
        if text(&self.schema, "/x-kubernetes-list-type") != "map" {
            return None;
        }
        let keys = self.schema.get("x-kubernetes-list-map-keys")?.as_array()?;
        let alike = |one: &&Value| {
            keys.iter()
                .filter_map(Value::as_str)
                .all(|key| one.get(key).is_some() && one.get(key) == item.get(key))
        };
        before.as_array()?.iter().find(alike)
    }

    fn evaluate(&self, part: Part<'_>, path: &str, context: &Context<'_>, found: &mut Found) {
        if self.rules.is_empty() {
            return;
        }
        if let Some(why) = misfit(part.now, &self.schema) {
            for rule in self.rules.iter().filter(|rule| !rule.uses_old || part.before.is_some()) {
                let why = format!("{why} evaluating rule: {}", named(rule));
                found.faults.push(Fault::invalid(path, text(&self.schema, "/type"), why));
            }
            return;
        }
        let (now, before) =
            (value(part.now, &self.schema), part.before.map(|before| value(before, &self.schema)));
        let fits = fits(part.now, &self.schema);
        for rule in &self.rules {
            let optional = flag(&rule.said, "optionalOldSelf");
            if rule.uses_old && before.is_none() && !optional {
                continue;
            }
            let mut context = context.new_inner_scope();
            context.add_variable_from_value(SELF, now.clone());
            if optional {
                context.add_variable_from_value(OLD, functions::optional(before.clone()));
            } else if let Some(before) = &before {
                context.add_variable_from_value(OLD, before.clone());
            }
            if !fits && let Some(why) = Look::of(&context, part.now, &self.schema).first(&rule.tree) {
                let why = format!("{why} evaluating rule: {}", named(rule));
                found.faults.push(Fault::invalid(path, text(&self.schema, "/type"), why));
                continue;
            }
            let fault = match Cel::resolve(&rule.tree, &context) {
                Ok(Cel::Bool(true)) => continue,
                Ok(_) => self.broken(rule, part.now, path, &context),
                Err(error) => {
                    let why = failed(&error, rule, &context);
                    found.faults.push(Fault::invalid(path, text(&self.schema, "/type"), why));
                    continue;
                }
            };
            let kept = part.same && !rule.uses_old;
            if kept { &mut found.warned } else { &mut found.faults }.push(fault);
        }
    }

    /// What is told of a rule that is not kept.
    fn broken(&self, rule: &Rule, found: &Value, path: &str, context: &Context<'_>) -> Fault {
        let why = rule.message.as_ref().and_then(|tree| message(tree, context)).unwrap_or_else(|| {
            if text(&rule.said, "/message").is_empty() {
                format!("failed rule: {}", named(rule))
            } else {
                named(rule).to_owned()
            }
        });
        let field = text(&rule.said, "/fieldPath");
        let path = &match normal(field, &self.schema) {
            Some(field) if !field.is_empty() => join(path, &field),
            _ => path.to_owned(),
        };
        match text(&rule.said, "/reason") {
            "FieldValueForbidden" => Fault::forbidden(path, &why),
            "FieldValueRequired" => Fault::required(path, &why),
            "FieldValueDuplicate" if found.is_object() || found.is_array() => Fault::duplicate(path, ""),
            "FieldValueDuplicate" => Fault::duplicate(path, &found.to_string()),
            _ if found.is_object() || found.is_array() => Fault::invalid_value(path, "", why),
            _ => Fault::invalid_value(path, found.to_string(), why),
        }
    }
}

/// A message that is evaluated; `None` where it is none.
fn message(tree: &IdedExpr, context: &Context<'_>) -> Option<String> {
    let Ok(Cel::String(text)) = Cel::resolve(tree, context) else { return None };
    let text = text.trim();
    (!text.is_empty() && !text.contains('\n') && text.len() <= 5 * 1024).then(|| text.to_owned())
}

/// What a rule is called where it fails.
fn named(rule: &Rule) -> &str {
    let message = text(&rule.said, "/message");
    if message.is_empty() { text(&rule.said, "/rule").trim() } else { message.trim() }
}

/// An error of a rule.
fn failed(error: &ExecutionError, rule: &Rule, context: &Context<'_>) -> String {
    match failure(error, &rule.tree, context) {
        Some(what) => format!("{what} evaluating rule: {}", named(rule)),
        None => {
            let why =
                "call arguments did not match a supported operator, function or macro signature for rule";
            format!("'no such overload': {why}: {}", named(rule))
        }
    }
}
