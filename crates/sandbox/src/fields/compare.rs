//! What lies between two values of a type: fields that came, went, and changed.
//!
//! Source: `compareWalker` in `sigs.k8s.io/structured-merge-diff/typed`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::element::Element;
use super::schema::{ListType, MapType, Type};
use super::set::Set;

/// The difference of two values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) added: Set,
    pub(crate) modified: Set,
    pub(crate) removed: Set,
}

impl Comparison {
    /// The same but for these fields.
    pub(super) fn without(mut self, fields: &[&str]) -> Self {
        for field in fields {
            for set in [&mut self.added, &mut self.modified, &mut self.removed] {
                set.forget(field);
            }
        }
        self
    }

    /// What is there now and was not there so before.
    pub(super) fn changed(&self) -> Set {
        self.modified.union(&self.added)
    }
}

/// Compares two values.
pub(crate) fn compare(kind: Type<'_>, old: &Value, new: &Value) -> Comparison {
    let mut walk = Walk { path: Vec::new(), found: Comparison::default() };
    walk.value(kind, Some(old), Some(new));
    walk.found
}

/// The items of a list; `null` has none.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The fields of a map; `null` has none.
pub(super) fn fields(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object).filter(|fields| !fields.is_empty())
}

/// The names of both maps, each once.
pub(super) fn names<'v>(
    one: Option<&'v Map<String, Value>>,
    two: Option<&'v Map<String, Value>>,
) -> BTreeSet<&'v String> {
    one.into_iter().chain(two).flat_map(Map::keys).collect()
}

/// Maps, lists and scalars are of three forms; null is of any.
fn form(value: &Value) -> Option<u8> {
    match value {
        Value::Null => None,
        Value::Object(_) => Some(0),
        Value::Array(_) => Some(1),
        _ => Some(2),
    }
}

struct Walk {
    path: Vec<Element>,
    found: Comparison,
}

impl Walk {
    fn value(&mut self, kind: Type<'_>, old: Option<&Value>, new: Option<&Value>) {
        // What can be anything, and takes another form, is something else.
        if let (Type::Any(_), Some(old), Some(new)) = (kind, old, new)
            && form(old).zip(form(new)).is_some_and(|(old, new)| old != new)
        {
            self.value(kind, Some(old), None);
            self.value(kind, None, Some(new));
            return;
        }
        match kind.by(new, old) {
            Type::List(list) => {
                let (left, right) = (items(old), items(new));
                if list.is_atomic() || left.is_empty() && right.is_empty() {
                    return self.leaf(old, new);
                }
                self.items(list, left, right);
            }
            Type::Map(map) => {
                let (left, right) = (fields(old), fields(new));
                if map.atomic || left.is_none() && right.is_none() {
                    return self.leaf(old, new);
                }
                self.fields(map, left, right);
            }
            _ => return self.leaf(old, new),
        }
        if old.is_none() {
            self.found.added.insert(&self.path);
        } else if new.is_none() {
            self.found.removed.insert(&self.path);
        }
    }

    fn leaf(&mut self, old: Option<&Value>, new: Option<&Value>) {
        if old.is_none() {
            self.found.added.insert(&self.path);
        } else if new.is_none() {
            self.found.removed.insert(&self.path);
        } else if old != new {
            self.found.modified.insert(&self.path);
        }
    }

    fn below(&mut self, element: Element, kind: Type<'_>, old: Option<&Value>, new: Option<&Value>) {
        self.path.push(element);
        self.value(kind, old, new);
        self.path.pop();
    }

    fn fields(
        &mut self,
        map: MapType<'_>,
        old: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
    ) {
        for name in names(old, new) {
            if let Some((kind, _)) = map.field(name) {
                let of = |side: Option<&'_ Map<String, Value>>| side.and_then(|side| side.get(name)).cloned();
                let (old, new) = (of(old), of(new));
                self.below(Element::field(name), kind, old.as_ref(), new.as_ref());
            }
        }
    }

    /// Items that stand twice are one value, as none of them is told from the others.
    fn items(&mut self, list: ListType<'_>, old: &[Value], new: &[Value]) {
        let mut sides: BTreeMap<Element, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for item in old {
            if let Ok(element) = list.element_of(item) {
                sides.entry(element).or_default().0.push(item);
            }
        }
        for item in new {
            if let Ok(element) = list.element_of(item) {
                sides.entry(element).or_default().1.push(item);
            }
        }
        for (element, (old, new)) in sides {
            let first = |side: &[&Value]| side.first().map(|item| (*item).clone());
            match (old.len(), new.len()) {
                (0..=1, 0..=1) => {
                    self.below(element, list.element(), first(&old).as_ref(), first(&new).as_ref());
                }
                (2.., 2..) => {
                    if old != new {
                        self.mark(element, |found| &mut found.modified);
                    }
                }
                (2.., _) => {
                    if let Some(new) = first(&new) {
                        self.below(element.clone(), list.element(), None, Some(&new));
                    }
                    self.mark(element, |found| &mut found.removed);
                }
                _ => {
                    if let Some(old) = first(&old) {
                        self.below(element.clone(), list.element(), Some(&old), None);
                    }
                    self.mark(element, |found| &mut found.added);
                }
            }
        }
    }

    fn mark(&mut self, element: Element, set: fn(&mut Comparison) -> &mut Set) {
        self.path.push(element);
        set(&mut self.found).insert(&self.path);
        self.path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::made_up::made_up;
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_come_go_and_change() {
        let old = json!({"ports": [{"port": 1, "name": "a"}, {"port": 2}], "tags": ["x", "y"], "args": ["1"],
                         "selector": {"a": "1"}, "labels": {"a": "1", "b": "1"}});
        let new = json!({"ports": [{"port": 1, "name": "b"}, {"port": 2, "protocol": "UDP"}], "tags": ["y", "z"],
                         "args": ["2"], "selector": {"a": "1", "b": "2"}, "labels": {"a": "1", "b": "2"}, "size": 1});
        let found = compare(made_up(), &old, &new);
        assert_eq!(
            found.added.paths(),
            [
                ".size",
                ".ports[port=2,protocol=\"UDP\"]",
                ".ports[port=2,protocol=\"UDP\"].port",
                ".ports[port=2,protocol=\"UDP\"].protocol",
                ".tags[=\"z\"]"
            ]
        );
        assert_eq!(
            found.removed.paths(),
            [".ports[port=2,protocol=\"TCP\"]", ".ports[port=2,protocol=\"TCP\"].port", ".tags[=\"x\"]"]
        );
        assert_eq!(
            found.modified.paths(),
            [".args", ".selector", ".labels.b", ".ports[port=1,protocol=\"TCP\"].name"]
        );
    }

    #[test]
    fn what_takes_another_form_goes_and_comes() {
        let raw = |raw: Value| json!({ "raw": raw });
        let found = compare(made_up(), &raw(json!(1)), &raw(json!({"a": 1})));
        assert_eq!(
            (found.added.paths(), found.removed.paths()),
            (vec![".raw".to_owned(), ".raw.a".to_owned()], vec![".raw".to_owned()])
        );
    }

    #[test]
    fn what_stands_twice_is_one_value() {
        let tags = |tags: Value| json!({ "tags": tags });
        let found = compare(made_up(), &tags(json!(["x", "x", "y"])), &tags(json!(["x", "y", "y"])));
        assert_eq!(found.added.paths(), [".tags[=\"x\"]", ".tags[=\"y\"]"]);
        assert_eq!(found.removed.paths(), [".tags[=\"x\"]", ".tags[=\"y\"]"]);
    }
}
