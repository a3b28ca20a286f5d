//! Pods, and what they are made from.

use serde_json::{Value, json};

use super::cells::{condition, containers, flag, int, is_deleted, is_true, labels, list, optional, or_none};
use crate::object::text;
use crate::table::age::age;
use crate::table::row::Row;

/// What is found in the statuses of a pod's containers.
#[derive(Default)]
struct Found<'o> {
    /// `STATUS`.
    reason: String,
    ready: usize,
    restarts: i64,
    /// When the last one that started again had ended; empty where none did.
    ended: &'o str,
}

impl<'o> Found<'o> {
    /// Counts how often a container was started again.
    fn count(&mut self, container: &'o Value) {
        self.restarts += int(container, "/restartCount");
        let ended = text(container, "/lastState/terminated/finishedAt");
        // The server writes whole seconds in UTC: the later one is the greater text.
        self.ended = self.ended.max(ended);
    }
}

pub(super) fn pod(row: &Row<'_>) -> Vec<Value> {
    let pod = row.object;
    let sidecars = list(pod, "/spec/initContainers").iter().filter(|container| is_sidecar(container)).count();
    let total = list(pod, "/spec/containers").len() + sidecars;
    let found = found(row);
    let restarts = match found.ended {
        "" => found.restarts.to_string(),
        _ if found.restarts == 0 => "0".to_owned(),
        ended => format!("{} ({} ago)", found.restarts, age(ended, row.now)),
    };
    vec![
        row.name(),
        format!("{}/{total}", found.ready).into(),
        found.reason.into(),
        restarts.into(),
        row.age(),
        or_none(row.text("/status/podIPs/0/ip")).into(),
        or_none(row.text("/spec/nodeName")).into(),
        or_none(row.text("/status/nominatedNodeName")).into(),
        gates(pod).into(),
    ]
}

pub(super) fn template(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = containers(row.object.get("template"));
    vec![row.name(), names, images, labels(row.object.pointer("/template/metadata/labels")).into()]
}

/// That the row of a pod that is over need not be shown.
pub(super) fn conditions(pod: &Value) -> Option<Value> {
    let (reason, message) = match text(pod, "/status/phase") {
        "Succeeded" => ("Succeeded", "The pod has completed successfully."),
        "Failed" => ("Failed", "The pod failed."),
        _ => return None,
    };
    Some(json!([{"type": "Completed", "status": "True", "reason": reason, "message": message}]))
}

fn is_sidecar(container: &Value) -> bool {
    text(container, "/restartPolicy") == "Always"
}

fn found<'o>(row: &Row<'o>) -> Found<'o> {
    let pod = row.object;
    let phase = row.text("/status/phase");
    let mut found = Found { reason: phase.to_owned(), ..Found::default() };
    let own = row.text("/status/reason");
    if !own.is_empty() {
        found.reason = own.to_owned();
    }
    let conditions = list(pod, "/status/conditions");
    let gated = |condition: &Value| {
        text(condition, "/type") == "PodScheduled" && text(condition, "/reason") == "SchedulingGated"
    };
    if conditions.iter().any(gated) {
        found.reason = "SchedulingGated".to_owned();
    }
    let sidecars = initialize(pod, &mut found);
    if let Some(sidecars) = sidecars {
        found.restarts = sidecars.restarts;
        found.ended = sidecars.ended;
        run(pod, &mut found);
    }
    if is_deleted(row) && own == "NodeLost" {
        found.reason = "Unknown".to_owned();
    } else if is_deleted(row) && !matches!(phase, "Failed" | "Succeeded") {
        found.reason = "Terminating".to_owned();
    }
    found
}

/// Looks at the init containers. Where they are done, only the restarts of those that go on running count, which are given back.
fn initialize<'o>(pod: &'o Value, found: &mut Found<'o>) -> Option<Found<'o>> {
    let declared = list(pod, "/spec/initContainers");
    let mut sidecars = Found::default();
    for (index, container) in list(pod, "/status/initContainerStatuses").iter().enumerate() {
        found.count(container);
        let name = text(container, "/name");
        let own = declared.iter().rev().find(|declared| text(declared, "/name") == name);
        let sidecar = own.is_some_and(is_sidecar);
        if sidecar {
            sidecars.count(container);
        }
        let ended = container.pointer("/state/terminated");
        if ended.is_some_and(|ended| int(ended, "/exitCode") == 0) {
            continue;
        }
        if sidecar && flag(container, "/started") {
            found.ready += usize::from(flag(container, "/ready"));
            continue;
        }
        found.reason = match (ended, text(container, "/state/waiting/reason")) {
            (Some(ended), _) => format!("Init:{}", why(ended)),
            (None, "" | "PodInitializing") => format!("Init:{index}/{}", declared.len()),
            (None, reason) => format!("Init:{reason}"),
        };
        // What a condition says counts more.
        return condition(pod, "Initialized").is_some_and(is_true).then_some(sidecars);
    }
    Some(sidecars)
}

/// Looks at the containers, the first one last: it has the last word.
fn run<'o>(pod: &'o Value, found: &mut Found<'o>) {
    let mut running = false;
    let mut failed = None;
    for container in list(pod, "/status/containerStatuses").iter().rev() {
        found.count(container);
        let waiting = text(container, "/state/waiting/reason");
        if !waiting.is_empty() {
            found.reason = waiting.to_owned();
        } else if let Some(ended) = container.pointer("/state/terminated") {
            found.reason = why(ended);
            if int(ended, "/exitCode") != 0 {
                failed = Some(found.reason.clone());
            }
        } else if flag(container, "/ready") && container.pointer("/state/running").is_some() {
            running = true;
            found.ready += 1;
        }
    }
    if found.reason == "Completed" {
        // Any condition of this type will do, not only the first.
        let is_ready = |condition: &Value| text(condition, "/type") == "Ready" && is_true(condition);
        if running && list(pod, "/status/conditions").iter().any(is_ready) {
            found.reason = "Running".to_owned();
        } else if let Some(failed) = failed {
            found.reason = failed;
        } else if running {
            found.reason = "NotReady".to_owned();
        }
    }
}

/// Why a container ended.
fn why(ended: &Value) -> String {
    match (text(ended, "/reason"), int(ended, "/signal")) {
        ("", 0) => format!("ExitCode:{}", int(ended, "/exitCode")),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

/// How many of the conditions that a pod waits for are true.
fn gates(pod: &Value) -> String {
    let gates = list(pod, "/spec/readinessGates");
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    let open =
        gates.iter().filter(|gate| condition(pod, optional(gate, "/conditionType", "")).is_some_and(is_true));
    format!("{}/{}", open.count(), gates.len())
}
