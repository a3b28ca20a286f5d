//! Where a container has its volumes: as directories, or as devices.
//!
//! Source: `ValidateVolumeMounts` and `ValidateVolumeDevices` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use super::super::fault::Fault;
use super::super::part::Part;
use super::super::path::{forward, within};
use super::volume::Volumes;

pub(super) fn all(container: &Part<'_>, volumes: &Volumes<'_>, faults: &mut Vec<Fault>) {
    let (mounts, devices) = (container.field("volumeMounts"), container.field("volumeDevices"));
    directories(container, &mounts, &devices.items(), volumes, faults);
    self::devices(&devices.items(), &mounts.items(), volumes, faults);
}

fn directories(
    container: &Part<'_>,
    mounts: &Part<'_>,
    devices: &[Part<'_>],
    volumes: &Volumes<'_>,
    faults: &mut Vec<Fault>,
) {
    let mut paths = BTreeSet::new();
    let (named, placed) = (texts(devices, "name"), texts(devices, "devicePath"));
    for mount in mounts.items() {
        let (name, path) = (mount.field("name"), mount.field("mountPath"));
        if name.is_empty() {
            faults.push(name.required(""));
        }
        if !volumes.contains_key(name.text()) {
            faults.push(Fault::not_found(&name.path, &crate::object::quote(name.text())));
        }
        if path.is_empty() {
            faults.push(path.required(""));
        }
        if !paths.insert(path.text()) {
            faults.push(path.invalid("must be unique"));
        }
        if named.contains(name.text()) {
            faults.push(name.invalid("must not already exist in volumeDevices"));
        }
        if placed.contains(path.text()) {
            faults.push(path.invalid("must not already exist as a path in volumeDevices"));
        }
        within_volume(&mount, mounts, faults);
        spread(container, &mount, mounts, faults);
    }
}

/// The part of a volume that is to be seen. The server names the list, not the mount.
fn within_volume(mount: &Part<'_>, mounts: &Part<'_>, faults: &mut Vec<Fault>) {
    let of_list = |field: &str| Part { path: format!("{}.{field}", mounts.path), ..mount.field(field) };
    let (path, expression) = (of_list("subPath"), of_list("subPathExpr"));
    faults.extend(within(&path));
    if !expression.is_empty() {
        if !path.is_empty() {
            let why = "subPathExpr and subPath are mutually exclusive";
            faults.push(mount.field("subPathExpr").invalid(why));
        }
        faults.extend(within(&expression));
    }
}

/// What is mounted within a volume, and by whom it is seen.
fn spread(container: &Part<'_>, mount: &Part<'_>, mounts: &Part<'_>, faults: &mut Vec<Fault>) {
    let of_list = |field: &str| Part { path: format!("{}.{field}", mounts.path), ..mount.field(field) };
    let (how, deep) = (of_list("mountPropagation"), of_list("recursiveReadOnly"));
    if how.is_there() {
        faults.extend(how.one_of(&["Bidirectional", "HostToContainer", "None"]));
        let privileged = container.field("securityContext").field("privileged").flag();
        if how.text() == "Bidirectional" && !privileged {
            let why = "Bidirectional mount propagation is available only to privileged containers";
            faults.push(how.forbidden(why));
        }
    }
    match deep.text() {
        "" if !deep.is_there() => {}
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !mount.field("readOnly").flag() {
                faults.push(deep.forbidden("may only be specified when readOnly is true"));
            }
            if how.is_there() && how.text() != "None" {
                let why = "may only be specified when mountPropagation is None or not specified";
                faults.push(deep.forbidden(why));
            }
        }
        _ => faults.extend(deep.one_of(&["Disabled", "Enabled", "IfPossible"])),
    }
}

fn devices(devices: &[Part<'_>], mounts: &[Part<'_>], volumes: &Volumes<'_>, faults: &mut Vec<Fault>) {
    let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
    let (mounted, placed) = (texts(mounts, "name"), texts(mounts, "mountPath"));
    for device in devices {
        let (name, path) = (device.field("name"), device.field("devicePath"));
        if name.is_empty() {
            faults.push(name.required(""));
        }
        if names.contains(name.text()) {
            faults.push(name.invalid("must be unique"));
        }
        match volumes.get(name.text()) {
            None => faults.push(Fault::not_found(&name.path, &crate::object::quote(name.text()))),
            Some(volume) => {
                let claimed =
                    ["persistentVolumeClaim", "ephemeral"].iter().any(|source| volume.get(source).is_some());
                if !claimed {
                    let why = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                    faults.push(name.invalid(why));
                }
            }
        }
        if path.is_empty() {
            faults.push(path.required(""));
        }
        if paths.contains(path.text()) {
            faults.push(path.invalid("must be unique"));
        }
        if forward(&path).is_some() {
            faults.push(path.invalid("can not contain backsteps ('..')"));
        } else {
            paths.insert(path.text());
        }
        if mounted.contains(name.text()) {
            faults.push(name.invalid("must not already exist in volumeMounts"));
        }
        if placed.contains(path.text()) {
            faults.push(path.invalid("must not already exist as a path in volumeMounts"));
        }
        if !name.is_empty() {
            names.insert(name.text());
        }
    }
}

fn texts<'v>(list: &[Part<'v>], field: &str) -> BTreeSet<&'v str> {
    list.iter().map(|one| one.field(field).text()).collect()
}
