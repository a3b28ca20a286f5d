//! What is kept of an object, and where.

use crate::error::Error;
use crate::object::RawObject;
use crate::store::Store;

/// What an informer keeps of each object.
pub trait Keep {
    /// That.
    type Value: Clone;

    /// Makes it of an object, which is a slice of a longer answer and must not be kept as it is.
    ///
    /// # Errors
    /// [`Error::Decode`] where the object does not fit. The informer tells it with the object's key, and keeps what it knew.
    fn keep(&mut self, object: &RawObject) -> Result<Self::Value, Error>;
}

/// Keeps each object's bytes without `managedFields`: the least memory, and nothing can fail.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeepBytes;

impl Keep for KeepBytes {
    type Value = RawObject;

    fn keep(&mut self, object: &RawObject) -> Result<RawObject, Error> {
        Ok(object.detach_without_managed_fields())
    }
}

/// Where an informer's store is: its own, or one that others read as well.
pub trait Shelf {
    /// What the store holds.
    type Value;

    /// Changes the store. Nobody sees it half changed.
    fn change<R>(&mut self, change: impl FnOnce(&mut Store<Self::Value>) -> R) -> R;
}

impl<V> Shelf for Store<V> {
    type Value = V;

    fn change<R>(&mut self, change: impl FnOnce(&mut Self) -> R) -> R {
        change(self)
    }
}
