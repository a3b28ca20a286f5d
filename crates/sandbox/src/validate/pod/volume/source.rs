//! What the source of a volume must say.
//!
//! Source: `validateVolumeSource` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use super::super::super::claim::claim_spec;
use super::super::super::common::{annotations, label, labels, subdomain};
use super::super::super::fault::Fault;
use super::super::super::part::Part;
use super::super::super::path::{forward, within};
use super::{files, gone, iscsi, projected};
use crate::object::quantity;

/// Judges the source of this name, of a volume that is called so.
pub(in super::super::super) fn judge(
    name: &str,
    volume: &Part<'_>,
    called: &Part<'_>,
    faults: &mut Vec<Fault>,
) {
    let part = volume.field(name);
    faults.extend(
        needed(name)
            .iter()
            .map(|field| part.field(field))
            .filter(Part::is_empty)
            .map(|field| field.required("")),
    );
    match name {
        "emptyDir" => {
            let limit = part.field("sizeLimit");
            if quantity::nanos(limit.text()).is_some_and(|nanos| nanos < 0) {
                faults.push(limit.forbidden("SizeLimit field must be a valid resource quantity"));
            }
        }
        "hostPath" => host_path(&part, faults),
        "gitRepo" => faults.extend(within(&part.field("directory"))),
        "gcePersistentDisk" => {
            disk(&Part { path: format!("{}.persistentDisk", volume.path), ..part }, faults);
        }
        "awsElasticBlockStore" => partition(&part, faults),
        "secret" | "configMap" => {
            faults.extend(files::mode(&part.field("defaultMode")));
            part.field("items").items().iter().for_each(|item| files::key(item, faults));
        }
        "downwardAPI" => {
            faults.extend(files::mode(&part.field("defaultMode")));
            // The server does not say which of them.
            let items = part.field("items").items();
            items.iter().for_each(|item| files::told(&Part { path: part.path.clone(), ..*item }, faults));
        }
        "projected" => projected::judge(&part, faults),
        "nfs" if !part.field("path").text().starts_with('/') => {
            faults.push(Fault::invalid(
                &part.field("path").path,
                part.field("path").text(),
                "must be an absolute path",
            ));
        }
        "iscsi" => iscsi::judge(called, &part, faults),
        "cinder" => named_secret(&part.field("secretRef"), faults),
        "fc" => fibre(&part, faults),
        "flexVolume" => options(&part.field("options"), faults),
        "azureDisk" => azure(&part, faults),
        "csi" => {
            driver(&part.field("driver"), faults);
            named_secret(&part.field("nodePublishSecretRef"), faults);
        }
        "ephemeral" => ephemeral(&part.field("volumeClaimTemplate"), faults),
        "image" if part.field("pullPolicy").is_there() => {
            faults.extend(part.field("pullPolicy").one_of(&["Always", "IfNotPresent", "Never"]));
        }
        _ => gone::judge(name, &part, faults),
    }
}

/// The fields that may not be empty.
fn needed(name: &str) -> &'static [&'static str] {
    match name {
        "hostPath" => &["path"],
        "gitRepo" => &["repository"],
        "awsElasticBlockStore" | "portworxVolume" | "cinder" => &["volumeID"],
        "secret" => &["secretName"],
        "configMap" => &["name"],
        "persistentVolumeClaim" => &["claimName"],
        "nfs" => &["server", "path"],
        "glusterfs" => &["endpoints", "path"],
        "rbd" => &["monitors", "image"],
        "cephfs" => &["monitors"],
        "flexVolume" | "csi" => &["driver"],
        "azureFile" => &["secretName", "shareName"],
        "azureDisk" => &["diskName", "diskURI"],
        "vsphereVolume" => &["volumePath"],
        "photonPersistentDisk" => &["pdID"],
        "scaleIO" => &["gateway", "system", "volumeName"],
        "ephemeral" => &["volumeClaimTemplate"],
        "image" => &["reference"],
        _ => &[],
    }
}

fn host_path(part: &Part<'_>, faults: &mut Vec<Fault>) {
    const TYPES: [&str; 8] =
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
    if part.field("path").is_empty() {
        return;
    }
    faults.extend(forward(&part.field("path")));
    faults.extend(part.field("type").one_of(&TYPES));
}

