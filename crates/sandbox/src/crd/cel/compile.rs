//! The rules of a schema, ready to be evaluated.
//!
//! Source: `compilation.go` in `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel`.

use std::collections::{BTreeMap, BTreeSet};

use kube_cel::cel::IdedExpr;
use serde_json::Value;

use super::super::flag;
use super::check::{self, Checked};
use super::cost;
use super::declared::Functions;
use super::depth::{too_large, with_stack};
use super::lower::lower;
use super::parse::{Places, parse, shown};
use super::types::Type;
use super::{OLD, SELF, value};
use crate::object::text;

/// The rules of a schema and of what is below it.
#[derive(Debug)]
pub(in super::super) struct Node {
    pub(super) rules: Vec<Rule>,
    /// What values are looked at with; at the root with what every object has.
    pub(super) schema: Value,
    pub(super) properties: BTreeMap<String, Self>,
    pub(super) items: Option<Box<Self>>,
    pub(super) values: Option<Box<Self>>,
}

/// A rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// As it is written.
    pub(super) said: Value,
    pub(super) tree: IdedExpr,
    /// What makes its message.
    pub(super) message: Option<IdedExpr>,
    pub(super) uses_old: bool,
}

/// What came of a rule.
pub(super) struct Compiled {
    pub(super) rule: Option<Rule>,
    /// What is wrong: the field of the rule, and in which words.
    pub(super) wrong: Vec<(&'static str, String)>,
    /// What is known to the server alone.
    pub(super) unknown: BTreeSet<String>,
    pub(super) uses_old: bool,
    /// What the rule costs at most, and what its message does; nothing where they are wrong.
    pub(super) costs: [u64; 2],
}

impl Node {
    /// `None` where a schema has no rules.
    pub(in super::super) fn of(schema: &Value) -> Option<Self> {
        with_stack(|| Self::below(schema, true, &Functions::all()))
    }

    fn below(schema: &Value, root: bool, functions: &Functions) -> Option<Self> {
        let own = if root { value::rooted(schema) } else { schema.clone() };
        let one = |name: &str| {
            let inner = schema.get(name).filter(|inner| inner.is_object())?;
            Self::below(inner, false, functions).map(Box::new)
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        let property =
            |(name, inner): (&String, _)| Some((name.clone(), Self::below(inner, false, functions)?));
        let node = Self {
            rules: rules(schema).filter_map(|rule| compile(rule, &own, functions).rule).collect(),
            properties: properties.into_iter().flatten().filter_map(property).collect(),
            items: one("items"),
            values: one("additionalProperties"),
            schema: own,
        };
        let nothing = node.rules.is_empty() && node.properties.is_empty();
        (!nothing || node.items.is_some() || node.values.is_some()).then_some(node)
    }
}

/// The rules that stand beside a schema.
pub(super) fn rules(schema: &Value) -> impl Iterator<Item = &Value> {
    schema.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten()
}

/// A rule for values of a schema.
pub(super) fn compile(rule: &Value, schema: &Value, functions: &Functions) -> Compiled {
    let mut compiled =
        Compiled { rule: None, wrong: Vec::new(), unknown: BTreeSet::new(), uses_old: false, costs: [0; 2] };
    let Some(own) = value::type_of(schema, "selfType") else { return compiled };
    let old = if flag(rule, "optionalOldSelf") { Type::optional(own.clone()) } else { own.clone() };
    let names = vec![(SELF.to_owned(), own), (OLD.to_owned(), old)];
    let source = text(rule, "/rule");
    let tree = match one(source, names.clone(), functions, schema) {
        Err(what) => {
            compiled.wrong.push(("rule", format!("compilation failed: {what}")));
            None
        }
        Ok((tree, checked, cost)) => {
            compiled.costs[0] = cost;
            compiled.uses_old = checked.uses_old;
            compiled.unknown.extend(checked.unknown);
            let bool = checked.result == Type::simple("bool");
            if !bool && compiled.unknown.is_empty() {
                compiled.wrong.push(("rule", "cel expression must evaluate to a bool".to_owned()));
            }
            Some(tree)
        }
    };
    let source = text(rule, "/messageExpression");
    let message = match one(source, names, functions, schema) {
        _ if source.is_empty() || !compiled.wrong.is_empty() => None,
        Err(what) => {
            compiled
                .wrong
                .push(("messageExpression", format!("messageExpression compilation failed: {what}")));
            None
        }
        Ok((tree, checked, cost)) => {
            compiled.costs[1] = cost;
            compiled.unknown.extend(checked.unknown);
            if checked.result != Type::simple("string") && compiled.unknown.is_empty() {
                let why = "messageExpression must evaluate to a string".to_owned();
                compiled.wrong.push(("messageExpression", why));
            }
            Some(tree)
        }
    };
    if compiled.wrong.is_empty() && compiled.unknown.is_empty() {
        let uses_old = compiled.uses_old;
        compiled.rule = tree.map(|tree| Rule { said: rule.clone(), tree, message, uses_old });
    }
    compiled
}

/// An expression as it can be evaluated, what was found out about it, and what it costs at most.
fn one(
    source: &str,
    names: Vec<(String, Type)>,
    functions: &Functions,
    schema: &Value,
) -> Result<(IdedExpr, Checked, u64), String> {
    if let Some(what) = too_large(source) {
        return Err(what);
    }
    let mut tree = parse(source).map_err(|wrong| shown(source, wrong))?;
    let mut checked = check::check(&tree, functions, &Places::of(source), names);
    if !checked.wrong.is_empty() && checked.unknown.is_empty() {
        return Err(shown(source, std::mem::take(&mut checked.wrong)));
    }
    let cost = cost::most(&tree, &checked, functions, schema);
    lower(&mut tree, &checked);
    Ok((tree, checked, cost))
}
