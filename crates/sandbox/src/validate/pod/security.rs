//! As whom a pod and its containers run, and what they may.
//!
//! Source: `ValidatePodSecurityContext` and `ValidateSecurityContext` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::fault::Fault;
use super::super::part::Part;
use super::super::path::within;
use super::windows;
use crate::object::as_go;

const NUMBER: &str = "must be between 0 and 2147483647, inclusive";

/// What a whole pod says.
pub(super) fn pod(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let context = spec.field("securityContext");
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        faults.extend(id(&context.field(field)));
    }
    for group in context.field("supplementalGroups").items() {
        faults.extend(id(&group));
    }
    kernel(&context.field("sysctls"), spec, faults);
    let known = |field: &str, words: &[&str], faults: &mut Vec<Fault>| {
        let part = context.field(field);
        if part.is_there() {
            faults.extend(part.one_of(words));
        }
    };
    known("fsGroupChangePolicy", &["Always", "OnRootMismatch"], faults);
    seccomp(&context.field("seccompProfile"), faults);
    windows::options(&context.field("windowsOptions"), faults);
    app_armor(&context.field("appArmorProfile"), faults);
    known("supplementalGroupsPolicy", &["Merge", "Strict"], faults);
    known("seLinuxChangePolicy", &["MountOption", "Recursive"], faults);
    let shared = spec.field("shareProcessNamespace");
    if shared.flag() && spec.field("hostPID").flag() {
        faults.push(shared.invalid("ShareProcessNamespace and HostPID cannot both be enabled"));
    }
}

/// What a container says.
pub(super) fn container(context: &Part<'_>, own_users: bool, faults: &mut Vec<Fault>) {
    for field in ["runAsUser", "runAsGroup"] {
        faults.extend(id(&context.field(field)));
    }
    let mount = context.field("procMount");
    if mount.is_there() {
        faults.extend(mount.one_of(&["Default", "Unmasked"]));
        if mount.text() == "Unmasked" && !own_users {
            faults.push(mount.invalid("`hostUsers` must be false to use `Unmasked`"));
        }
    }
    seccomp(&context.field("seccompProfile"), faults);
    if context.field("allowPrivilegeEscalation").value == &Value::Bool(false) {
        let privileged = context.field("privileged").flag().then_some("`privileged` to true");
        let added = context.field("capabilities").field("add").items();
        let added = added.iter().filter(|one| one.text() == "CAP_SYS_ADMIN");
        let clashes = privileged.into_iter().chain(added.map(|_| "`capabilities.Add` CAP_SYS_ADMIN"));
        faults.extend(Fault::bounded(clashes.map(|what| {
            let why = format!("cannot set `allowPrivilegeEscalation` to false and {what}");
            Fault::invalid_value(&context.path, internal(context), why)
        })));
    }
    windows::options(&context.field("windowsOptions"), faults);
    app_armor(&context.field("appArmorProfile"), faults);
}

fn id(part: &Part<'_>) -> Option<Fault> {
    (!(0..=i64::from(i32::MAX)).contains(&part.number())).then(|| part.invalid(NUMBER))
}

fn kernel(sysctls: &Part<'_>, spec: &Part<'_>, faults: &mut Vec<Fault>) {
    const WHY: &str = "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    let mut seen = BTreeSet::new();
    for name in sysctls.items().iter().map(|one| one.field("name")) {
        let edge =
            |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let word = |text: &str| {
            let inner = |byte: u8| edge(Some(byte)) || b"-_".contains(&byte);
            text.bytes().all(inner) && edge(text.bytes().next()) && edge(text.bytes().last())
        };
        if name.is_empty() {
            faults.push(name.required(""));
        } else if name.text().len() > 253 || !name.text().split(['.', '/']).all(word) {
            faults.push(name.invalid(WHY));
        } else if seen.contains(name.text()) {
            faults.push(name.duplicate());
        }
        seen.insert(name.text());
        // What is the host's is not set for a pod.
        let dotted = name.text().replace('/', ".");
        let begins = |list: &[&str]| list.iter().any(|one| dotted.starts_with(one));
        for (field, list) in [
            ("hostNetwork", &["net."][..]),
            ("hostIPC", &["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."]),
        ] {
            if spec.field(field).flag() && begins(list) {
                faults.push(name.invalid(format!("may not be specified when '{field}' is true")));
            }
        }
    }
}

