//! What watchers and informers make of the objects of a list.

use alloc::sync::Arc;
use core::marker::PhantomData;

use serde::de::DeserializeOwned;

use super::{Answer, Item, List, Raw};
use crate::answer::problem;
use crate::error::Error;
use crate::machine::Keep;
use crate::object::RawObject;

/// A list whose objects can be watched: `List<K>` for Rust types, `List<Raw<K>>` for bytes.
///
/// So the call chooses: `client.informer(api.list())` keeps Rust values, `client.informer(api.list().raw_items())` keeps bytes, of
/// which 6.8 KB are some 4 KB, where a `Pod` is 57 KB.
pub trait Listing: Answer {
    /// What a watcher hands over.
    type Object: Send + 'static;
    /// What an informer keeps of each.
    type Kept: Clone + Send + Sync + 'static;

    /// Reads an object.
    ///
    /// # Errors
    /// [`Error::Decode`], with the object's name and the path of the field that does not fit.
    fn read(object: RawObject) -> Result<Self::Object, Error>;

    /// Makes what is kept of an object.
    ///
    /// # Errors
    /// As [`Listing::read`].
    fn keep(object: &RawObject) -> Result<Self::Kept, Error>;
}

fn decode<K: DeserializeOwned>(object: RawObject) -> Result<K, Error> {
    let namespace = object.namespace().map(|namespace| [&*namespace, "/"].concat()).unwrap_or_default();
    let call = ["decode ", &namespace, &object.name()].concat();
    Raw::<K>::from(object).decode("").map_err(|error| problem(call, error))
}

impl<K: Item + Send + Sync + 'static> Listing for List<K> {
    type Object = K;
    type Kept = Arc<K>;

    fn read(object: RawObject) -> Result<K, Error> {
        decode(object)
    }

    fn keep(object: &RawObject) -> Result<Arc<K>, Error> {
        decode(object.clone()).map(Arc::new)
    }
}

impl<K: 'static> Listing for List<Raw<K>> {
    type Object = Raw<K>;
    type Kept = Raw<K>;

    fn read(object: RawObject) -> Result<Raw<K>, Error> {
        Ok(object.into())
    }

    fn keep(object: &RawObject) -> Result<Raw<K>, Error> {
        Ok(object.detach_without_managed_fields().into())
    }
}

/// Keeps what a [`Listing`] keeps.
#[derive(Debug)]
pub struct KeepAs<L>(PhantomData<fn() -> L>);

impl<L> Default for KeepAs<L> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<L: Listing> Keep for KeepAs<L> {
    type Value = L::Kept;

    fn keep(&self, object: &RawObject) -> Result<L::Kept, Error> {
        L::keep(object)
    }
}
