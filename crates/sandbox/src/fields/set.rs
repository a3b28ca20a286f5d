//! Sets of fields, as a tree: what is owned stands in it, and what only leads there does not.
//!
//! Source: `Set` in `sigs.k8s.io/structured-merge-diff/fieldpath`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::element::Element;

/// A set of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set(pub(super) BTreeMap<Element, Node>);

/// One field: itself in the set, or what is below it, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) member: bool,
    pub(super) below: Set,
}

impl Set {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a field in. The whole object is nobody's.
    pub(crate) fn insert(&mut self, path: &[Element]) {
        let Some((first, rest)) = path.split_first() else { return };
        let node = self.0.entry(first.clone()).or_default();
        if rest.is_empty() { node.member = true } else { node.below.insert(rest) }
    }

    /// Takes a field out with all that is below it; its path is one of names, with dots between.
    pub(crate) fn forget(&mut self, path: &str) {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let element = Element::field(first);
        let Some(rest) = rest else {
            self.0.remove(&element);
            return;
        };
        if let Some(node) = self.0.get_mut(&element) {
            node.below.forget(rest);
            if !node.member && node.below.is_empty() {
                self.0.remove(&element);
            }
        }
    }

    pub(super) fn has(&self, element: &Element) -> bool {
        self.0.get(element).is_some_and(|node| node.member)
    }

    /// What is below a field, where there is something.
    pub(super) fn below(&self, element: &Element) -> Option<&Self> {
        self.0.get(element).map(|node| &node.below).filter(|below| !below.is_empty())
    }

    /// What is in either.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut out = self.clone();
        for (element, node) in &other.0 {
            let own = out.0.entry(element.clone()).or_default();
            own.member |= node.member;
            own.below = own.below.union(&node.below);
        }
        out
    }

    /// What is in both.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        self.combined(|element, own| {
            let node = other.0.get(element)?;
            Some(Node { member: own.member && node.member, below: own.below.intersection(&node.below) })
        })
    }

    /// What is in this one only, field by field: what is below a field of the other stays.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        self.combined(|element, own| match other.0.get(element) {
            Some(node) => {
                Some(Node { member: own.member && !node.member, below: own.below.difference(&node.below) })
            }
            None => Some(own.clone()),
        })
    }

    fn combined(&self, mut of: impl FnMut(&Element, &Node) -> Option<Node>) -> Self {
        let nodes = self.0.iter().filter_map(|(element, own)| Some((element.clone(), of(element, own)?)));
        Self(nodes.filter(|(_, node)| node.member || !node.below.is_empty()).collect())
    }

    /// All paths, those of one level before those below them.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.collect("", &mut out);
        out
    }

    fn collect(&self, before: &str, out: &mut Vec<String>) {
        let members = self.0.iter().filter(|(_, node)| node.member);
        out.extend(members.map(|(element, _)| format!("{before}{element}")));
        for (element, node) in &self.0 {
            node.below.collect(&format!("{before}{element}"), out);
        }
    }

    /// As FieldsV1.
    pub(crate) fn write(&self) -> Value {
        let mut out = Map::new();
        for (element, node) in &self.0 {
            let mut below = node.below.write();
            if node.member && !node.below.is_empty() {
                crate::object::put(&mut below, ".", json!({}));
            }
            out.insert(element.write(), below);
        }
        Value::Object(out)
    }

    /// Reads FieldsV1; `None` where it is none.
    pub(crate) fn read(fields: &Value) -> Option<Self> {
        let mut out = Self::default();
        for (name, value) in fields.as_object()?.iter().filter(|(name, _)| name.as_str() != ".") {
            let Some(element) = Element::read(name).ok()? else { continue };
            let below = Self::read(value)?;
            let member = value.get(".").is_some() || below.is_empty();
            out.0.insert(element, Node { member, below });
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(fields: &Value) -> Set {
        Set::read(fields).unwrap()
    }

    #[test]
    fn sets_are_read_as_they_are_written() {
        for fields in [
            json!({"f:data": {".": {}, "f:a": {}}, "f:metadata": {"f:finalizers": {"v:\"a/b\"": {}}}}),
            json!({"f:spec": {"f:ports": {"k:{\"port\":80}": {".": {}, "f:port": {}}}}}),
            json!({}),
        ] {
            assert_eq!(set(&fields).write(), fields);
        }
        assert!(Set::read(&json!({"x": {}})).is_none());
        assert!(Set::read(&json!({"f:x": 1})).is_none());
    }

    #[test]
    fn sets_are_combined_field_by_field() {
        let one = set(&json!({"f:d": {".": {}, "f:a": {}, "f:b": {}}, "f:x": {}}));
        let two = set(&json!({"f:d": {"f:a": {}, "f:c": {}}, "f:y": {}}));
        assert_eq!(
            one.union(&two).write(),
            json!({"f:d": {".": {}, "f:a": {}, "f:b": {}, "f:c": {}}, "f:x": {}, "f:y": {}})
        );
        assert_eq!(one.intersection(&two).write(), json!({"f:d": {"f:a": {}}}));
        assert_eq!(one.difference(&two).write(), json!({"f:d": {".": {}, "f:b": {}}, "f:x": {}}));
        assert!(one.difference(&one).is_empty());
        assert_eq!(one.paths(), [".d", ".x", ".d.a", ".d.b"]);
    }
}
