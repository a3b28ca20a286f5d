//! The sandbox's evictions beside the real server's, call by call.

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_apiserver::{Admin, Cluster, State};
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

const MERGE: &str = "application/merge-patch+json";

/// An answer: its status, `Retry-After`, and body without what differs from server to server.
fn told<B: AsRef<[u8]>>(answer: &http::Response<B>) -> (u16, Option<String>, Value) {
    let mut body = serde_json::from_slice(answer.body().as_ref()).unwrap_or_default();
    alike(&mut body);
    let after = answer.headers().get("retry-after").map(|value| format!("{value:?}"));
    (answer.status().as_u16(), after, body)
}

fn alike(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["uid", "resourceVersion", "creationTimestamp", "lastTransitionTime", "time"] {
                if let Some(field) = fields.get_mut(name) {
                    *field = "some".into();
                }
            }
            if let Some(Value::Object(pods)) = fields.get_mut("disruptedPods") {
                pods.values_mut().for_each(|time| *time = "some".into());
            }
            let message = fields.get("message").and_then(Value::as_str).unwrap_or_default();
            if let Some((before, _)) = message.split_once(" does not match the UID in record") {
                let before = before.to_owned();
                fields.insert("message".into(), before.into());
            }
            // Their order is that of their times.
            if let Some(Value::Array(managers)) = fields.get_mut("managedFields") {
                managers
                    .sort_by_key(|entry| entry["manager"].to_string() + &entry["subresource"].to_string());
            }
            fields.values_mut().for_each(alike);
        }
        Value::Array(items) => items.iter_mut().for_each(alike),
        _ => {}
    }
}

fn ours(sandbox: &mut Sandbox, now: Now, request: &Request<Vec<u8>>) -> (u16, Option<String>, Value) {
    let mut request = request.clone().map(Bytes::from);
    let bearer = format!("Bearer {}", sandbox.admin());
    request.headers_mut().insert("authorization", bearer.parse().expect("a token is text"));
    match sandbox.handle(now, request) {
        Reply::Whole(answer) => told(&answer),
        other => panic!("{other:?}"),
    }
}

fn pod(name: &str, app: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"app": app}}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
}

fn budget(name: &str, app: &str, policy: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {
        "minAvailable": 1, "selector": {"matchLabels": {"app": app}}, "unhealthyPodEvictionPolicy": policy,
    }})
}

fn status(allowed: i64, healthy: i64, observed: i64) -> Value {
    json!({"status": {
        "disruptionsAllowed": allowed, "currentHealthy": healthy, "desiredHealthy": 1, "expectedPods": 3,
        "observedGeneration": observed,
    }})
}

#[test]
fn evictions_are_the_same() {
    // Without controllers: they would write the budgets' status.
    let state = State::from_env().unwrap_or_else(|error| panic!("{error}"));
    let cluster = Cluster::start_bare(&state.dir.join("evictions"), &state.binaries);
    let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    let admin = Admin::of(cluster.state()).expect("the admin's mount is good");
    let now = Now { mono: 0, wall: 1_767_225_600_000 };
    let mut sandbox = Sandbox::builder().now(now).build().expect("it is empty");
    let core = "/api/v1/namespaces/default";
    let policy = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    let pods = |rest: &str| format!("{core}/pods{rest}");
    let running = |ready: &str| json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]}});
    let evict = |name: &str, options: Value| json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}, "deleteOptions": options});
    let account = json!({"metadata": {"name": "default"}});
    let mut steps: Vec<(&str, String, Value)> = vec![("POST", format!("{core}/serviceaccounts"), account)];
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        let app = if matches!(name, "d" | "e") { name } else { "web" };
        steps.push(("POST", pods(""), pod(name, app)));
        // All but the last begin; `c` is not ready.
        let ready = if name == "c" { "False" } else { "True" };
        if name != "g" {
            steps.push(("PATCH", pods(&format!("/{name}/status")), running(ready)));
        }
    }
    let at = |name: &str| format!("{policy}/{name}/status");
    let eviction = |name: &str| pods(&format!("/{name}/eviction"));
    steps.extend([
        ("POST", policy.to_owned(), budget("pd", "web", "IfHealthyBudget")),
        ("POST", eviction("a"), evict("a", Value::Null)),
        ("PATCH", at("pd"), status(0, 1, 1)),
        ("POST", eviction("a"), evict("a", Value::Null)),
        ("POST", eviction("g"), evict("g", Value::Null)),
        ("GET", pods("/g"), Value::Null),
        ("POST", eviction("none"), evict("none", Value::Null)),
        ("POST", eviction("a"), evict("b", Value::Null)),
        ("POST", eviction("a"), json!({})),
        ("POST", eviction("c"), evict("c", json!({"dryRun": ["All"]}))),
        ("PATCH", at("pd"), status(-1, 1, 1)),
        ("POST", eviction("a"), evict("a", Value::Null)),
        ("PATCH", at("pd"), status(0, 3, 1)),
        ("POST", eviction("a"), evict("a", Value::Null)),
        ("PATCH", at("pd"), status(2, 3, 1)),
        ("POST", format!("{}?dryRun=All", eviction("a")), evict("a", Value::Null)),
        ("POST", eviction("a"), evict("a", json!({"preconditions": {"uid": "other"}}))),
        ("POST", eviction("a"), evict("a", json!({"propagationPolicy": "Bogus", "dryRun": ["All"]}))),
        ("GET", format!("{policy}/pd"), Value::Null),
        ("POST", eviction("a"), evict("a", json!({"gracePeriodSeconds": 0}))),
        ("GET", pods("/a"), Value::Null),
        ("GET", format!("{policy}/pd"), Value::Null),
        ("POST", eviction("b"), evict("b", Value::Null)),
        ("POST", eviction("c"), evict("c", Value::Null)),
        ("POST", policy.to_owned(), budget("one", "d", "AlwaysAllow")),
        ("POST", policy.to_owned(), budget("two", "d", "AlwaysAllow")),
        ("POST", eviction("d"), evict("d", Value::Null)),
        ("POST", eviction("e"), evict("e", Value::Null)),
        ("GET", eviction("f"), Value::Null),
        ("PUT", eviction("f"), evict("f", Value::Null)),
    ]);
    for (method, target, body) in steps {
        let media = if method == "PATCH" { MERGE } else { "application/json" };
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request::builder().method(method).uri(&target).header("content-type", media);
        let request = request.header("user-agent", "someone/1");
        let request = request.body(body).expect("it is one");
        let real = told(&admin.ask(&request).expect("the server answers"));
        let ours = ours(&mut sandbox, now, &request);
        let short = |told: (u16, Option<String>, Value)| match told.2["kind"].as_str() {
            Some("Pod") => (told.0, told.1, told.2["status"].clone()),
            _ => told,
        };
        assert_eq!(short(real), short(ours), "{method} {target} {}", String::from_utf8_lossy(request.body()));
    }
}
