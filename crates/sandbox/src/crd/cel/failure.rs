//! Why an expression has no value, in the words of the server's library.

use kube_cel::cel::common::ast::Expr;
use kube_cel::cel::{Context, ExecutionError, IdedExpr, Value};

/// `None` where a function is not for such values.
pub(super) fn failure(error: &ExecutionError, tree: &IdedExpr, context: &Context<'_>) -> Option<String> {
    if let Expr::Call(call) = &tree.expr
        && matches!(call.func_name.as_str(), "_&&_" | "_||_")
    {
        // The library tells of the last operand, the server of the first one.
        let first = |node| Some((Value::resolve(node, context).err()?, node));
        let (error, node) = call.args.iter().find_map(first)?;
        return failure(&error, node, context);
    }
    Some(match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::IndexOutOfBounds(Value::Int(at)) => format!("index out of bounds: {at}"),
        ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
        ExecutionError::RemainderByZero(_) => "modulus by zero".to_owned(),
        ExecutionError::Overflow(..) => "integer overflow".to_owned(),
        ExecutionError::FunctionError { function, message } => told(function, message),
        // The library says no more of an argument that has no value.
        _ => {
            let (error, tree) = argument(tree, context)?;
            return failure(&error, tree, context);
        }
    })
}

/// The error of an argument below, which is why the whole has no value.
fn argument<'t>(tree: &'t IdedExpr, context: &Context<'_>) -> Option<(ExecutionError, &'t IdedExpr)> {
    let below: Vec<&IdedExpr> = match &tree.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Comprehension(own) => vec![&own.iter_range],
        _ => Vec::new(),
    };
    below.into_iter().find_map(|node| Some((Value::resolve(node, context).err()?, node)))
}

/// The error of a function.
fn told(function: &str, message: &str) -> String {
    if message.contains("parse error") && matches!(function, "int" | "uint" | "double") {
        return format!("type conversion error from 'string' to '{function}'");
    }
    if let Some(name) = match function {
        "duration" => Some("Duration"),
        "timestamp" => Some("Timestamp"),
        _ => None,
    } {
        return format!("type conversion error from 'string' to 'google.protobuf.{name}'");
    }
    if let Some((place, _)) = message.split_once(" out of range for string") {
        let at = place.rsplit(' ').next().unwrap_or_default();
        return format!("index out of range: {at}");
    }
    match message.split_once(" out of range for list of length ") {
        Some((slice, length)) => format!("cannot {slice}, list is length {length}"),
        None => message.to_owned(),
    }
}