fn seccomp(profile: &Part<'_>, faults: &mut Vec<Fault>) {
    if !profile.is_there() {
        return;
    }
    let (kind, own) = (profile.field("type"), profile.field("localhostProfile"));
    if kind.is_empty() {
        faults.push(kind.required("type is required when seccompProfile is set"));
    } else {
        faults.extend(kind.one_of(&["Localhost", "RuntimeDefault", "Unconfined"]));
    }
    match (kind.text(), own.is_there()) {
        ("Localhost", false) => faults.push(own.required("must be set when seccomp type is Localhost")),
        ("Localhost", true) => faults.extend(within(&own)),
        (_, true) => {
            let why = "can only be set when seccomp type is Localhost";
            faults.push(Fault::invalid_value(&own.path, named(profile.value, &PROFILE), why));
        }
        _ => {}
    }
}

fn app_armor(profile: &Part<'_>, faults: &mut Vec<Fault>) {
    const MISSING: &str = "must be set when AppArmor type is Localhost";
    if !profile.is_there() {
        return;
    }
    let (kind, own) = (profile.field("type"), profile.field("localhostProfile"));
    match kind.text() {
        "Localhost" if !own.is_there() => faults.push(own.required(MISSING)),
        "Localhost" => {
            if own.text() != own.text().trim() {
                faults.push(own.invalid("must not be padded with whitespace"));
            } else if own.is_empty() {
                faults.push(own.required(MISSING));
            }
            if own.text().len() > 4095 {
                faults.push(Fault::too_long(&own.path, 4095));
            }
        }
        "RuntimeDefault" | "Unconfined" if own.is_there() => {
            faults.push(own.invalid("can only be set when AppArmor type is Localhost"));
        }
        "RuntimeDefault" | "Unconfined" => {}
        "" => faults.push(kind.required("type is required when appArmorProfile is set")),
        _ => faults.push(kind.not_supported(&["Localhost", "RuntimeDefault", "Unconfined"])),
    }
}

/// The names of fields, and how they are called within the server.
type Names = [(&'static str, &'static str)];

const PROFILE: [(&str, &str); 2] = [("type", "Type"), ("localhostProfile", "LocalhostProfile")];

/// A context as the server has it within itself, which it shows of some faults.
fn internal(context: &Part<'_>) -> String {
    let names = [
        ("capabilities", "Capabilities"),
        ("privileged", "Privileged"),
        ("seLinuxOptions", "SELinuxOptions"),
        ("windowsOptions", "WindowsOptions"),
        ("runAsUser", "RunAsUser"),
        ("runAsGroup", "RunAsGroup"),
        ("runAsNonRoot", "RunAsNonRoot"),
        ("readOnlyRootFilesystem", "ReadOnlyRootFilesystem"),
        ("allowPrivilegeEscalation", "AllowPrivilegeEscalation"),
        ("procMount", "ProcMount"),
        ("seccompProfile", "SeccompProfile"),
        ("appArmorProfile", "AppArmorProfile"),
    ];
    named(context.value, &names)
}

/// An object with the names of its fields within the server, in their order there.
fn named(value: &Value, names: &Names) -> String {
    let field = |(own, within): &(&str, &str)| {
        let value = value.get(own).unwrap_or(&Value::Null);
        let inner: &Names = match *own {
            "capabilities" => &[("add", "Add"), ("drop", "Drop")],
            "seLinuxOptions" => &[("user", "User"), ("role", "Role"), ("type", "Type"), ("level", "Level")],
            "windowsOptions" => &[
                ("gmsaCredentialSpecName", "GMSACredentialSpecName"),
                ("gmsaCredentialSpec", "GMSACredentialSpec"),
                ("runAsUserName", "RunAsUserName"),
                ("hostProcess", "HostProcess"),
            ],
            "seccompProfile" | "appArmorProfile" => &PROFILE,
            _ => &[],
        };
        let shown = if inner.is_empty() || value.is_null() { as_go(value) } else { named(value, inner) };
        // These are texts, and no pointers to some.
        let text = value.is_null() && matches!(*within, "User" | "Role" | "Level");
        let shown = if text { "\"\"".to_owned() } else { shown };
        format!("\"{within}\":{shown}")
    };
    format!("{{{}}}", names.iter().map(field).collect::<Vec<_>>().join(","))
}
