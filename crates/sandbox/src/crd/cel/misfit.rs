//! Values that are none of their schema. That is judged before rules are, but not of an object that says that it is of another kind.

use kube_cel::cel::common::ast::{CallExpr, EntryExpr, Expr};
use kube_cel::cel::{Context, IdedExpr, Value as Cel};
use serde_json::Value;

use super::super::flag;
use super::SELF;
use super::value::escaped;

/// Why a value is none of its schema. That is otherwise judged before rules are, but not of an object that says that it is of another kind.
pub(super) fn misfit(found: &Value, schema: &Value) -> Option<String> {
    if flag(schema, "x-kubernetes-int-or-string") {
        let fits = found.is_i64() || found.is_string();
        return (!fits).then(|| {
            "invalid data, expected XIntOrString value to be either a string or integer".to_owned()
        });
    }
    let is = match found {
        Value::Null => return None,
        Value::Bool(_) => "bool",
        Value::Number(own) if own.is_i64() => "int64",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    };
    let wanted = match (schema.get("type").and_then(Value::as_str)?, is) {
        ("object", "map[string]interface {}") | ("array", "[]interface {}") => return None,
        ("string", "string") | ("boolean", "bool") | ("integer", "int64") => return None,
        ("number", "int64" | "float64") => return None,
        ("object", _) => {
            return Some("invalid data, expected a map for the provided schema with type=object".to_owned());
        }
        ("array", _) => {
            return Some(
                "invalid data, expected an array for the provided schema with type=array".to_owned(),
            );
        }
        ("boolean", _) => "bool",
        ("integer", _) => "int",
        ("number", _) => "float",
        (other, _) => other,
    };
    Some(format!("invalid data, expected {wanted}, got {is}"))
}

/// Whether a value is all of its schema. Then nobody has to look further.
pub(super) fn fits(found: &Value, schema: &Value) -> bool {
    let below = |name: &str| schema.get(name).filter(|below| below.is_object());
    misfit(found, schema).is_none()
        && match found {
            Value::Array(items) => {
                below("items").is_none_or(|schema| items.iter().all(|item| fits(item, schema)))
            }
            Value::Object(fields) => fields.iter().all(|(name, value)| {
                let own = schema.get("properties").and_then(|all| all.get(name));
                own.or_else(|| below("additionalProperties")).is_none_or(|schema| fits(value, schema))
            }),
            _ => true,
        }
}

/// A value and its schema.
type Seen<'v> = (&'v Value, &'v Value);

/// What an expression looks at.
pub(super) struct Look<'l> {
    context: &'l Context<'l>,
    /// By the names of variables, the innermost ones last: a value, or the items of a list.
    names: Vec<(&'l str, Vec<Seen<'l>>)>,
}

impl<'l> Look<'l> {
    pub(super) fn of(context: &'l Context<'l>, now: &'l Value, schema: &'l Value) -> Self {
        Self { context, names: vec![(SELF, vec![(now, schema)])] }
    }

    /// Why the first value that an expression looks at and that is none of its schema is none.
    pub(super) fn first(&mut self, node: &'l IdedExpr) -> Option<String> {
        match &node.expr {
            Expr::Select(select) if select.test => self.first(&select.operand),
            Expr::Select(select) => self
                .first(&select.operand)
                .or_else(|| self.reached(node).into_iter().find_map(|(found, schema)| misfit(found, schema))),
            Expr::Call(call) => self.call(call),
            Expr::List(list) => list.elements.iter().find_map(|item| self.first(item)),
            Expr::Map(map) => map.entries.iter().find_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => self.first(&entry.key).or_else(|| self.first(&entry.value)),
                EntryExpr::StructField(_) => None,
            }),
            Expr::Comprehension(own) => {
                let why = self.first(&own.iter_range);
                let lists = self.reached(&own.iter_range);
                let items = lists
                    .into_iter()
                    .filter_map(|(list, schema)| Some((list.as_array()?, schema.get("items")?)));
                let items: Vec<Seen<'l>> =
                    items.flat_map(|(list, schema)| list.iter().map(move |item| (item, schema))).collect();
                let why = why.or_else(|| items.iter().find_map(|(item, schema)| misfit(item, schema)));
                self.names.push((&own.iter_var, items));
                let why = why.or_else(|| self.first(&own.loop_step));
                self.names.pop();
                why.or_else(|| self.first(&own.result))
            }
            _ => None,
        }
    }

    /// What is decided already is not looked at.
    fn call(&mut self, call: &'l CallExpr) -> Option<String> {
        let decided = |node: &IdedExpr| match Cel::resolve(node, self.context) {
            Ok(Cel::Bool(own)) => Some(own),
            _ => None,
        };
        let skipped = match (call.func_name.as_str(), call.args.first().and_then(decided)) {
            ("_||_", Some(true)) | ("_&&_", Some(false)) => 1..2,
            ("_?_:_", Some(true)) => 2..3,
            ("_?_:_", Some(false)) => 1..2,
            _ => 0..0,
        };
        let target = call.target.iter().find_map(|target| self.first(target));
        let arguments = call.args.iter().enumerate().filter(|(at, _)| !skipped.contains(at));
        target.or_else(|| arguments.map(|(_, argument)| argument).find_map(|argument| self.first(argument)))
    }

    /// What stands at a path of fields.
    fn reached(&self, node: &IdedExpr) -> Vec<Seen<'l>> {
        match &node.expr {
            Expr::Ident(name) => {
                let own = self.names.iter().rev().find(|(own, _)| own == name);
                own.map(|(_, seen)| seen.clone()).unwrap_or_default()
            }
            Expr::Select(select) if !select.test => {
                let whole = self.reached(&select.operand).into_iter();
                whole.filter_map(|(found, schema)| field(found, schema, &select.field)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn field<'v>(found: &'v Value, schema: &'v Value, field: &str) -> Option<Seen<'v>> {
    let properties = schema.get("properties")?.as_object()?;
    let is = |name: &str| name == field || escaped(name).as_deref() == Some(field);
    let (name, schema) = properties.iter().find(|(name, _)| is(name))?;
    Some((found.get(name)?, schema))
}
