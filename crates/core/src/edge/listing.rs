//! What watchers and informers make of the objects of a list.

use alloc::sync::Arc;
use core::fmt;

use serde::de::DeserializeOwned;

use super::{Answer, Item, List, Raw};
use crate::answer::problem;
use crate::error::Error;
use crate::machine::Keep;
use crate::object::RawObject;

/// A list whose objects can be watched: `List<K>` for Rust types, `List<Raw<K>>` for bytes, `List<RawMetadata>` for metadata as protobuf, and with
/// the feature `lz4` `List<Packed<K>>` for compressed bytes.
///
/// So the call chooses: `client.informer(api.list())` keeps Rust values, `client.informer(api.list().raw_items())` keeps bytes, of
/// which a pod has some 4 KB, where a `Pod` takes 24 KB; `packed_items()` brings that to some 1 KB.
pub trait Listing: Answer {
    /// What a watcher hands over.
    type Object: Send + 'static;
    /// What an informer keeps of each.
    type Kept: Clone + Send + Sync + 'static;
    /// What an informer has learnt of the objects before, where that is of use.
    type State: Default + Send + 'static;

    /// Reads an object.
    ///
    /// # Errors
    /// [`Error::Decode`], with the object's name and the path of the field that does not fit.
    fn read(object: RawObject) -> Result<Self::Object, Error>;

    /// Makes what is kept of an object.
    ///
    /// # Errors
    /// As [`Listing::read`].
    fn keep(state: &mut Self::State, object: &RawObject) -> Result<Self::Kept, Error>;
}

fn decode<K: DeserializeOwned>(object: RawObject) -> Result<K, Error> {
    let namespace = object.namespace().map(|namespace| [&*namespace, "/"].concat()).unwrap_or_default();
    let call = ["decode ", &namespace, &object.name()].concat();
    Raw::<K>::from(object).decode("").map_err(|error| problem(call, error))
}

impl<K: Item + Send + Sync + 'static> Listing for List<K> {
    type Object = K;
    type Kept = Arc<K>;
    type State = ();

    fn read(object: RawObject) -> Result<K, Error> {
        decode(object)
    }

    fn keep((): &mut (), object: &RawObject) -> Result<Arc<K>, Error> {
        decode(object.clone()).map(Arc::new)
    }
}

impl<K: 'static> Listing for List<Raw<K>> {
    type Object = Raw<K>;
    type Kept = Raw<K>;
    type State = ();

    fn read(object: RawObject) -> Result<Raw<K>, Error> {
        Ok(object.into())
    }

    fn keep((): &mut (), object: &RawObject) -> Result<Raw<K>, Error> {
        Ok(object.detach_without_managed_fields().into())
    }
}

/// Keeps what a [`Listing`] keeps.
pub struct KeepAs<L: Listing>(L::State);

impl<L: Listing> Default for KeepAs<L> {
    fn default() -> Self {
        Self(L::State::default())
    }
}

impl<L: Listing> Keep for KeepAs<L> {
    type Value = L::Kept;

    fn keep(&mut self, object: &RawObject) -> Result<L::Kept, Error> {
        L::keep(&mut self.0, object)
    }
}

/// What has been learnt may be of Secrets.
impl<L: Listing> fmt::Debug for KeepAs<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAs").finish_non_exhaustive()
    }
}
