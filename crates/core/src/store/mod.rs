//! Objects by their keys: what an informer keeps.

mod entry;
mod index;

use alloc::sync::Arc;

use crate::prelude::*;
pub(crate) use entry::{Entry, Version, hash};
use index::Index;

/// Objects by their keys, in order, with indexes: what client-go calls a store, an indexer or a lister.
///
/// A key is client-go's: `NAMESPACE/NAME`, or `NAME` where there is no namespace. What a value is, whoever fills the store chooses: the
/// object's bytes, or a Rust type.
///
/// Keys stand in one sorted list of numbers: to find one takes some sixteen comparisons among 50,000, and a namespace's objects, or all,
/// come in order without sorting.
pub struct Store<V> {
    slots: Vec<Option<Entry<V>>>,
    free: Vec<u32>,
    /// The slots in the order of their keys.
    order: Vec<u32>,
    indexes: Vec<Index<V>>,
    synced: bool,
}

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Store<V> {
    /// An empty store.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), order: Vec::new(), indexes: Vec::new(), synced: false }
    }

    /// With an index: `values` says under which values an object is found. Indexes are added before the store is filled.
    ///
    /// ```
    /// use kubewire::{Object, Store};
    ///
    /// let store = Store::<Object>::new().with_index("node", |pod| {
    ///     pod.at(&["spec", "nodeName"]).and_then(|name| name.as_str()).map(Into::into).into_iter().collect()
    /// });
    /// assert_eq!(store.by_index("node", "worker-1").count(), 0);
    /// ```
    #[must_use]
    pub fn with_index(
        mut self,
        name: &'static str,
        values: impl Fn(&V) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        let mut index = Index::new(name, values);
        for slot in &self.order {
            if let Some(entry) = self.slots.get(*slot as usize).and_then(Option::as_ref) {
                index.add(*slot, &entry.value);
            }
        }
        self.indexes.push(index);
        self
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether all that there was has been taken in once: before, what is missing here may be there all the same.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.synced
    }

    /// The object of a key: `shop/web-1`, or `worker-1` where there is no namespace.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// All objects with their keys, in the keys' order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries(&self.order)
    }

    /// The object at a place in the keys' order, with its key.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<(&str, &V)> {
        self.shown(*self.order.get(place)?)
    }

    /// The objects of a namespace.
    pub fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = (&str, &V)> {
        let prefix = [namespace, "/"].concat();
        let start = self.order.partition_point(|slot| self.key(*slot) < prefix.as_str());
        let rest = self.order.get(start..).unwrap_or_default();
        let count = rest.partition_point(|slot| self.key(*slot).starts_with(&prefix));
        self.entries(rest.get(..count).unwrap_or_default())
    }

    /// The objects that an index has under this value. None where there is no such index.
    pub fn by_index<'a>(
        &'a self,
        index: &str,
        value: &str,
    ) -> impl Iterator<Item = (&'a str, &'a V)> + use<'a, V> {
        let index = self.indexes.iter().find(|known| known.name == index);
        let found = index.map(|index| index.find(value)).unwrap_or_default();
        found.iter().filter_map(|(_, slot)| self.shown(*slot))
    }

    fn entries<'a>(&'a self, slots: &'a [u32]) -> impl Iterator<Item = (&'a str, &'a V)> {
        slots.iter().filter_map(|slot| self.shown(*slot))
    }

    fn shown(&self, slot: u32) -> Option<(&str, &V)> {
        let entry = self.slots.get(slot as usize)?.as_ref()?;
        Some((&*entry.key, &entry.value))
    }

    fn key(&self, slot: u32) -> &str {
        self.shown(slot).map(|(key, _)| key).unwrap_or_default()
    }

    fn search(&self, key: &str) -> Result<usize, usize> {
        // Lists come in order, so the next key mostly belongs at the end.
        match self.order.last() {
            Some(last) if self.key(*last) < key => Err(self.order.len()),
            _ => self.order.binary_search_by(|slot| self.key(*slot).cmp(key)),
        }
    }
}

