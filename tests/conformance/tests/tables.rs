//! The sandbox's tables beside the real server's, row by row.

use std::task::Poll;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_apiserver::Admin;
use kubewire_conformance::World;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// Each answer's status and its values, a line a value, without what differs from server to server.
struct Told(u16, Vec<Value>);

fn told(status: u16, body: &[u8]) -> Told {
    let values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    let mut values: Vec<Value> = values.map(|value| value.expect("JSON")).collect();
    values.iter_mut().for_each(alike);
    // How many bookmarks fit in before a watch's end is a matter of the server's clock.
    values.dedup_by(|next, last| next["type"] == "BOOKMARK" && last["type"] == "BOOKMARK");
    Told(status, values)
}

fn alike(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // Who owns which field is not compared here.
            fields.remove("managedFields");
            for name in ["uid", "resourceVersion", "creationTimestamp", "continue"] {
                if let Some(field) = fields.get_mut(name) {
                    *field = "some".into();
                }
            }
            if let Some(age) =
                fields.get_mut("cells").and_then(Value::as_array_mut).and_then(|cells| cells.last_mut())
                && age.as_str().is_some_and(|age| age.ends_with('s'))
            {
                *age = "seconds".into();
            }
            fields.values_mut().for_each(alike);
        }
        Value::Array(items) => items.iter_mut().for_each(alike),
        _ => {}
    }
}

fn ours(sandbox: &mut Sandbox, now: &mut Now, request: &Request<Vec<u8>>) -> Told {
    let mut request = request.clone().map(Bytes::from);
    let bearer = format!("Bearer {}", sandbox.admin());
    request.headers_mut().insert("authorization", bearer.parse().expect("a token is text"));
    match sandbox.handle(*now, request) {
        Reply::Whole(answer) => told(answer.status().as_u16(), answer.body()),
        Reply::Watch(answer) => {
            let (status, mut watch, mut body) = (answer.status(), answer.into_body(), Vec::new());
            loop {
                match sandbox.poll(&mut watch, *now) {
                    Poll::Ready(Some(line)) => body.extend(line),
                    Poll::Ready(None) => return told(status.as_u16(), &body),
                    Poll::Pending => now.mono = now.mono.max(watch.timeout()),
                }
            }
        }
        other => panic!("{other:?}"),
    }
}

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
