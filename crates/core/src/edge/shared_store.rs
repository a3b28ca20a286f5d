//! A store that an informer fills and others read.

use alloc::sync::Arc;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::machine::Shelf;
use crate::prelude::*;
use crate::store::Store;

/// A [`Store`] behind a lock: clones are the same store. kube-rs's `reflector::Store`.
pub struct SharedStore<V>(Arc<RwLock<Store<V>>>);

impl<V> SharedStore<V> {
    /// Shares a store, which may have [indexes](Store::with_index).
    #[must_use]
    pub fn new(store: Store<V>) -> Self {
        Self(Arc::new(RwLock::new(store)))
    }

    /// The store, to read. The informer waits as long: look, and let go.
    pub fn read(&self) -> RwLockReadGuard<'_, Store<V>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether all that there was has been taken in once.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.read().is_synced()
    }
}

impl<V: Clone> SharedStore<V> {
    /// The object of a key: `shop/web-1`, or `worker-1` where there is no namespace.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<V> {
        self.read().get(key).cloned()
    }

    /// All objects, in the order of their keys.
    #[must_use]
    pub fn state(&self) -> Vec<V> {
        self.read().iter().map(|(_, value)| value.clone()).collect()
    }
}

impl<V> Shelf for SharedStore<V> {
    type Value = V;

    fn change<R>(&mut self, change: impl FnOnce(&mut Store<V>) -> R) -> R {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<V> Clone for SharedStore<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Default for SharedStore<V> {
    fn default() -> Self {
        Self::new(Store::new())
    }
}

impl<V> core::fmt::Debug for SharedStore<V> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.read().fmt(f)
    }
}
