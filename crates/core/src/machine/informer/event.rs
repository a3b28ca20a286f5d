//! What an informer tells.

use alloc::sync::Arc;

/// A change of what an informer keeps. When it is told, the store already has it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InformerEvent<V> {
    /// An object that was not known. client-go's `OnAdd`.
    Added {
        /// `NAMESPACE/NAME`, or `NAME`.
        key: Arc<str>,
        /// The object.
        object: V,
        /// Whether it was there when the informer began.
        initial: bool,
    },
    /// An object that has changed, or a resync. client-go's `OnUpdate`.
    Updated {
        /// Its key.
        key: Arc<str>,
        /// What was known of it.
        old: V,
        /// What is; the same at a resync.
        new: V,
    },
    /// An object that is gone. client-go's `OnDelete`.
    Deleted {
        /// Its key.
        key: Arc<str>,
        /// Its last state, as far as it is known.
        object: V,
        /// Whether nobody saw it go: it was there before a gap in the watch, and not after it. client-go's `DeletedFinalStateUnknown`.
        missed: bool,
    },
    /// All that there was has been taken in: told once. client-go's `HasSynced`.
    Synced,
}

impl<V> InformerEvent<V> {
    /// The key of the object that it is about.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Added { key, .. } | Self::Updated { key, .. } | Self::Deleted { key, .. } => Some(key),
            Self::Synced => None,
        }
    }
}
