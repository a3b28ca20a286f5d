//! The objects, and everything that ever happened to them: etcd's part.
//!
//! One counter numbers all writes. A list at an old version is the present one, undone backwards through the history.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

/// An object as it is stored.
pub(crate) type Stored = Arc<Value>;

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) revision: u64,
    /// The [`Kind::id`](crate::registry::Kind) of its kind.
    pub(crate) kind: usize,
    pub(crate) key: Box<str>,
    pub(crate) old: Option<Stored>,
    pub(crate) new: Option<Stored>,
}

/// So many changes are remembered at most; older ones are compacted away.
const HISTORY: usize = 100_000;

/// All objects of all kinds. A clone shares the objects.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    kinds: BTreeMap<usize, BTreeMap<Box<str>, Stored>>,
    history: VecDeque<Change>,
    revision: u64,
    compacted: u64,
}

/// A version is older than what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compacted;

impl Store {
    /// Empty. etcd's first write has the number 2.
    pub(crate) fn new() -> Self {
        Self { kinds: BTreeMap::new(), history: VecDeque::new(), revision: 1, compacted: 0 }
    }

    /// The number of the last write.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Versions below this one are forgotten.
    pub(crate) fn compacted(&self) -> u64 {
        self.compacted
    }

    pub(crate) fn get(&self, kind: usize, key: &str) -> Option<&Stored> {
        self.kinds.get(&kind)?.get(key)
    }

    /// The objects whose keys begin with `prefix`, in order, from `start` on.
    pub(crate) fn range<'s>(
        &'s self,
        kind: usize,
        prefix: &'s str,
        start: &'s str,
    ) -> impl Iterator<Item = (&'s str, &'s Stored)> {
        let from = if start > prefix { start } else { prefix };
        let objects = self.kinds.get(&kind).into_iter();
        objects
            .flat_map(move |objects| objects.range::<str, _>((Bound::Included(from), Bound::Unbounded)))
            .map(|(key, object)| (&**key, object))
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// As [`Store::range`], as it was right after the write `revision`.
    ///
    /// # Errors
    /// [`Compacted`].
    pub(crate) fn range_at(
        &self,
        kind: usize,
        prefix: &str,
        start: &str,
        revision: u64,
    ) -> Result<Vec<(Box<str>, Stored)>, Compacted> {
        if revision < self.compacted {
            return Err(Compacted);
        }
        let mut objects: BTreeMap<Box<str>, Stored> =
            self.range(kind, prefix, "").map(|(key, object)| (key.into(), Arc::clone(object))).collect();
        let later = self.history.iter().rev().take_while(|change| change.revision > revision);
        for change in later.filter(|change| change.kind == kind && change.key.starts_with(prefix)) {
            match &change.old {
                Some(old) => objects.insert(change.key.clone(), Arc::clone(old)),
                None => objects.remove(&change.key),
            };
        }
        Ok(objects.into_iter().filter(|(key, _)| **key >= *start).collect())
    }

    /// Writes an object, or, with `None`, removes it. `new` is told its version, which it must carry.
    pub(crate) fn write(&mut self, kind: usize, key: &str, new: Option<Value>) -> Option<Stored> {
        self.revision += 1;
        let objects = self.kinds.entry(kind).or_default();
        let new = new.map(|mut value| {
            crate::object::set_version(&mut value, self.revision);
            Arc::new(value)
        });
        let old = match &new {
            Some(new) => objects.insert(key.into(), Arc::clone(new)),
            None => objects.remove(key),
        };
        let change = Change { revision: self.revision, kind, key: key.into(), old, new: new.clone() };
        self.history.push_back(change);
        if self.history.len() > HISTORY {
            let oldest = self.history.pop_front().map_or(0, |change| change.revision);
            self.compacted = self.compacted.max(oldest);
        }
        new
    }

    /// The changes after the write `revision`, in order.
    ///
    /// # Errors
    /// [`Compacted`].
    pub(crate) fn since(&self, revision: u64) -> Result<impl Iterator<Item = &Change>, Compacted> {
        if revision < self.compacted {
            return Err(Compacted);
        }
        let start = self.history.partition_point(|change| change.revision <= revision);
        Ok(self.history.range(start..))
    }

    /// Forgets all versions below `revision`.
    pub(crate) fn compact(&mut self, revision: u64) {
        self.compacted = self.compacted.max(revision.min(self.revision));
        let kept = self.history.partition_point(|change| change.revision <= self.compacted);
        self.history.drain(..kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(name: &str, data: u32) -> Value {
        json!({"metadata": {"name": name}, "data": data})
    }

    fn names(found: &[(Box<str>, Stored)]) -> Vec<(String, u64)> {
        found.iter().map(|(key, object)| (key.to_string(), object["data"].as_u64().unwrap())).collect()
    }

    #[test]
    fn the_past_is_the_present_undone() {
        let mut store = Store::new();
        store.write(0, "a/x", Some(named("x", 1)));
        store.write(1, "a/x", Some(named("other", 9)));
        store.write(0, "a/y", Some(named("y", 1)));
        store.write(0, "a/x", Some(named("x", 2)));
        store.write(0, "a/y", None);
        assert_eq!(store.revision(), 6);
        let at = |revision| names(&store.range_at(0, "a/", "", revision).unwrap());
        let pairs = |pairs: &[(&str, u64)]| -> Vec<_> {
            pairs.iter().map(|(key, data)| ((*key).to_owned(), *data)).collect()
        };
        assert_eq!(at(6), pairs(&[("a/x", 2)]));
        assert_eq!(at(5), pairs(&[("a/x", 2), ("a/y", 1)]));
        assert_eq!(at(4), pairs(&[("a/x", 1), ("a/y", 1)]));
        assert_eq!(at(2), pairs(&[("a/x", 1)]));
        assert_eq!(at(1), pairs(&[]));
    }

    #[test]
    fn what_is_compacted_is_forgotten() {
        let mut store = Store::new();
        for data in 0..4 {
            store.write(0, "x", Some(named("x", data)));
        }
        store.compact(4);
        assert!(store.range_at(0, "", "", 3).is_err() && store.since(3).is_err());
        assert_eq!(names(&store.range_at(0, "", "", 4).unwrap()), [("x".to_owned(), 2)]);
        assert_eq!(store.since(4).unwrap().count(), 1);
    }

    #[test]
    fn keys_are_sorted_as_texts() {
        let mut store = Store::new();
        for key in ["zy/a", "zy-a/b", "zz/c"] {
            store.write(0, key, Some(named("x", 0)));
        }
        let keys: Vec<_> = store.range(0, "", "").map(|(key, _)| key).collect();
        assert_eq!(keys, ["zy-a/b", "zy/a", "zz/c"]);
        assert_eq!(store.range(0, "zy/", "").count(), 1);
        assert_eq!(store.range(0, "", "zy/a\0").count(), 1);
    }
}
