//! The status of an object, which controllers write.

use serde::Serialize;

use super::Api;
use crate::call::{PatchType, Verb};
use crate::edge::Op;

/// What the API server keeps of these is `status` alone, and what it keeps of a call on the object itself is all but that.
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Object, PatchType};
/// let pods = Api::<Object>::dynamic(Builtin.find(None, "pods").unwrap()).within("shop");
/// let ready = serde_json::json!({"status": {"phase": "Running"}});
/// let call = pods.patch_status("web", PatchType::Merge, &ready).field_manager("robot").call()?;
/// assert_eq!(call.target(), "/api/v1/namespaces/shop/pods/web/status?fieldManager=robot");
/// # Ok::<(), kubewire::Error>(())
/// ```
impl<K> Api<K> {
    /// The object by way of its status, for whom may read nothing else of it.
    pub fn get_status(&self, name: &str) -> Op<K> {
        self.part(Verb::Get, name, "status")
    }

    /// The status anew. With a `resourceVersion` in the object's metadata, only if it did not change since.
    pub fn replace_status(&self, name: &str, object: &impl Serialize) -> Op<K> {
        self.part(Verb::Replace, name, "status").body(self.json(object))
    }

    /// Parts of the status: the patch is of the object, and says `status` itself.
    pub fn patch_status(&self, name: &str, patch_type: PatchType, patch: &impl Serialize) -> Op<K> {
        self.part(Verb::Patch, name, "status").patch_type(patch_type).body(self.json(patch))
    }

    /// Server-side apply of the status: as [`Api::apply`], and `manager` owns the fields of `status` that the object says.
    pub fn apply_status(&self, name: &str, manager: &str, object: &impl Serialize) -> Op<K> {
        let op = self.part(Verb::Patch, name, "status").patch_type(PatchType::Apply);
        op.field_manager(manager).body(self.json(object))
    }
}
