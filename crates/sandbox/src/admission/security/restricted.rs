//! What the level `restricted` wants beyond `baseline`.
//!
//! Source: `k8s.io/pod-security-admission/policy`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::checks::{
    self, Broken, CAPABILITIES, Check, OWN_USERS, SECCOMP, added, containers, context, has_own_users, named,
    plural, pod_context, quoted, setters, shown, volumes,
};
use super::policy::Policy;
use crate::object::text;

pub(super) const CHECKS: [Check; 7] =
    [escalation, capabilities, proc_mount, volume_types, non_root, user, seccomp];

/// Nobody wants of Windows what it does not have.
fn is_windows(pod: &Value, policy: &Policy) -> bool {
    policy.since(25) && text(pod, "/spec/os/name") == "windows"
}

fn escalation(pod: &Value, policy: &Policy) -> Option<Broken> {
    let may =
        |container: &&Value| context(container, "allowPrivilegeEscalation") != Some(&Value::Bool(false));
    let names = named(containers(pod).filter(may));
    let what = "must set securityContext.allowPrivilegeEscalation=false";
    Broken::by(&names, "allowPrivilegeEscalation != false", what).filter(|_| !is_windows(pod, policy))
}

fn capabilities(pod: &Value, policy: &Policy) -> Option<Broken> {
    if !policy.since(CAPABILITIES) || is_windows(pod, policy) {
        return None;
    }
    let drops = |container: &&Value| {
        let list = context(container, "capabilities").and_then(|own| own.get("drop")?.as_array());
        list.is_some_and(|list| list.iter().any(|name| name == "ALL"))
    };
    let names = named(containers(pod).filter(|container| !drops(container)));
    let undropped = format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", shown(&names));
    let undropped = (!names.is_empty()).then_some(undropped);
    let both: Vec<String> = undropped.into_iter().chain(added(pod, &["NET_BIND_SERVICE"])).collect();
    (!both.is_empty()).then(|| Broken::new("unrestricted capabilities", both.join("; ")))
}

fn proc_mount(pod: &Value, policy: &Policy) -> Option<Broken> {
    checks::unmasked(pod).filter(|_| policy.since(OWN_USERS))
}

fn volume_types(pod: &Value, _: &Policy) -> Option<Broken> {
    const ALLOWED: [&str; 9] = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];
    let kind = |volume: &Value| -> Option<String> {
        let mut kinds = volume.as_object()?.keys().filter(|key| *key != "name");
        kinds.find(|kind| !ALLOWED.contains(&kind.as_str())).cloned()
    };
    let names = named(volumes(pod).filter(|volume| kind(volume).is_some()));
    let kinds: BTreeSet<String> = volumes(pod).filter_map(kind).collect();
    let (volume, uses) = (plural(names.len(), "volume", "volumes"), plural(names.len(), "uses", "use"));
    let types = plural(kinds.len(), "type", "types");
    let detail = format!("{volume} {} {uses} restricted volume {types} {}", quoted(&names), quoted(kinds));
    (!names.is_empty()).then(|| Broken::new("restricted volume types", detail))
}

fn non_root(pod: &Value, policy: &Policy) -> Option<Broken> {
    const REASON: &str = "runAsNonRoot != true";
    // Who is root in a pod with users of its own is nobody outside.
    if has_own_users(pod, policy) {
        return None;
    }
    let own = pod_context(pod, "runAsNonRoot").and_then(Value::as_bool);
    let of = |container: &Value| context(container, "runAsNonRoot").and_then(Value::as_bool);
    let bad = named(containers(pod).filter(|container| of(container) == Some(false)));
    if let Some(setters) = setters(own == Some(false), &bad) {
        return Some(Broken::new(
            REASON,
            format!("{setters} must not set securityContext.runAsNonRoot=false"),
        ));
    }
    let unsaid = named(containers(pod).filter(|container| own != Some(true) && of(container).is_none()));
    let detail = format!("pod or {} must set securityContext.runAsNonRoot=true", shown(&unsaid));
    (!unsaid.is_empty()).then(|| Broken::new(REASON, detail))
}

fn user(pod: &Value, policy: &Policy) -> Option<Broken> {
    if !policy.since(23) || has_own_users(pod, policy) {
        return None;
    }
    let is_root = |user: Option<&Value>| user.and_then(Value::as_i64) == Some(0);
    let names = named(containers(pod).filter(|container| is_root(context(container, "runAsUser"))));
    let setters = setters(is_root(pod_context(pod, "runAsUser")), &names)?;
    Some(Broken::new("runAsUser=0", format!("{setters} must not set runAsUser=0")))
}

fn seccomp(pod: &Value, policy: &Policy) -> Option<Broken> {
    if !policy.since(SECCOMP) || is_windows(pod, policy) {
        return None;
    }
    if let broken @ Some(_) = checks::seccomp(pod, policy) {
        return broken;
    }
    let says =
        |profile: Option<&Value>| profile.is_some_and(|profile| checks::is_profile(text(profile, "/type")));
    if says(pod_context(pod, "seccompProfile")) {
        return None;
    }
    let unsaid = named(containers(pod).filter(|container| context(container, "seccompProfile").is_none()));
    let why = "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
    (!unsaid.is_empty()).then(|| Broken::new("seccompProfile", format!("pod or {} {why}", shown(&unsaid))))
}
