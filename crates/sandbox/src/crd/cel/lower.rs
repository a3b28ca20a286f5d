//! Trees as the library can evaluate them: what looks into optionals becomes calls of functions of ours, and so does what goes through the keys of
//! a map, which have a random order in the library.

use kube_cel::cel::IdedExpr;
use kube_cel::cel::common::ast::{CallExpr, EntryExpr, Expr, LiteralValue};

use super::check::Checked;
use super::functions::{KEYS, WITHIN};

/// The nodes that are changed are known by their numbers.
pub(super) fn lower(node: &mut IdedExpr, checked: &Checked) {
    match &mut node.expr {
        Expr::Call(call) => {
            call.target.iter_mut().for_each(|target| lower(target, checked));
            call.args.iter_mut().for_each(|argument| lower(argument, checked));
            match call.func_name.as_str() {
                "_?._" | "_[?_]" => WITHIN.clone_into(&mut call.func_name),
                "_[_]" if checked.optional.contains(&node.id) => WITHIN.clone_into(&mut call.func_name),
                _ => {}
            }
        }
        Expr::Select(select) => {
            lower(&mut select.operand, checked);
            if checked.optional.contains(&node.id) {
                let field = Expr::Literal(LiteralValue::String(select.field.as_str().into()));
                let taken =
                    call(WITHIN, None, vec![*select.operand.clone(), IdedExpr { id: node.id, expr: field }]);
                node.expr = if select.test {
                    call("hasValue", Some(IdedExpr { id: node.id, expr: taken }), Vec::new())
                } else {
                    taken
                };
            }
        }
        Expr::List(list) => list.elements.iter_mut().for_each(|item| lower(item, checked)),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    lower(&mut entry.key, checked);
                    lower(&mut entry.value, checked);
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
            parts.into_iter().for_each(|part| lower(part, checked));
            let range = &mut own.iter_range;
            if checked.keyed.contains(&range.id) {
                let map = std::mem::take(range);
                *range = IdedExpr { id: map.id, expr: call(KEYS, None, vec![map]) };
            }
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
}

fn call(name: &str, target: Option<IdedExpr>, args: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr { func_name: name.to_owned(), target: target.map(Box::new), args })
}
