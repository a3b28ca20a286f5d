//! Volumes and classes of storage.

use serde_json::{Map, Value};

use super::fields::put;

/// Those of the core group.
pub(super) fn core(name: &str, object: &mut Map<String, Value>) {
    match name {
        "PersistentVolumeStatus" | "PersistentVolumeClaimStatus" => put(object, "phase", "Pending"),
        "PersistentVolumeSpec" => {
            put(object, "persistentVolumeReclaimPolicy", "Retain");
            put(object, "volumeMode", "Filesystem");
        }
        "PersistentVolumeClaimSpec" => put(object, "volumeMode", "Filesystem"),
        _ => {}
    }
}

pub(super) fn apply(name: &str, object: &mut Map<String, Value>) {
    match name {
        "StorageClass" => {
            put(object, "reclaimPolicy", "Delete");
            put(object, "volumeBindingMode", "Immediate");
        }
        "CSIDriverSpec" => {
            put(object, "attachRequired", true);
            put(object, "podInfoOnMount", false);
            put(object, "storageCapacity", false);
            put(object, "fsGroupPolicy", "ReadWriteOnceWithFSType");
            put(object, "volumeLifecycleModes", ["Persistent"].as_slice());
            put(object, "requiresRepublish", false);
            put(object, "seLinuxMount", false);
            put(object, "preventPodSchedulingIfMissing", false);
        }
        _ => {}
    }
}
