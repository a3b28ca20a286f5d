//! What one of an informer's watchers has brought.

use alloc::sync::Arc;

use super::{InformerEvent, Keep};
use crate::error::Error;
use crate::machine::Watcher;
use crate::object::RawObject;
use crate::prelude::*;
use crate::store::{Entry, Store, Version, hash};

/// One watcher, and the list that it is about to complete.
pub(super) struct Source<V> {
    pub(super) watcher: Watcher,
    /// Its bit.
    bit: u32,
    /// Whether it is the only one.
    alone: bool,
    /// Whether a list is on its way.
    filling: bool,
    pending: Vec<Pending<V>>,
    pub(super) synced: bool,
}

/// An object of a list that is not complete yet. Before it is, nothing is taken in: a list may break off, and the next one may be of another
/// server's, which is a little behind.
struct Pending<V> {
    key: Arc<str>,
    step: Step<V>,
}

enum Step<V> {
    /// It is there in this state.
    Apply(Version, u64, V),
    /// It is there: as it was, or in a state that does not fit.
    There,
    /// It is gone again.
    Gone,
}

/// An object's key as client-go writes it.
fn key(object: &RawObject) -> Arc<str> {
    let name = object.name();
    match object.namespace() {
        Some(namespace) if !namespace.is_empty() => [&*namespace, "/", &*name].concat().into(),
        _ => (&*name).into(),
    }
}

fn version(object: &RawObject) -> Version {
    Version::read(&object.resource_version().unwrap_or_default())
}

fn uid(object: &RawObject) -> u64 {
    hash(&object.uid().unwrap_or_default())
}

/// Where events go.
pub(super) type Told<V> = Vec<Result<InformerEvent<V>, Error>>;

impl<V: Clone> Source<V> {
    pub(super) fn new(watcher: Watcher, number: u32, alone: bool) -> Self {
        Self { watcher, bit: 1 << number, alone, filling: true, pending: Vec::new(), synced: false }
    }

    pub(super) fn begin(&mut self) {
        self.pending = Vec::new();
        self.filling = true;
    }

    pub(super) fn is_filling(&self) -> bool {
        self.filling
    }

    /// An object of a list.
    pub(super) fn add(
        &mut self,
        store: &Store<V>,
        keep: &mut impl Keep<Value = V>,
        object: &RawObject,
    ) -> Result<(), Error> {
        let (key, version, uid) = (key(object), version(object), uid(object));
        let known = store.entry(&key);
        if known.is_some_and(|known| known.version == version && known.uid == uid) {
            let key = known.map_or(key, |known| known.key.clone());
            self.pending.push(Pending { key, step: Step::There });
            return Ok(());
        }
        let kept = keep.keep(object);
        let (step, result) = match kept {
            Ok(value) => (Step::Apply(version, uid, value), Ok(())),
            Err(error) => (Step::There, Err(error)),
        };
        self.pending.push(Pending { key, step });
        result
    }

    /// An object of a list is gone before the list is complete.
    pub(super) fn take_back(&mut self, object: &RawObject) {
        self.pending.push(Pending { key: key(object), step: Step::Gone });
    }

    /// The list is complete.
    pub(super) fn complete(&mut self, store: &mut Store<V>, told: &mut Told<V>) {
        store.all_entries().for_each(|entry| entry.marks &= !self.bit);
        let pending = core::mem::take(&mut self.pending);
        if store.is_empty() {
            store.reserve(pending.len());
        }
        for Pending { key, step } in pending {
            match step {
                Step::Apply(version, uid, value) => {
                    self.put(
                        store,
                        told,
                        Entry { key, version, uid, sources: self.bit, marks: self.bit, value },
                    );
                }
                Step::There => {
                    if let Some(entry) = store.entry_mut(&key) {
                        entry.sources |= self.bit;
                        entry.marks |= self.bit;
                    }
                }
                Step::Gone => {
                    if let Some(entry) = store.entry_mut(&key) {
                        entry.marks &= !self.bit;
                    }
                }
            }
        }
        for key in store.keys_where(|entry| entry.sources & self.bit != 0 && entry.marks & self.bit == 0) {
            self.drop(store, told, &key, None, true);
        }
        self.synced = true;
        self.filling = false;
    }

    /// An object is new or has changed.
    pub(super) fn apply(
        &mut self,
        store: &mut Store<V>,
        keep: &mut impl Keep<Value = V>,
        object: &RawObject,
        told: &mut Told<V>,
    ) {
        match keep.keep(object) {
            Ok(value) => {
                let (key, version, uid) = (key(object), version(object), uid(object));
                self.put(store, told, Entry { key, version, uid, sources: self.bit, marks: self.bit, value });
            }
            Err(error) => told.push(Err(error)),
        }
    }

    /// An object is gone.
    pub(super) fn delete(
        &mut self,
        store: &mut Store<V>,
        keep: &mut impl Keep<Value = V>,
        object: &RawObject,
        told: &mut Told<V>,
    ) {
        // Its last state; where that does not fit, the one before it.
        self.drop(store, told, &key(object), keep.keep(object).ok(), false);
    }

    fn put(&self, store: &mut Store<V>, told: &mut Told<V>, mut entry: Entry<V>) {
        let mut replaced = None;
        if let Some(known) = store.entry_mut(&entry.key) {
            known.marks |= self.bit;
            known.sources |= self.bit;
            // What two watchers bring comes in no order between them. One alone is believed: a server may be restored to what it was.
            let stale = !self.alone && entry.version.is_older_than(known.version);
            if stale || (known.uid == entry.uid && known.version == entry.version) {
                return;
            }
            if known.uid != entry.uid {
                replaced = Some((known.key.clone(), known.value.clone()));
            }
            entry.sources = known.sources;
            entry.marks = known.marks;
            entry.key = known.key.clone();
        }
        let (key, new, initial) = (entry.key.clone(), entry.value.clone(), !self.synced);
        let old = store.insert(entry);
        let event = match (old, replaced) {
            (Some(old), None) => InformerEvent::Updated { key, old: old.value, new },
            (_, replaced) => {
                // Another object of the same name: the one before is gone, and nobody saw it go.
                let gone = replaced.map(|(key, object)| InformerEvent::Deleted { key, object, missed: true });
                told.extend(gone.map(Ok));
                InformerEvent::Added { key, object: new, initial }
            }
        };
        told.push(Ok(event));
    }

    fn drop(&self, store: &mut Store<V>, told: &mut Told<V>, key: &str, last: Option<V>, missed: bool) {
        let Some(known) = store.entry_mut(key) else { return };
        known.sources &= !self.bit;
        if known.sources != 0 {
            return;
        }
        if let Some(entry) = store.remove(key) {
            let object = last.unwrap_or(entry.value);
            told.push(Ok(InformerEvent::Deleted { key: entry.key, object, missed }));
        }
    }
}
