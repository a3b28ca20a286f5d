//! The sandbox's tables beside the real server's, row by row.

mod kinds;
mod sides;

use http::Request;
use kubewire::Now;
use kubewire_apiserver::Admin;
use kubewire_conformance::World;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};
use sides::{TABLE, ours, told};

#[test]
fn tables_are_the_same() {
    let world = World::new("tables");
    let admin = Admin::of(&world.state).expect("the admin's mount is good");
    let mut now = Now { mono: 0, wall: 1_767_225_600_000 };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": world.namespace}});
    let mut sandbox = Sandbox::builder().now(now).object(namespace).build().expect("it can be put in");
    let labels = json!({"of": "us"});
    let objects = [
        (
            "configmaps",
            json!({"metadata": {"name": "a", "labels": labels}, "data": {"x": "1", "y": "2"}, "binaryData": {"z": "AAAA"}}),
        ),
        ("configmaps", json!({"metadata": {"name": "b", "labels": labels}})),
        ("secrets", json!({"metadata": {"name": "c"}, "stringData": {"x": "1"}})),
        (
            "secrets",
            json!({"metadata": {"name": "d"}, "type": "example.com/own", "data": {"x": "", "y": "AAAA"}}),
        ),
    ];
    let mut steps: Vec<(&str, String, Value)> = Vec::new();
    let below = |rest: &str| format!("/api/v1/namespaces/{}/{rest}", world.namespace);
    for (plural, object) in objects {
        steps.push(("POST", below(plural), object));
    }
    let events = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    for rest in [
        "configmaps?labelSelector=of",
        "configmaps?labelSelector=none",
        "configmaps/a",
        "configmaps/a?includeObject=None",
        "configmaps/a?includeObject=Object",
        "configmaps/a?includeObject=Bogus",
        "configmaps/missing",
        "secrets",
        "secrets?limit=1",
        "secrets?includeObject=Object",
        "secrets?includeObject=None",
        &format!("configmaps?watch=true&labelSelector=of&timeoutSeconds=1&{events}"),
        "secrets?watch=true&timeoutSeconds=1&includeObject=None&resourceVersion=0",
        "secrets?watch=true&includeObject=Bogus",
    ] {
        steps.push(("GET", below(rest), Value::Null));
    }
    steps.push(("GET", format!("/api/v1/namespaces/{}", world.namespace), Value::Null));
    steps.push(("POST", below("configmaps?includeObject=Bogus"), json!({"metadata": {"name": "made"}})));
    steps.push(("PUT", below("configmaps/made"), json!({"metadata": {"name": "made"}, "data": {"x": "1"}})));
    steps.push(("POST", below("configmaps?dryRun=All"), json!({"metadata": {"name": "tried"}})));
    steps.push(("DELETE", below("configmaps/made"), Value::Null));
    for (method, target, body) in steps {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request::builder().method(method).uri(&target).header("accept", TABLE);
        let request = request.header("content-type", "application/json").body(body).expect("it is one");
        let answer = admin.ask(&request).expect("the server answers");
        let real = told(answer.status().as_u16(), answer.body());
        now.wall += 1000;
        let ours = ours(&mut sandbox, &mut now, &request);
        assert_eq!((real.0, &real.1), (ours.0, &ours.1), "{method} {target}");
        assert!(!real.1.is_empty(), "{method} {target} says something");
    }
}