/// What informers do.
impl<V> Store<V> {
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry<V>> {
        let slot = *self.order.get(self.search(key).ok()?)?;
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(crate) fn entry_mut(&mut self, key: &str) -> Option<&mut Entry<V>> {
        let slot = *self.order.get(self.search(key).ok()?)?;
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    pub(crate) fn all_entries(&mut self) -> impl Iterator<Item = &mut Entry<V>> {
        self.slots.iter_mut().flatten()
    }

    /// Puts an object in; gives what was there.
    pub(crate) fn insert(&mut self, entry: Entry<V>) -> Option<Entry<V>> {
        match self.search(&entry.key) {
            Ok(at) => {
                let slot = *self.order.get(at)?;
                let old = self.slots.get_mut(slot as usize)?.take();
                for index in &mut self.indexes {
                    old.iter().for_each(|old| index.remove(slot, &old.value));
                    index.add(slot, &entry.value);
                }
                *self.slots.get_mut(slot as usize)? = Some(entry);
                old
            }
            Err(at) => {
                let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
                self.indexes.iter_mut().for_each(|index| index.add(slot, &entry.value));
                match self.slots.get_mut(slot as usize) {
                    Some(place) => *place = Some(entry),
                    None => self.slots.push(Some(entry)),
                }
                self.order.insert(at, slot);
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Entry<V>> {
        let at = self.search(key).ok()?;
        let slot = self.order.remove(at);
        let entry = self.slots.get_mut(slot as usize)?.take()?;
        self.indexes.iter_mut().for_each(|index| index.remove(slot, &entry.value));
        self.free.push(slot);
        Some(entry)
    }

    /// Makes room for so many more: exactly, for this is how large it will be, more or less.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.slots.reserve_exact(more);
        self.order.reserve_exact(more);
    }

    pub(crate) fn set_synced(&mut self) {
        self.synced = true;
    }

    /// The keys of entries that fit.
    pub(crate) fn keys_where(&self, fits: impl Fn(&Entry<V>) -> bool) -> Vec<Arc<str>> {
        let entries = self.order.iter().filter_map(|slot| self.slots.get(*slot as usize)?.as_ref());
        entries.filter(|entry| fits(entry)).map(|entry| entry.key.clone()).collect()
    }
}

/// The keys alone: values may be Secrets.
impl<V> core::fmt::Debug for Store<V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter().map(|(key, _)| key)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    fn entry(key: &str, value: u8) -> Entry<u8> {
        Entry { key: key.into(), version: Version::default(), uid: 0, sources: 1, marks: 0, value }
    }

    proptest! {
        #[test]
        fn it_is_a_map_with_indexes(
            steps in prop::collection::vec(("[ab]/[a-d]|[ab]-/[a-c]|[a-c]", any::<u8>(), any::<bool>()), 0..60)
        ) {
            let parity = |value: &u8| vec![(value % 3).to_string(), "all".to_owned()];
            let mut store = Store::new().with_index("rest", parity);
            let mut model = BTreeMap::new();
            for (key, value, add) in steps {
                if add {
                    let old = store.insert(entry(&key, value)).map(|entry| entry.value);
                    prop_assert_eq!(old, model.insert(key, value));
                } else {
                    prop_assert_eq!(store.remove(&key).map(|entry| entry.value), model.remove(&key));
                }
            }
            let wanted: Vec<(&str, &u8)> = model.iter().map(|(key, value)| (key.as_str(), value)).collect();
            prop_assert_eq!(store.iter().collect::<Vec<_>>(), wanted.clone());
            prop_assert_eq!(store.len(), model.len());
            for (key, value) in &wanted {
                prop_assert_eq!(store.get(key), Some(*value));
            }
            for namespace in ["a", "b", "a-", "c"] {
                let prefix = [namespace, "/"].concat();
                let wanted: Vec<_> = wanted.iter().copied().filter(|(key, _)| key.starts_with(&prefix)).collect();
                prop_assert_eq!(store.in_namespace(namespace).collect::<Vec<_>>(), wanted);
            }
            for rest in 0..3u8 {
                let mut found: Vec<_> = store.by_index("rest", &rest.to_string()).collect();
                found.sort_unstable();
                let wanted: Vec<_> = wanted.iter().copied().filter(|(_, value)| *value % 3 == rest).collect();
                prop_assert_eq!(found, wanted);
            }
            prop_assert_eq!(store.by_index("rest", "all").count(), model.len());
            prop_assert_eq!(store.by_index("other", "all").count(), 0);
        }
    }
}