fn disk(part: &Part<'_>, faults: &mut Vec<Fault>) {
    if part.field("pdName").is_empty() {
        faults.push(part.field("pdName").required(""));
    }
    partition(part, faults);
}

fn partition(part: &Part<'_>, faults: &mut Vec<Fault>) {
    let number = part.field("partition");
    if !(0..=255).contains(&number.number()) {
        faults.push(number.invalid("must be between 1 and 255, inclusive"));
    }
}

/// A reference to a secret, where there is one.
pub(super) fn named_secret(part: &Part<'_>, faults: &mut Vec<Fault>) {
    if part.is_there() && part.field("name").is_empty() {
        faults.push(part.field("name").required(""));
    }
}

fn fibre(part: &Part<'_>, faults: &mut Vec<Fault>) {
    let (targets, ids, unit) = (part.field("targetWWNs"), part.field("wwids"), part.field("lun"));
    match (targets.is_empty(), ids.is_empty()) {
        (true, true) => {
            faults.push(targets.required("must specify either targetWWNs or wwids, but not both"));
        }
        (false, false) => {
            faults.push(targets.invalid("targetWWNs and wwids can not be specified simultaneously"));
        }
        _ => {}
    }
    if targets.is_empty() {
        return;
    }
    if !unit.is_there() {
        faults.push(unit.required("lun is required if targetWWNs is specified"));
    } else if !(0..=255).contains(&unit.number()) {
        faults.push(unit.invalid("must be between 0 and 255, inclusive"));
    }
}

fn options(options: &Part<'_>, faults: &mut Vec<Fault>) {
    for (key, part) in options.entries() {
        let space = key.split_once('/').map_or(key, |(space, _)| space).to_lowercase();
        let space = format!(".{space}");
        if space.ends_with(".kubernetes.io") || space.ends_with(".k8s.io") {
            let why = "kubernetes.io and k8s.io namespaces are reserved";
            faults.push(Fault::invalid(&part.path, key, why));
        }
    }
}

fn azure(part: &Part<'_>, faults: &mut Vec<Fault>) {
    const MANAGED: &str =
        "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
    const BLOB: &str = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
    let (kind, caching, uri) = (part.field("kind"), part.field("cachingMode"), part.field("diskURI"));
    if caching.is_there() {
        faults.extend(caching.one_of(&["None", "ReadOnly", "ReadWrite"]));
    }
    if kind.is_there() {
        faults.extend(kind.one_of(&["Dedicated", "Managed", "Shared"]));
        let (begin, form) =
            if kind.text() == "Managed" { ("/subscriptions/", MANAGED) } else { ("https://", BLOB) };
        if !uri.text().starts_with(begin) {
            faults.push(uri.not_supported(&[form]));
        }
    }
}

pub(in super::super::super) fn driver(driver: &Part<'_>, faults: &mut Vec<Fault>) {
    let name = driver.text();
    if name.is_empty() {
        return;
    }
    if name.len() > 63 {
        faults.push(Fault::too_long(&driver.path, 63));
    }
    let lower = serde_json::Value::from(name.to_lowercase());
    let lower = Part { path: String::new(), value: &lower };
    if !subdomain(&lower).is_empty() {
        faults.extend(subdomain(driver));
    }
}

fn ephemeral(template: &Part<'_>, faults: &mut Vec<Fault>) {
    if !template.is_there() {
        return;
    }
    let metadata = template.field("metadata");
    faults.extend(annotations(&metadata.field("annotations")));
    faults.extend(labels(&metadata.field("labels")));
    let others = metadata.map().into_iter().flatten().map(|(name, _)| name.as_str());
    for field in
        others.filter(|name| !matches!(*name, "annotations" | "labels")).map(|name| metadata.field(name))
    {
        if !field.is_empty() {
            faults.push(field.forbidden("cannot be set"));
        }
    }
    faults.extend(claim_spec(&template.field("spec")));
}

/// A name that need not be there.
pub(super) fn label_if_any(part: &Part<'_>, faults: &mut Vec<Fault>) {
    if !part.is_empty() {
        faults.extend(label(part));
    }
}
