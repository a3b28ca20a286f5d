//! Evictions: what a budget of disruption allows, and what it says else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

const NOW: Now = Now { mono: 0, wall: 1_767_225_600_000 };

fn pod(name: &str, phase: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": "i"}]},
        "status": {"phase": phase, "conditions": [{"type": "Ready", "status": "True"}]},
    })
}

fn budget(name: &str, status: &Value) -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}, "status": status,
    })
}

fn sandbox(objects: &[Value]) -> Sandbox {
    let builder = Sandbox::builder().now(NOW).rbac(false);
    objects.iter().cloned().fold(builder, kubewire_sandbox::Builder::object).build().unwrap()
}

/// The status, `Retry-After` and body of an eviction of the pod `a`.
fn evict(sandbox: &mut Sandbox, query: &str, options: Value) -> (u16, Option<String>, Value) {
    let target = format!("/api/v1/namespaces/default/pods/a/eviction{query}");
    let mut body = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "a"}});
    body["deleteOptions"] = options;
    let request = Request::post(target).body(Bytes::from(body.to_string())).unwrap();
    let Reply::Whole(answer) = sandbox.handle(NOW, request) else { panic!("a whole answer") };
    let after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), after, serde_json::from_slice(answer.body()).unwrap())
}

fn is_there(sandbox: &Sandbox) -> bool {
    sandbox.get("v1", "Pod", "default", "a").is_some()
}

#[test]
fn budgets_say_who_goes() {
    let full =
        json!({"observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1});
    let free =
        json!({"observedGeneration": 1, "disruptionsAllowed": 2, "currentHealthy": 3, "desiredHealthy": 1});
    let unseen = json!({"observedGeneration": 0, "disruptionsAllowed": 2});
    let negative = json!({"observedGeneration": 1, "disruptionsAllowed": -1});
    let one = |status: &Value| vec![budget("pd", status)];
    // The phase, the budgets, the status and the message of the first cause, or else of the answer.
    for (phase, budgets, code, wanted) in [
        ("Running", vec![], 201, ""),
        ("Running", one(&free), 201, ""),
        ("Running", one(&full), 429, "The disruption budget pd needs 1 healthy pods and has 1 currently"),
        ("Running", one(&unseen), 429, "The disruption budget pd is still being processed by the server."),
        (
            "Running",
            one(&negative),
            403,
            "The disruption budget pd does not allow evicting pods currently: pdb disruptions allowed is negative",
        ),
        (
            "Running",
            vec![budget("a", &free), budget("b", &free)],
            500,
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        ),
        ("Pending", one(&full), 201, ""),
        ("Succeeded", one(&full), 201, ""),
    ] {
        let mut sandbox = sandbox(&[vec![pod("a", phase)], budgets].concat());
        let (found, after, status) = evict(&mut sandbox, "", Value::Null);
        assert_eq!(found, code, "{status}");
        let message = status.pointer("/details/causes/0/message").or_else(|| status.get("message"));
        assert_eq!(message.and_then(Value::as_str).unwrap_or_default(), wanted);
        assert_eq!(after.as_deref(), wanted.contains("still").then_some("10"));
        assert_eq!(is_there(&sandbox), code != 201, "{phase} {wanted}");
        if code == 201 {
            let wanted = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
            assert_eq!(status, wanted);
        }
    }
}

#[test]
fn a_budget_counts_down() {
    let status =
        json!({"observedGeneration": 1, "disruptionsAllowed": 1, "currentHealthy": 2, "desiredHealthy": 1});
    let mut sandbox = sandbox(&[pod("a", "Running"), budget("pd", &status)]);
    let tried = evict(&mut sandbox, "?dryRun=All", Value::Null);
    let left = |sandbox: &Sandbox| {
        sandbox.get("policy/v1", "PodDisruptionBudget", "default", "pd").unwrap()["status"].clone()
    };
    assert_eq!((tried.0, is_there(&sandbox)), (201, true));
    assert_eq!(left(&sandbox)["disruptionsAllowed"], 1);
    // What is meant is another pod: the budget has paid for it all the same, as the server has it.
    let other = evict(&mut sandbox, "", json!({"preconditions": {"uid": "other"}}));
    assert_eq!((other.0, is_there(&sandbox)), (409, true));
    let status = left(&sandbox);
    assert_eq!(status["disruptionsAllowed"], 0);
    assert_eq!(status["disruptedPods"], json!({"a": "2026-01-01T00:00:00Z"}));
    assert_eq!(status["conditions"][0]["reason"], "InsufficientPods");
    assert_eq!(evict(&mut sandbox, "", Value::Null).0, 429);
}

#[test]
fn a_pod_on_a_node_has_its_grace_and_says_why_it_goes() {
    let mut on_node = pod("a", "Running");
    on_node["spec"]["nodeName"] = "n".into();
    let mut sandbox = sandbox(&[on_node]);
    assert_eq!(evict(&mut sandbox, "", json!({"gracePeriodSeconds": 5})).0, 201);
    let left = sandbox.get("v1", "Pod", "default", "a").unwrap();
    assert_eq!(left["metadata"]["deletionGracePeriodSeconds"], 5);
    let condition = &left["status"]["conditions"][1];
    assert_eq!(
        (&condition["type"], &condition["reason"]),
        (&json!("DisruptionTarget"), &json!("EvictionByEvictionAPI"))
    );
}
