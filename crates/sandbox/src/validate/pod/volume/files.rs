//! Files that a volume is made of: keys of ConfigMaps and Secrets, fields of the pod.

use super::super::super::fault::Fault;
use super::super::super::part::Part;
use super::super::super::path::free_within;
use super::super::fields;

/// The permissions of a file.
pub(super) fn mode(mode: &Part<'_>) -> Option<Fault> {
    let good = (0..=0o777).contains(&mode.number());
    (!good).then(|| mode.invalid("must be a number between 0 and 0777 (octal), both inclusive"))
}

/// A key, and the file that it becomes.
pub(super) fn key(item: &Part<'_>, faults: &mut Vec<Fault>) {
    let path = item.field("path");
    for field in [&item.field("key"), &path] {
        if field.is_empty() {
            faults.push(field.required(""));
        }
    }
    faults.extend(free_within(&path));
    faults.extend(mode(&item.field("mode")));
}

/// What the pod is told of itself.
pub(super) fn told(item: &Part<'_>, faults: &mut Vec<Fault>) {
    let (path, field, resource) =
        (item.field("path"), item.field("fieldRef"), item.field("resourceFieldRef"));
    if path.is_empty() {
        faults.push(path.required(""));
    }
    faults.extend(free_within(&path));
    match (field.is_there(), resource.is_there()) {
        (true, both) => {
            fields::of_pod(&field, &fields::IN_FILES, faults);
            if both {
                let why = "fieldRef and resourceFieldRef can not be specified simultaneously";
                faults.push(Fault::invalid(&item.path, "resource", why));
            }
        }
        (false, true) => fields::of_container(&resource, true, faults),
        (false, false) => faults.push(item.required("one of fieldRef and resourceFieldRef is required")),
    }
    faults.extend(mode(&item.field("mode")));
}
