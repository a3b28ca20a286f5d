//! Objects as compressed bytes, for caches of many.

use alloc::sync::Arc;
use core::fmt;
use core::marker::PhantomData;

use bytes::Bytes;
use lz4_flex::block;
use serde::de::DeserializeOwned;

use super::{Answer, List, Listing, Raw};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error};
use crate::object::RawObject;
use crate::prelude::*;
use crate::wire::Head;

/// One object as compressed JSON without `managedFields`: a quarter to a half of the bytes that [`Raw`] has, and a few microseconds more to read.
///
/// Objects of one kind share most of their words, so they are compressed ([LZ4](https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md))
/// with a dictionary made of some of them, which they hold in common.
///
/// A clone is the same bytes.
pub struct Packed<K> {
    bytes: Arc<[u8]>,
    /// How many bytes of JSON there are; 0 where they are not compressed.
    length: u32,
    dictionary: Option<Dictionary>,
    decoded: PhantomData<fn() -> K>,
}

/// (Behind one pointer: every object holds it.)
type Dictionary = Arc<Vec<u8>>;

impl<K> Packed<K> {
    /// The object's bytes, to read its key, some of its fields, or all.
    ///
    /// # Errors
    /// [`Error::Decode`] where the bytes are not what was put in, which cannot be helped.
    pub fn raw(&self) -> Result<Raw<K>, Error> {
        Ok(Raw::from_json(self.json().map_err(|error| problem("decode a packed object".into(), error))?))
    }

    fn json(&self) -> Result<Bytes, DecodeError> {
        if self.length == 0 {
            return Ok(Bytes::copy_from_slice(&self.bytes));
        }
        let dictionary = self.dictionary.as_deref().map_or(&[][..], Vec::as_slice);
        let json = block::decompress_with_dict(&self.bytes, self.length as usize, dictionary);
        json.map(Bytes::from).map_err(|error| DecodeError::new(".", alloc::format!("{error}")))
    }

    /// How many bytes the object takes, without the dictionary that all share.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.bytes.len()
    }
}

impl<K: DeserializeOwned> Packed<K> {
    /// Decodes the object.
    ///
    /// # Errors
    /// [`Error::Decode`] with the path of the field that does not fit.
    pub fn get(&self) -> Result<K, Error> {
        self.raw()?.get()
    }
}

/// Packs objects, and learns from them what they have in common.
#[derive(Debug, Default)]
pub struct Packer {
    dictionary: Option<Dictionary>,
    /// What the next dictionary will be.
    next: Vec<u8>,
}

impl Packer {
    /// So much is learnt at once, in bytes: a few objects.
    const STEP: usize = 16 * 1024;
    /// A dictionary of more would be out of the reach of LZ4, which looks back 64 KiB.
    const MOST: usize = 3 * Self::STEP;
    /// What does not shrink to a quarter is worth learning from.
    const POOR: usize = 4;

    fn pack<K>(&mut self, object: &RawObject) -> Packed<K> {
        let json = object.cut_json().map_or_else(|| object.json(), Bytes::from);
        let dictionary = self.dictionary.clone();
        let known = dictionary.as_deref().map_or(&[][..], Vec::as_slice);
        let packed = block::compress_with_dict(&json, known);
        if packed.len() * Self::POOR > json.len() {
            self.learn(&json);
        }
        let smaller = packed.len() < json.len();
        let (bytes, length) = if smaller { (packed, json.len() as u32) } else { (json.to_vec(), 0) };
        Packed { bytes: bytes.into(), length, dictionary, decoded: PhantomData }
    }

    /// Adds what is new to the next dictionary. Those who have the last one keep it.
    fn learn(&mut self, json: &[u8]) {
        let known = self.dictionary.as_ref().map_or(0, |known| known.len());
        if known >= Self::MOST {
            return;
        }
        if self.next.is_empty() {
            self.next.extend(self.dictionary.iter().flat_map(|known| known.iter()));
        }
        let room = known + Self::STEP - self.next.len();
        self.next.extend_from_slice(json.get(..room).unwrap_or(json));
        if self.next.len() == known + Self::STEP {
            self.dictionary = Some(Arc::new(core::mem::take(&mut self.next)));
        }
    }
}

impl<K: 'static> Listing for List<Packed<K>> {
    type Object = Raw<K>;
    type Kept = Packed<K>;
    type State = Packer;

    fn read(object: RawObject) -> Result<Raw<K>, Error> {
        Ok(object.into())
    }

    fn keep(packer: &mut Packer, object: &RawObject) -> Result<Packed<K>, Error> {
        Ok(packer.pack(object))
    }
}

impl<K> Answer for List<Packed<K>> {
    fn decode(draft: &Draft, _: &Head, body: Bytes) -> Result<Self, Error> {
        let packer = core::cell::RefCell::new(Packer::default());
        Self::split(draft, &body, |_, object| Ok(packer.borrow_mut().pack(&object)))
    }
}

impl<K> Clone for Packed<K> {
    fn clone(&self) -> Self {
        let (bytes, dictionary) = (Arc::clone(&self.bytes), self.dictionary.clone());
        Self { bytes, length: self.length, dictionary, decoded: PhantomData }
    }
}

/// The size alone: the rest may be a Secret.
impl<K> fmt::Debug for Packed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Packed({} bytes of {})", self.bytes.len(), self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// An object, as a slice of nothing else.
    fn object(index: u64, shape: u64) -> RawObject {
        let words = (0..40).map(|word| (format!("{shape}-{word}"), json!(format!("value of {word}"))));
        let spec: serde_json::Map<String, Value> = words.collect();
        let metadata = json!({"name": format!("web-{index}"), "managedFields": [{"manager": "m"}]});
        RawObject::from_json(json!({"metadata": metadata, "spec": spec}).to_string().into())
    }

    #[test]
    fn what_is_packed_comes_out_again_whatever_was_learnt_meanwhile() {
        let mut packer = Packer::default();
        let packed: Vec<(u64, u64, Packed<Value>)> =
            (0..600).map(|index| (index, index % 7, packer.pack(&object(index, index % 7)))).collect();
        let mut sizes = Vec::new();
        for (index, shape, packed) in &packed {
            let wanted = Raw::<Value>::from(object(*index, *shape));
            assert_eq!(packed.get().unwrap(), wanted.get().unwrap());
            assert_eq!(packed.raw().unwrap().name(), wanted.name());
            sizes.push(packed.bytes.len());
        }
        // Every shape has been learnt.
        assert!(sizes[300..].iter().all(|size| *size < 150), "{sizes:?}");
        assert!(packer.dictionary.unwrap().len() <= Packer::MOST);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn anything_comes_out_as_it_went_in(texts in prop::collection::vec(".{0,3000}", 0..20)) {
            let mut packer = Packer::default();
            for text in texts {
                let json = json!({"metadata": {"name": "a"}, "data": text});
                let packed: Packed<Value> = packer.pack(&RawObject::from_json(json.to_string().into()));
                prop_assert_eq!(packed.get().unwrap(), json);
            }
        }
    }

    #[test]
    fn a_list_can_be_packed_too() {
        let body =
            r#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}}]}"#;
        let call = crate::Api::<crate::Object>::dynamic(
            crate::Catalog::find(&crate::Builtin, None, "pods").unwrap(),
        )
        .list()
        .packed_items()
        .call()
        .unwrap();
        let list = call.decode(http::Response::new(body.into())).unwrap();
        assert_eq!((list.items[0].get().unwrap().kind, list.items.len()), ("Pod".to_owned(), 1));
        assert!(list.items[0].size() > 50);
    }
}
