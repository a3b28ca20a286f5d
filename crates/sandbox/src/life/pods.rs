//! Pods: the scheduler's part, and the node's.

use kubewire::Time;
use serde_json::{Value, json};

use super::Life;
use super::hands::Hands;
use super::status::{Conditions, with_status};
use super::template::is_over;
use crate::object::{meta, put, text};

const NODE: &str = "sandbox";
const WHO: &str = "kubelet";
const SCHEDULER: &str = "default-scheduler";

pub(super) fn reconcile(hands: &mut Hands<'_>, life: Life, key: &str, pod: &Value) {
    let Some(id) = hands.id("", "pods") else { return };
    if !meta(pod, "deletionTimestamp").is_empty() {
        // Its containers end at once; what it still waits for are finalizers.
        if pod.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64) != Some(0) {
            hands.delete(WHO, id, pod, &json!({"gracePeriodSeconds": 0}));
        }
        return;
    }
    if text(pod, "/spec/nodeName").is_empty() {
        let gated = pod.pointer("/spec/schedulingGates/0").is_some();
        // Others than the cluster's own scheduler bind their pods themselves.
        if !gated && matches!(text(pod, "/spec/schedulerName"), "" | SCHEDULER) {
            schedule(hands, pod);
        }
        return;
    }
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    match text(pod, "/status/phase") {
        "Running" if ends(pod) => {
            match hands.left(text(pod, "/status/startTime"), millis(life.start) + millis(life.run)) {
                0 => finish(hands, pod),
                left => hands.later(left, id, key),
            }
        }
        "Running" => resize(hands, pod),
        "Pending" | "" => match hands.left(text(pod, "/status/startTime"), millis(life.start)) {
            0 => run(hands, pod),
            left => hands.later(left, id, key),
        },
        _ => {}
    }
}

impl Hands<'_> {
    /// How many milliseconds of `wait` are left since a time; times are in whole seconds, so that it may be some less.
    pub(super) fn left(&self, since: &str, wait: u64) -> u64 {
        let since = since.parse::<Time>().map_or(0, Time::unix);
        let end = u64::try_from(since).unwrap_or_default().saturating_mul(1000).saturating_add(wait);
        end.saturating_sub(self.now.wall)
    }
}

/// A pod whose containers end by themselves: one that is not to be started again.
fn ends(pod: &Value) -> bool {
    let policy = text(pod, "/spec/restartPolicy");
    policy == "Never" || policy == "OnFailure"
}

fn schedule(hands: &mut Hands<'_>, pod: &Value) {
    if hands.find("", "nodes", "", NODE).is_none() {
        let status = json!({
            "capacity": {"cpu": "64", "memory": "256Gi", "pods": "1000"},
            "allocatable": {"cpu": "64", "memory": "256Gi", "pods": "1000"},
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "the sandbox's one node",
                "lastHeartbeatTime": hands.time(), "lastTransitionTime": hands.time(),
            }],
            "addresses": [{"type": "InternalIP", "address": "10.244.0.1"}, {"type": "Hostname", "address": NODE}],
            "nodeInfo": {},
        });
        let node = json!({"metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE}}});
        if let Ok(mut node) = hands.create(WHO, "", "nodes", &node) {
            // It is ready at once: nothing keeps pods off.
            put(&mut node, "spec", json!({}));
            hands.keep("", "nodes", with_status(&node, status));
        }
    }
    let mut pod = pod.clone();
    if let Some(spec) = pod.get_mut("spec") {
        put(spec, "nodeName", NODE);
    }
    let mut conditions = Conditions::of(&pod);
    conditions.set(hands, "PodScheduled", true, "", "");
    let mut status = pod.get("status").cloned().unwrap_or_else(|| json!({}));
    put(&mut status, "phase", "Pending");
    put(&mut status, "startTime", hands.time());
    put(&mut status, "conditions", conditions.value());
    put(&mut pod, "status", status);
    hands.keep("", "pods", pod);
}

fn run(hands: &mut Hands<'_>, pod: &Value) {
    let number = text(pod, "/metadata/resourceVersion").parse::<u64>().unwrap_or_default();
    let ip = format!("10.244.{}.{}", number / 250 % 250, number % 250 + 2);
    let mut conditions = Conditions::of(pod);
    for kind in ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"] {
        conditions.set(hands, kind, true, "", "");
    }
    let state = json!({"running": {"startedAt": hands.time()}});
    let containers = containers(pod, &state, true);
    status(
        hands,
        pod,
        "Running",
        &[
            ("conditions", conditions.value()),
            ("containerStatuses", containers),
            ("hostIP", json!("10.244.0.1")),
            ("hostIPs", json!([{"ip": "10.244.0.1"}])),
            ("podIP", json!(ip)),
            ("podIPs", json!([{"ip": ip}])),
        ],
    );
}

fn finish(hands: &mut Hands<'_>, pod: &Value) {
    if is_over(pod) {
        return;
    }
    let mut conditions = Conditions::of(pod);
    for kind in ["Ready", "ContainersReady"] {
        conditions.set(hands, kind, false, "PodCompleted", "");
    }
    let started = pod.pointer("/status/containerStatuses/0/state/running/startedAt").cloned();
    let ended =
        json!({"exitCode": 0, "reason": "Completed", "startedAt": started, "finishedAt": hands.time()});
    let containers = containers(pod, &json!({"terminated": ended}), false);
    status(hands, pod, "Succeeded", &[("conditions", conditions.value()), ("containerStatuses", containers)]);
}

/// The node gives the containers what they are to have now, if that has changed.
fn resize(hands: &mut Hands<'_>, pod: &Value) {
    let mut object = pod.clone();
    let statuses = object.pointer_mut("/status/containerStatuses").and_then(Value::as_array_mut);
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
    for (status, container) in statuses.into_iter().flatten().zip(containers) {
        if status.get("resources").is_some() {
            put(status, "resources", given(container));
        }
    }
    hands.keep("", "pods", object);
}

fn given(container: &Value) -> Value {
    container.get("resources").cloned().unwrap_or_else(|| json!({}))
}

fn containers(pod: &Value, state: &Value, ready: bool) -> Value {
    let list = pod.pointer("/spec/containers").and_then(Value::as_array);
    let of = |container: &Value| {
        let image = text(container, "/image");
        json!({
            "name": text(container, "/name"), "image": image, "imageID": image, "ready": ready, "started": ready,
            "restartCount": 0, "state": state, "lastState": {}, "resources": given(container),
        })
    };
    list.into_iter().flatten().map(of).collect()
}

fn status(hands: &mut Hands<'_>, pod: &Value, phase: &str, fields: &[(&str, Value)]) {
    let mut status = pod.get("status").cloned().unwrap_or_else(|| json!({}));
    put(&mut status, "phase", phase);
    for (name, value) in fields {
        put(&mut status, name, value.clone());
    }
    let mut pod = pod.clone();
    put(&mut pod, "status", status);
    hands.keep("", "pods", pod);
}
