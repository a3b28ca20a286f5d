//! Objects by something else than their key.

use crate::prelude::*;

/// What an index files an object under.
type Values<V> = Box<dyn Fn(&V) -> Vec<String> + Send + Sync>;

pub(super) struct Index<V> {
    pub(super) name: &'static str,
    values: Values<V>,
    /// In order.
    filed: Vec<(Box<str>, u32)>,
}

impl<V> Index<V> {
    pub(super) fn new(
        name: &'static str,
        values: impl Fn(&V) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        Self { name, values: Box::new(values), filed: Vec::new() }
    }

    fn place(&self, value: &str, slot: u32) -> usize {
        self.filed.partition_point(|(filed, other)| (&**filed, *other) < (value, slot))
    }

    pub(super) fn add(&mut self, slot: u32, object: &V) {
        for value in (self.values)(object) {
            let at = self.place(&value, slot);
            if self.filed.get(at).is_none_or(|(filed, other)| (&**filed, *other) != (&*value, slot)) {
                self.filed.insert(at, (value.into(), slot));
            }
        }
    }

    pub(super) fn remove(&mut self, slot: u32, object: &V) {
        for value in (self.values)(object) {
            let at = self.place(&value, slot);
            if self.filed.get(at).is_some_and(|(filed, other)| (&**filed, *other) == (&*value, slot)) {
                self.filed.remove(at);
            }
        }
    }

    pub(super) fn find(&self, value: &str) -> &[(Box<str>, u32)] {
        let start = self.place(value, 0);
        let rest = self.filed.get(start..).unwrap_or_default();
        let count = rest.partition_point(|(filed, _)| &**filed == value);
        rest.get(..count).unwrap_or_default()
    }
}
