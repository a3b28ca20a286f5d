//! Values that are none of their schema. That is judged before rules are, but not of an object that says that it is of another kind.

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{EntryExpr, Expr};
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

/// Why the first value that an expression looks at and that is none of its schema is none. What an expression decides without looking is not known
/// here.
pub(super) fn on_the_way(node: &IdedExpr, now: &Value, schema: &Value) -> Option<String> {
    let visit = |node: &IdedExpr| on_the_way(node, now, schema);
    match &node.expr {
        Expr::Select(select) if select.test => visit(&select.operand),
        Expr::Select(select) => match reached(node, now, schema) {
            Some((found, own)) => visit(&select.operand).or_else(|| misfit(found, own)),
            None => visit(&select.operand),
        },
        Expr::Call(call) => call.target.iter().map(|target| &**target).chain(&call.args).find_map(visit),
        Expr::List(list) => list.elements.iter().find_map(visit),
        Expr::Map(map) => map.entries.iter().find_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => visit(&entry.key).or_else(|| visit(&entry.value)),
            EntryExpr::StructField(_) => None,
        }),
        Expr::Comprehension(own) => {
            let items = || {
                let (found, schema) = reached(&own.iter_range, now, schema)?;
                let schema = schema.get("items")?;
                found.as_array()?.iter().find_map(|item| misfit(item, schema))
            };
            visit(&own.iter_range)
                .or_else(items)
                .or_else(|| visit(&own.loop_step))
                .or_else(|| visit(&own.result))
        }
        _ => None,
    }
}

/// What stands at a path of fields, with its schema.
fn reached<'v>(node: &IdedExpr, now: &'v Value, schema: &'v Value) -> Option<(&'v Value, &'v Value)> {
    match &node.expr {
        Expr::Ident(name) if name == SELF => Some((now, schema)),
        Expr::Select(select) if !select.test => {
            let (found, schema) = reached(&select.operand, now, schema)?;
            let properties = schema.get("properties")?.as_object()?;
            let is =
                |name: &str| name == select.field || escaped(name).as_deref() == Some(select.field.as_str());
            let (name, schema) = properties.iter().find(|(name, _)| is(name))?;
            Some((found.get(name)?, schema))
        }
        _ => None,
    }
}
