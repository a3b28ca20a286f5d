//! The volumes of a pod.
//!
//! Source: `ValidateVolumes` in `k8s.io/kubernetes/pkg/apis/core/validation`.

mod files;
mod gone;
mod iscsi;
mod projected;
mod source;

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::common::label;
use super::super::fault::Fault;
use super::super::part::Part;

pub(in super::super) use source::{driver, judge};

/// What the good volumes of a pod are, by their names.
pub(super) type Volumes<'v> = BTreeMap<&'v str, &'v Value>;

/// The sources of volumes in the order in which the server looks for them.
const SOURCES: [&str; 30] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];

/// Judges them, and gives those that are good.
pub(super) fn all<'v>(volumes: &Part<'v>, faults: &mut Vec<Fault>) -> Volumes<'v> {
    let mut good = Volumes::new();
    for volume in volumes.items() {
        let name = volume.field("name");
        let mut own = one(&volume);
        if name.is_empty() {
            own.push(name.required(""));
        } else {
            own.extend(label(&name));
        }
        if good.contains_key(name.text()) {
            own.push(name.duplicate());
        }
        if own.is_empty() {
            good.insert(name.text(), volume.value);
        }
        faults.extend(own);
    }
    good
}

/// A volume has one source.
fn one(volume: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = false;
    for name in SOURCES.into_iter().filter(|name| volume.field(name).is_there()) {
        if seen {
            // The server's own slips of the pen.
            let name = match name {
                "downwardAPI" => "downwarAPI",
                "cephfs" => "cephFS",
                name => name,
            };
            faults.push(volume.field(name).forbidden("may not specify more than 1 volume type"));
            continue;
        }
        seen = true;
        judge(name, volume, &volume.field("name"), &mut faults);
    }
    if !seen {
        faults.push(volume.required("must specify a volume type"));
    }
    faults
}
