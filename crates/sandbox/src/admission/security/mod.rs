//! Pod security: what a namespace's labels let its pods be.
//!
//! Source: `k8s.io/pod-security-admission`, and the levels at
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

mod checks;
mod policy;
mod restricted;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Write, refused};
use crate::object::{meta, quote};
use crate::server::Server;
use crate::validate::Fault;
use crate::wire::{Problem, Refusal};
use checks::Broken;
use policy::{Level, Policy};

/// Where workloads have the template of their pods.
const TEMPLATES: [(&str, &str, &str); 8] = [
    ("", "ReplicationController", "/spec/template"),
    ("", "PodTemplate", "/template"),
    ("apps", "ReplicaSet", "/spec/template"),
    ("apps", "Deployment", "/spec/template"),
    ("apps", "StatefulSet", "/spec/template"),
    ("apps", "DaemonSet", "/spec/template"),
    ("batch", "Job", "/spec/template"),
    ("batch", "CronJob", "/spec/jobTemplate/spec/template"),
];

/// Judges a write, and gives what is to be told of it.
///
/// # Errors
/// 403 for a pod that may not be, 422 for labels that say no level.
pub(super) fn judge(server: &Server, write: &Write<'_>) -> Result<Vec<String>, Refusal> {
    let Write { kind, object, old, .. } = write;
    match (kind.group.as_str(), kind.kind.as_str(), write.subresource) {
        ("", "Namespace", "") => return namespace(server, object, *old),
        ("", "Pod", "" | "ephemeralcontainers") if old.is_none_or(|old| is_significant(object, old)) => {
            let Some(namespace) = server.namespace(meta(object, "namespace")) else { return Ok(Vec::new()) };
            let policy = Policy::enforced(namespace);
            let broken = checks::all(object, &policy);
            if !broken.is_empty() {
                let why =
                    format!("violates PodSecurity {}: {}", quote(&policy.to_string()), details(&broken));
                return Err(refused("pods", object, &why));
            }
            return Ok(warn(namespace, object));
        }
        (group, name, "") => {
            let template = TEMPLATES.iter().find(|(own, kind, _)| *own == group && *kind == name);
            let pod = template.and_then(|(_, _, pointer)| object.pointer(pointer));
            if let (Some(pod), Some(namespace)) = (pod, server.namespace(meta(object, "namespace"))) {
                return Ok(warn(namespace, pod));
            }
        }
        _ => {}
    }
    Ok(Vec::new())
}

fn warn(namespace: &Value, pod: &Value) -> Vec<String> {
    let policy = Policy::told(namespace);
    let broken = checks::all(pod, &policy);
    if broken.is_empty() {
        return Vec::new();
    }
    vec![format!("would violate PodSecurity {}: {}", quote(&policy.to_string()), details(&broken))]
}

fn details(broken: &[Broken]) -> String {
    let told: Vec<String> =
        broken.iter().map(|broken| format!("{} ({})", broken.reason, broken.detail)).collect();
    told.join(", ")
}

/// Whether an update changes what security looks at: what runs, or how much of it.
fn is_significant(pod: &Value, old: &Value) -> bool {
    let images = |pod: &Value| {
        let list = |list: &str| pod.pointer(list).and_then(Value::as_array).into_iter().flatten();
        let lists = ["/spec/initContainers", "/spec/containers", "/spec/ephemeralContainers"];
        lists.map(|name| list(name).map(|one| one.get("image").cloned()).collect::<Vec<_>>())
    };
    images(pod) != images(old)
}

/// Judges the labels of a namespace, and the pods that are there by a level that is new.
fn namespace(server: &Server, namespace: &Value, old: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let faults = policy::faults(namespace);
    if !faults.is_empty() && old.is_none_or(|old| policy::faults(old) != faults) {
        return Err(Problem::invalid("", "Namespace", meta(namespace, "name"), &faults).into());
    }
    let Some(old) = old else { return Ok(Vec::new()) };
    let (policy, before) = (Policy::enforced(namespace), Policy::enforced(old));
    let relaxed = policy.version == before.version && policy.level <= before.level;
    if policy.level == Level::Privileged || relaxed {
        return Ok(Vec::new());
    }
    let name = meta(namespace, "name");
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pod in server.within("", "pods", name) {
        let reasons: Vec<String> =
            checks::all(&pod, &policy).into_iter().map(|broken| broken.reason).collect();
        if !reasons.is_empty() {
            by_reason.entry(reasons.join(", ")).or_default().push(meta(&pod, "name").to_owned());
        }
    }
    let mut told: Vec<String> = by_reason.iter().map(|(reason, pods)| of_pods(reason, pods)).collect();
    told.sort();
    if !told.is_empty() {
        let policy = quote(&policy.to_string());
        let first = format!(
            "existing pods in namespace {} violate the new PodSecurity enforce level {policy}",
            quote(name)
        );
        told.insert(0, first);
    }
    Ok(told)
}

fn of_pods(reason: &str, pods: &[String]) -> String {
    let first = pods.first().map(String::as_str).unwrap_or_default();
    match pods.len() {
        0 | 1 => format!("{first}: {reason}"),
        2 => format!("{first} (and 1 other pod): {reason}"),
        many => format!("{first} (and {} other pods): {reason}", many - 1),
    }
}
