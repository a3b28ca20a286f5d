//! Trees as the library can evaluate them: what looks into optionals becomes calls of functions of ours.

use std::collections::BTreeSet;

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue};

use super::functions::{INDEX, SELECT};

/// Nodes that take something out of an optional are known by their numbers.
pub(super) fn lower(node: &mut IdedExpr, optional: &BTreeSet<u64>) {
    match &mut node.expr {
        Expr::Call(call) => {
            call.target.iter_mut().for_each(|target| lower(target, optional));
            call.args.iter_mut().for_each(|argument| lower(argument, optional));
            match call.func_name.as_str() {
                "_?._" => SELECT.clone_into(&mut call.func_name),
                "_[?_]" => INDEX.clone_into(&mut call.func_name),
                "_[_]" if optional.contains(&node.id) => INDEX.clone_into(&mut call.func_name),
                _ => {}
            }
        }
        Expr::Select(select) => {
            lower(&mut select.operand, optional);
            if optional.contains(&node.id) {
                let field = Expr::Literal(LiteralValue::String(select.field.as_str().into()));
                let taken =
                    call(SELECT, None, vec![*select.operand.clone(), IdedExpr { id: node.id, expr: field }]);
                node.expr = if select.test {
                    call("hasValue", Some(IdedExpr { id: node.id, expr: taken }), Vec::new())
                } else {
                    taken
                };
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(|item| lower(item, optional)),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    lower(&mut entry.key, optional);
                    lower(&mut entry.value, optional);
                }
            }
        }
        Expr::Comprehension(own) => {
            let own = &mut **own;
            let parts = [
                &mut own.iter_range,
                &mut own.accu_init,
                &mut own.loop_cond,
                &mut own.loop_step,
                &mut own.result,
            ];
            parts.into_iter().for_each(|part| lower(part, optional));
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
}

fn call(name: &str, target: Option<IdedExpr>, args: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr { func_name: name.to_owned(), target: target.map(Box::new), args })
}
