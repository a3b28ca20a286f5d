//! Which objects a piece of work was about: no side may be measured on less.

use serde::{Deserialize, Serialize};

/// Their number, and the sum of a hash of each one's key and version, in whatever order they come.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Seen {
    pub objects: u64,
    pub sum: u64,
}

impl Seen {
    /// One more. The hash is FNV-1a, since Go's library has it too.
    pub fn add(&mut self, namespace: Option<&str>, name: &str, version: &str) {
        let parts = [namespace.unwrap_or_default(), "/", name, " ", version];
        let hash =
            parts.iter().flat_map(|part| part.bytes()).fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
            });
        self.objects += 1;
        self.sum = self.sum.wrapping_add(hash);
    }

    /// One of `kube`'s.
    pub fn add_typed(&mut self, object: &impl kube::Resource) {
        let metadata = object.meta();
        let (name, version) = (metadata.name.as_deref(), metadata.resource_version.as_deref());
        self.add(metadata.namespace.as_deref(), name.unwrap_or_default(), version.unwrap_or_default());
    }

    /// One of ours.
    pub fn add_raw(&mut self, object: &kubewire::RawObject) {
        let (namespace, version) = (object.namespace(), object.resource_version());
        self.add(namespace.as_deref(), &object.name(), &version.unwrap_or_default());
    }
}
