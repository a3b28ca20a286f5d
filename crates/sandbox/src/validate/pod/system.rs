//! The system that a pod is for, and what it shares with its host.
//!
//! Source: `validateOS`, `validateWindows`, `validateLinux` and `validateHostUsers` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use super::super::fault::Fault;
use super::super::part::Part;

pub(super) fn judge(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let os = spec.field("os");
    if !os.is_there() {
        return;
    }
    let name = os.field("name");
    match name.text() {
        "" => faults.push(name.required("")),
        "windows" => windows(spec, faults),
        "linux" => linux(spec, faults),
        _ => faults.push(Part { path: os.path, ..name }.not_supported(&["linux", "windows"])),
    }
}

/// What only pods of Linux have.
fn windows(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let mut none = |within: &Part<'_>, fields: &[&str]| {
        let there = fields.iter().map(|field| within.field(field));
        // Of what is false or empty the server knows nothing.
        let there = there.filter(|field| match field.path.rsplit('.').next() {
            Some("hostPID" | "hostIPC") => field.flag(),
            Some("sysctls" | "supplementalGroups") => !field.is_empty(),
            _ => field.is_there(),
        });
        faults.extend(there.map(|field| field.forbidden("cannot be set for a windows pod")));
    };
    let context = spec.field("securityContext");
    none(
        &context,
        &[
            "appArmorProfile",
            "seLinuxOptions",
            "seccompProfile",
            "fsGroup",
            "fsGroupChangePolicy",
            "sysctls",
            "runAsUser",
            "runAsGroup",
            "supplementalGroups",
            "supplementalGroupsPolicy",
            "seLinuxChangePolicy",
        ],
    );
    none(spec, &["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"]);
    for container in super::containers(spec) {
        none(
            &container.field("securityContext"),
            &[
                "appArmorProfile",
                "seLinuxOptions",
                "seccompProfile",
                "capabilities",
                "readOnlyRootFilesystem",
                "privileged",
                "allowPrivilegeEscalation",
                "procMount",
                "runAsUser",
                "runAsGroup",
            ],
        );
    }
}

fn linux(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let parts = std::iter::once(spec.clone()).chain(super::containers(spec));
    let options = parts.map(|part| part.field("securityContext").field("windowsOptions"));
    let options = options.filter(Part::is_there);
    faults.extend(options.map(|part| part.forbidden("windows options cannot be set for a linux pod")));
}

/// A pod with users of its own shares little with its host.
pub(super) fn users(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    const WHY: &str = "when `hostUsers` is false";
    if !has_own_users(spec) {
        return;
    }
    for (field, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.field(field).flag() {
            faults.push(Fault::forbidden(&format!("{}.{shown}", spec.path), WHY));
        }
    }
    let devices = super::containers(spec).map(|container| container.field("volumeDevices"));
    faults.extend(devices.filter(|devices| !devices.is_empty()).map(|devices| devices.forbidden(WHY)));
}

pub(super) fn has_own_users(spec: &Part<'_>) -> bool {
    spec.field("hostUsers").is_there() && !spec.field("hostUsers").flag()
}
