//! Fields of a pod, and of its containers, that are told to the program in it.
//!
//! Source: `validateObjectFieldSelector` and `validateContainerResourceFieldSelector` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use super::super::fault::Fault;
use super::super::names;
use super::super::part::Part;

/// What variables may be.
pub(super) const IN_VARIABLES: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// What files may be.
pub(super) const IN_FILES: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
/// What is known besides.
const OTHERS: [&str; 4] = ["spec.host", "spec.restartPolicy", "spec.schedulerName", "status.phase"];

const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

pub(super) fn of_pod(part: &Part<'_>, allowed: &[&str], faults: &mut Vec<Fault>) {
    let (version, path) = (part.field("apiVersion"), part.field("fieldPath"));
    if version.is_empty() {
        return faults.push(version.required(""));
    }
    if path.is_empty() {
        return faults.push(path.required(""));
    }
    let label = path.text();
    let within = label.strip_suffix("']").and_then(|label| label.split_once("['"));
    let within = within.filter(|(whole, _)| !whole.is_empty());
    let known = [&IN_VARIABLES[..], &IN_FILES, &OTHERS].iter().any(|list| list.contains(&label));
    let wrong = match within {
        _ if version.text() != "v1" => format!("unsupported pod version: {}", version.text()),
        Some(("metadata.annotations" | "metadata.labels", key)) => {
            let lower = label.starts_with("metadata.annotations");
            let shown = if lower { key.to_lowercase() } else { key.to_owned() };
            return faults.extend(
                names::label_key(&shown).into_iter().map(|why| Fault::invalid(&part.path, &shown, why)),
            );
        }
        Some(_) => format!("field label does not support subscript: {label}"),
        None if !known => format!("field label not supported: {label}"),
        None => {
            let allowed = if label == "spec.host" { None } else { path.one_of(allowed) };
            return faults.extend(allowed);
        }
    };
    faults.push(path.invalid(format!("error converting fieldPath: {wrong}")));
}

/// A file must say of which container, a variable is its own container's.
pub(super) fn of_container(part: &Part<'_>, in_file: bool, faults: &mut Vec<Fault>) {
    let (container, resource) = (part.field("containerName"), part.field("resource"));
    let name = resource.text();
    let is_huge = ["limits.hugepages-", "requests.hugepages-"].iter().any(|prefix| name.starts_with(prefix));
    if in_file && container.is_empty() {
        faults.push(container.required(""));
    } else if name.is_empty() {
        faults.push(resource.required(""));
    } else if !is_huge {
        faults.extend(resource.one_of(&RESOURCES));
    }
    divisor(part, name, faults);
}

fn divisor(part: &Part<'_>, name: &str, faults: &mut Vec<Fault>) {
    const PROCESSORS: &str = "1m and 1";
    const BYTES: &str = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
    let divisor = part.field("divisor");
    if matches!(divisor.text(), "" | "0") {
        return;
    }
    let (known, what) = match name.split_once('.').map_or("", |(_, resource)| resource) {
        "cpu" => (PROCESSORS, "cpu"),
        "memory" => (BYTES, "memory"),
        "ephemeral-storage" => (BYTES, "local ephemeral storage"),
        other if other.starts_with("hugepages-") => (BYTES, "hugepages"),
        _ => return,
    };
    if !known.replace(" and ", ", ").split(", ").any(|one| one == divisor.text()) {
        let why = format!("only divisor's values {known} are supported with the {what} resource");
        faults.push(Fault::invalid(&divisor.path, name, why));
    }
}
