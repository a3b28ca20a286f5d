//! The volumes of a pod.

use std::collections::BTreeSet;

use super::common::label;
use super::fault::Fault;
use super::part::Part;

const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// Judges them, and gives the names of those that are good.
pub(super) fn all<'v>(volumes: &Part<'v>, faults: &mut Vec<Fault>) -> BTreeSet<&'v str> {
    let mut names = BTreeSet::new();
    for volume in volumes.items() {
        let name = volume.field("name");
        let mut own = source(&volume);
        if name.is_empty() {
            own.push(name.required(""));
        } else {
            own.extend(label(&name));
        }
        if names.contains(name.text()) {
            own.push(name.duplicate());
        }
        if own.is_empty() {
            names.insert(name.text());
        }
        faults.extend(own);
    }
    names
}

fn source(volume: &Part<'_>) -> Vec<Fault> {
    // The first in the order of the server's own list; emptyDir may stand beside others, that are then too many.
    const ORDER: [&str; 7] =
        ["emptyDir", "hostPath", "secret", "persistentVolumeClaim", "downwardAPI", "configMap", "projected"];
    let mut faults = Vec::new();
    let mut seen = false;
    let names: Vec<&str> = volume.map().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let others = names.iter().copied().filter(|name| *name != "name" && !ORDER.contains(name));
    for name in ORDER.into_iter().filter(|name| names.contains(name)).chain(others) {
        let part = volume.field(name);
        if seen {
            // The server's own slip of the pen.
            let name = if name == "downwardAPI" { "downwarAPI" } else { name };
            faults.push(volume.field(name).forbidden("may not specify more than 1 volume type"));
            continue;
        }
        seen = true;
        let needs = match name {
            "hostPath" => "path",
            "secret" => "secretName",
            "configMap" => "name",
            "persistentVolumeClaim" => "claimName",
            _ => continue,
        };
        if part.field(needs).is_empty() {
            faults.push(part.field(needs).required(""));
        }
        let mode = part.field("defaultMode");
        if !(0..=0o777).contains(&mode.number()) {
            faults.push(mode.invalid(MODE));
        }
    }
    if !seen {
        faults.push(volume.required("must specify a volume type"));
    }
    faults
}
