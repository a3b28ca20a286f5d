//! What the sandbox counts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod common;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

fn metrics(sandbox: &mut Sandbox) -> String {
    let request = Request::get("/metrics").body(Bytes::new()).unwrap();
    let Reply::Whole(answer) = sandbox.handle(Now::default(), request) else {
        unreachable!("it is a document")
    };
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    String::from_utf8(answer.body().to_vec()).unwrap()
}

#[test]
fn requests_and_objects_are_counted() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let maps = "/api/v1/namespaces/default/configmaps";
    let apply = [("content-type", "application/apply-patch+yaml")];
    let mut send = |method, target: &str, headers: &[(&str, &str)], body: &Value| {
        common::send(&mut sandbox, Now::default(), method, target, headers, body).0
    };
    assert_eq!(send("POST", maps, &[], &json!({"metadata": {"name": "a"}})), 201);
    assert_eq!(send("POST", maps, &[], &json!({"metadata": {"name": "a"}})), 409);
    let own = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}});
    assert_eq!(send("PATCH", &format!("{maps}/b?fieldManager=m"), &apply, &own), 201);
    assert_eq!(send("GET", "/api/v1/configmaps", &[], &Value::Null), 200);
    assert_eq!(send("GET", "/api/v1/things", &[], &Value::Null), 404);
    let text = metrics(&mut sandbox);
    let one = |code: u16, scope: &str, verb: &str| {
        format!(
            "apiserver_request_total{{code=\"{code}\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"{scope}\",subresource=\"\",verb=\"{verb}\",version=\"v1\"}} 1\n"
        )
    };
    for line in [
        one(201, "resource", "POST"),
        one(409, "resource", "POST"),
        one(201, "resource", "APPLY"),
        one(200, "cluster", "LIST"),
        "apiserver_resource_objects{group=\"\",resource=\"configmaps\"} 2\n".to_owned(),
        "# TYPE apiserver_request_total counter\n".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}{text}");
    }
    assert!(!text.contains("things"), "what is not served is not counted");
    assert!(metrics(&mut sandbox).contains("subresource=\"/metrics\",verb=\"GET\",version=\"\"} 1\n"));
}

#[test]
fn watches_are_counted_while_they_are_open() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let request = Request::get("/api/v1/namespaces/default/pods?watch=true").body(Bytes::new()).unwrap();
    let reply = sandbox.handle(Now::default(), request);
    let open = "apiserver_longrunning_requests{component=\"apiserver\",group=\"\",resource=\"pods\",scope=\"namespace\",subresource=\"\",verb=\"WATCH\",version=\"v1\"}";
    assert!(metrics(&mut sandbox).contains(&format!("{open} 1\n")));
    drop(reply);
    assert!(!metrics(&mut sandbox).contains(open));
}

#[test]
fn not_everyone_may_see_them() {
    let mut sandbox = Sandbox::new();
    let token = sandbox.user("eve", &[]);
    let request = Request::get("/metrics").header("authorization", format!("Bearer {token}"));
    let answer = sandbox.handle(Now::default(), request.body(Bytes::new()).unwrap());
    assert_eq!(answer.status().unwrap(), 403);
}
