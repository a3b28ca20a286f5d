//! Two values of a type merged into one, the second winning.
//!
//! Source: `mergingWalker` in `sigs.k8s.io/structured-merge-diff/typed`.

use serde_json::{Map, Value};

use super::compare::{fields, items, names};
use super::element::Element;
use super::schema::{ListType, Type};

/// What comes of an object when another is applied to it.
pub(crate) fn merge(kind: Type<'_>, old: &Value, new: &Value) -> Value {
    merged(kind, Some(old), Some(new)).unwrap_or(Value::Null)
}

fn merged(kind: Type<'_>, old: Option<&Value>, new: Option<&Value>) -> Option<Value> {
    match kind.by(new, old) {
        Type::List(list) => {
            let (left, right) = (items(old), items(new));
            if !list.is_atomic() && (!left.is_empty() || !right.is_empty()) {
                let out = merged_items(list, left, right);
                return Some(out).filter(|out| !out.is_empty()).map(Value::Array);
            }
        }
        Type::Map(map) => {
            let (left, right) = (fields(old), fields(new));
            if !map.atomic && (left.is_some() || right.is_some()) {
                let mut out = Map::new();
                for name in names(left, right) {
                    let Some((kind, _)) = map.field(name) else { continue };
                    let of =
                        |side: Option<&Map<String, Value>>| side.and_then(|side| side.get(name)).cloned();
                    if let Some(value) = merged(kind, of(left).as_ref(), of(right).as_ref()) {
                        out.insert(name.clone(), value);
                    }
                }
                return Some(out).filter(|out| !out.is_empty()).map(Value::Object);
            }
        }
        _ => {}
    }
    new.or(old).cloned()
}

/// The order of the new list, into which what is only in the old one keeps its place.
fn merged_items(list: ListType<'_>, old: &[Value], new: &[Value]) -> Vec<Value> {
    let of = |items: &[Value]| -> Vec<(Element, Value)> {
        let told = items.iter().filter_map(|item| Some((list.element_of(item).ok()?, item.clone())));
        told.collect()
    };
    let (old, new) = (of(old), of(new));
    let has = |side: &[(Element, Value)], element: &Element| side.iter().any(|(own, _)| own == element);
    // What stands twice is not merged with.
    let twin = |element: &Element| {
        let mut same = old.iter().filter(|(own, _)| own == element).map(|(_, value)| value);
        let first = same.next()?;
        Some(if same.next().is_some() { Value::Null } else { first.clone() })
    };
    let mut shared = new.iter().map(|(element, _)| element).filter(|element| has(&old, element));
    let mut next = shared.next();
    let (mut out, mut done): (Vec<Value>, Vec<&Element>) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => return out,
            (Some((element, _)), Some((other, item))) if element == other => {
                done.push(element);
                out.extend(merged(list.element(), twin(element).as_ref(), Some(item)));
                next = shared.next();
                left.next();
                right.next();
                continue;
            }
            (Some((element, _)), Some(_))
                if has(&new, element) && next.is_some_and(|next| next != element) =>
            {
                // Its turn comes later.
                left.next();
                continue;
            }
            _ => {}
        }
        if let Some((element, item)) = left.peek() {
            if !has(&new, element) {
                out.push(item.clone());
                left.next();
                continue;
            }
            if done.contains(&element) {
                left.next();
            }
        }
        if let Some((element, item)) = right.next() {
            done.push(element);
            out.extend(merged(list.element(), twin(element).as_ref(), Some(item)));
            if next == Some(element) {
                next = shared.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::made_up::made_up;
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_merged_by_their_type() {
        let cases = [
            (
                json!({"labels": {"a": "1"}}),
                json!({"labels": {"b": "2"}}),
                json!({"labels": {"a": "1", "b": "2"}}),
            ),
            (
                json!({"selector": {"a": "1"}}),
                json!({"selector": {"b": "2"}}),
                json!({"selector": {"b": "2"}}),
            ),
            (json!({"args": ["1", "2"]}), json!({"args": ["3"]}), json!({"args": ["3"]})),
            (json!({"tags": ["x", "y"]}), json!({"tags": ["z", "y"]}), json!({"tags": ["x", "z", "y"]})),
            (json!({"tags": ["a", "b", "c"]}), json!({"tags": ["c", "a"]}), json!({"tags": ["b", "c", "a"]})),
            (json!({"tags": ["x", "x"]}), json!({"tags": ["x"]}), json!({"tags": ["x"]})),
            (
                json!({"ports": [{"port": 1, "protocol": "TCP", "name": "a"}, {"port": 2}]}),
                json!({"ports": [{"port": 1, "name": "b"}, {"port": 2, "protocol": "UDP"}]}),
                json!({"ports": [{"port": 1, "protocol": "TCP", "name": "b"}, {"port": 2}, {"port": 2, "protocol": "UDP"}]}),
            ),
            (json!({"size": 1}), json!({"labels": {}}), json!({"size": 1, "labels": {}})),
            (json!({"labels": {"a": "1"}}), json!({"labels": null}), json!({"labels": {"a": "1"}})),
            (json!({"labels": {"a": "1"}}), json!({"labels": {"a": null}}), json!({"labels": {"a": null}})),
        ];
        for (old, new, wanted) in cases {
            assert_eq!(merge(made_up(), &old, &new), wanted, "{old} {new}");
        }
    }
}
