//! One object in a store.

use alloc::sync::Arc;

use crate::text::number;

/// One object, and what an informer must know of it.
pub(crate) struct Entry<V> {
    pub(crate) key: Arc<str>,
    pub(crate) version: Version,
    /// What tells it from an earlier object of the same name, as a hash: to compare, not to read.
    pub(crate) uid: u64,
    /// A bit for each selector that it is found by.
    pub(crate) sources: u32,
    /// A bit for each selector whose list has just brought it.
    pub(crate) marks: u32,
    pub(crate) value: V,
}

/// A resource version: equal or not, and mostly also older or newer.
///
/// [KEP-5504](https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5504-comparable-resource-version): the
/// versions of one resource are whole numbers that can be compared. Aggregated API servers may have others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    number: u64,
    is_number: bool,
}

impl Version {
    pub(crate) fn read(text: &str) -> Self {
        match number(text) {
            Some(number) => Self { number, is_number: true },
            None => Self { number: hash(text), is_number: false },
        }
    }

    /// Whether it is known to be older.
    pub(crate) fn is_older_than(self, other: Self) -> bool {
        self.is_number && other.is_number && self.number < other.number
    }
}

/// FNV-1a: short, and the same everywhere.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}
