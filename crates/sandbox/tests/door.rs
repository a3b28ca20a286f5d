//! The door: the client without sockets, watches, snapshots, waiting, the log.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use kubewire::machine::{WatchStream, WatcherEvent};
use kubewire::reading::{self, Reading, Watching};
use kubewire::{Api, Builtin, Catalog, List, Now, Object};
use kubewire_sandbox::{Client, Reply, Sandbox, Watch};
use serde_json::{Value, json};

fn maps() -> Api<Object> {
    Api::<Object>::dynamic(Builtin.find(None, "configmaps").unwrap()).within("default")
}

fn map(name: &str, data: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"d": data}}, "data": {"d": data}})
}

fn ask(sandbox: &mut Sandbox, now: Now, method: &str, target: &str, body: &Value) -> Reply {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let bearer = format!("Bearer {}", sandbox.admin());
    let request = Request::builder().method(method).uri(target).header("authorization", bearer);
    sandbox.handle(now, request.body(body).unwrap())
}

fn answer(sandbox: &mut Sandbox, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let answer = ask(sandbox, Now::default(), method, target, body).whole().expect("a whole answer");
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[test]
fn a_watcher_follows_what_happens() {
    let client = Client::new(Sandbox::new()).unwrap();
    client.run(maps().create(&map("a", "1"))).unwrap();
    let mut watcher = client.converse(reading::watcher(maps().list(), 0).unwrap());
    let mut tell = || {
        let mut told = Vec::new();
        while let Some(event) = watcher.ready() {
            told.push(match Watching::<List<Object>>::read(event.unwrap()).unwrap() {
                WatcherEvent::InitApply(object) => format!("init {}", object.name()),
                WatcherEvent::Apply(object) => format!("apply {}", object.name()),
                WatcherEvent::Delete(object) => format!("delete {}", object.name()),
                WatcherEvent::Init => "begin".to_owned(),
                WatcherEvent::InitDone { .. } => "done".to_owned(),
                other => panic!("{other:?}"),
            });
        }
        told
    };
    assert_eq!(tell(), ["begin", "init a", "done"]);
    client.run(maps().create(&map("b", "1"))).unwrap();
    client.run(maps().delete("a")).unwrap();
    assert_eq!(tell(), ["apply b", "delete a"]);
    // Watches end after minutes, and the watcher goes on by itself.
    client.advance(Duration::from_secs(3600));
    client.run(maps().create(&map("c", "1"))).unwrap();
    assert_eq!(tell(), ["apply c"]);
}

#[test]
fn the_same_seed_gives_the_same_answers() {
    let story = |seed: u64| {
        let mut sandbox = Sandbox::builder().seed(seed).build().unwrap();
        let body = json!({"metadata": {"generateName": "g-"}});
        (0..5).map(|_| answer(&mut sandbox, "POST", MAPS, &body).1.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(story(1), story(1));
    assert_ne!(story(1), story(2));
}

#[test]
fn a_clone_is_a_snapshot() {
    let mut sandbox = Sandbox::new();
    answer(&mut sandbox, "POST", MAPS, &map("a", "1"));
    let snapshot = sandbox.clone();
    answer(&mut sandbox, "DELETE", &format!("{MAPS}/a"), &Value::Null);
    assert!(sandbox.get("v1", "ConfigMap", "default", "a").is_none());
    let mut restored = snapshot;
    assert_eq!(answer(&mut restored, "GET", &format!("{MAPS}/a"), &Value::Null).0, 200);
    assert!(restored.revision() < sandbox.revision());
}

fn open(sandbox: &mut Sandbox, query: &str) -> Watch {
    let target = format!("{MAPS}?watch=1&{query}");
    ask(sandbox, Now::default(), "GET", &target, &Value::Null).watch().expect("a watch")
}

/// What a watch tells now: `TYPE NAME VERSION`.
fn told(sandbox: &Sandbox, watch: &mut Watch, mono: u64) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        match sandbox.poll(watch, Now { mono, wall: mono }) {
            Poll::Ready(Some(line)) => {
                let event: Value = serde_json::from_slice(&line).unwrap();
                let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                let (kind, version) = (text("/type"), text("/object/metadata/resourceVersion"));
                told.push(format!("{kind} {} {version}", text("/object/metadata/name")));
            }
            Poll::Ready(None) => {
                told.push("END".into());
                return told;
            }
            Poll::Pending => return told,
        }
    }
}

#[test]
fn a_selector_sees_objects_come_and_go() {
    let mut sandbox = Sandbox::new();
    let start = sandbox.revision();
    let mut watch = open(&mut sandbox, "labelSelector=d%3D1");
    let mut later = open(&mut sandbox, &format!("labelSelector=d%3D1&resourceVersion={start}"));
    answer(&mut sandbox, "POST", MAPS, &map("a", "1"));
    answer(&mut sandbox, "PUT", &format!("{MAPS}/a"), &map("a", "2"));
    answer(&mut sandbox, "PUT", &format!("{MAPS}/a"), &map("a", "1"));
    answer(&mut sandbox, "DELETE", &format!("{MAPS}/a"), &Value::Null);
    let version = |step: u64| (start + step).to_string();
    let wanted = ["ADDED a", "DELETED a", "ADDED a", "DELETED a"];
    let wanted: Vec<_> =
        wanted.iter().zip(1..).map(|(told, step)| format!("{told} {}", version(step))).collect();
    assert_eq!(told(&sandbox, &mut watch, 0), wanted);
    assert_eq!(told(&sandbox, &mut later, 0), wanted);
}

#[test]
fn an_event_of_one_group_is_seen_in_the_other() {
    let mut sandbox = Sandbox::new();
    let groups = ["/api/v1/namespaces/default/events", "/apis/events.k8s.io/v1/namespaces/default/events"];
    let event = json!({
        "metadata": {"name": "e"}, "eventTime": "2026-01-01T00:00:00.000000Z", "type": "Normal", "reason": "Scaled", "action": "Scale",
        "reportingController": "shop.test/scaler", "reportingInstance": "scaler-1", "regarding": {"kind": "Pod", "namespace": "default"}, "note": "up",
    });
    for (chosen, notes) in
        ["involvedObject.kind%3DPod", "regarding.kind%3DPod"].iter().zip(["message", "note"])
    {
        let at = usize::from(notes == "note");
        let target = format!("{}?watch=1&fieldSelector={chosen}", groups[at]);
        let mut watch =
            ask(&mut sandbox, Now::default(), "GET", &target, &Value::Null).watch().expect("a watch");
        let (code, made) = answer(&mut sandbox, "POST", groups[1 - at], &event_for(&event, at));
        assert_eq!(code, 201, "{made}");
        let Poll::Ready(Some(line)) = sandbox.poll(&mut watch, Now::default()) else { panic!("an event") };
        let seen: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(seen["object"][notes], "up", "{seen}");
        assert_eq!(answer(&mut sandbox, "DELETE", &format!("{}/e", groups[at]), &Value::Null).0, 200);
    }
}

/// The event as it is sent to the group that is not watched.
fn event_for(event: &Value, watched: usize) -> Value {
    let mut event = event.clone();
    if watched == 1 {
        for (core, other) in [
            ("message", "note"),
            ("involvedObject", "regarding"),
            ("reportingComponent", "reportingController"),
        ] {
            event[core] = event[other].take();
            event.as_object_mut().unwrap().remove(other);
        }
    }
    event
}

#[test]
fn bookmarks_come_each_minute_and_before_the_end() {
    let mut sandbox = Sandbox::new();
    let revision = sandbox.revision();
    let mut watch =
        open(&mut sandbox, &format!("resourceVersion={revision}&allowWatchBookmarks=1&timeoutSeconds=90"));
    let bookmark = format!("BOOKMARK  {revision}");
    for (mono, wanted) in [
        (0, vec![]),
        (59_999, vec![]),
        (60_000, vec![bookmark.as_str()]),
        (61_000, vec![]),
        (88_000, vec![bookmark.as_str()]),
        (89_999, vec![]),
        (90_000, vec!["END"]),
        (90_001, vec!["END"]),
    ] {
        assert_eq!(told(&sandbox, &mut watch, mono), wanted, "{mono}");
    }
}

#[test]
fn what_is_compacted_is_gone() {
    let mut sandbox = Sandbox::new();
    for name in ["a", "b", "c"] {
        answer(&mut sandbox, "POST", MAPS, &map(name, "1"));
    }
    let first = answer(&mut sandbox, "GET", &format!("{MAPS}?limit=1"), &Value::Null).1;
    assert_eq!(first["metadata"]["remainingItemCount"], 2);
    let token = first["metadata"]["continue"].as_str().unwrap().to_owned();
    answer(&mut sandbox, "DELETE", &format!("{MAPS}/c"), &Value::Null);
    // The page goes on in the version that it began with.
    let rest = answer(&mut sandbox, "GET", &format!("{MAPS}?continue={token}"), &Value::Null).1;
    assert_eq!(rest["items"].as_array().unwrap().len(), 2);
    sandbox.compact(sandbox.revision());
    let (code, status) = answer(&mut sandbox, "GET", &format!("{MAPS}?continue={token}"), &Value::Null);
    assert_eq!((code, status["reason"].as_str()), (410, Some("Expired")));
    let token = status["metadata"]["continue"].as_str().unwrap().to_owned();
    let rest = answer(&mut sandbox, "GET", &format!("{MAPS}?continue={token}"), &Value::Null).1;
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    let old = format!("{MAPS}?resourceVersion=3&resourceVersionMatch=Exact");
    assert_eq!(answer(&mut sandbox, "GET", &old, &Value::Null).0, 410);
    let mut watch = open(&mut sandbox, "resourceVersion=3");
    assert_eq!(told(&sandbox, &mut watch, 0), ["ERROR  ", "END"]);
}

#[test]
fn a_version_that_is_still_to_come_is_waited_for() {
    let mut sandbox = Sandbox::new();
    let next = sandbox.revision() + 1;
    let target = format!("{MAPS}?resourceVersion={next}");
    let park = |sandbox: &mut Sandbox| match ask(sandbox, Now::default(), "GET", &target, &Value::Null) {
        Reply::Parked(parked) => parked,
        other => panic!("{other:?}"),
    };
    let (first, second) = (park(&mut sandbox), park(&mut sandbox));
    assert_eq!(first.timeout(), 3_000);
    let late = sandbox.resume(Now { mono: 3_000, wall: 0 }, first).whole().unwrap();
    assert_eq!((late.status().as_u16(), &late.headers()["retry-after"]), (504, &"1".parse().unwrap()));
    answer(&mut sandbox, "POST", MAPS, &map("a", "1"));
    assert_eq!(sandbox.resume(Now { mono: 1, wall: 0 }, second).status().unwrap(), 200);
    // A client's clock goes on by itself.
    let client = Client::new(sandbox).unwrap();
    let error = client.run(maps().list().resource_version("999")).unwrap_err();
    assert!(error.to_string().contains("Too large resource version"), "{error}");
    assert!(client.now().mono >= 3_000);
}

#[test]
fn what_was_asked_is_remembered() {
    let client = Client::new(Sandbox::new()).unwrap();
    let _ = client.run(maps().get("none"));
    let logged = client.with(|sandbox| sandbox.log().next_back().cloned()).unwrap();
    assert_eq!((logged.method.as_str(), logged.status), ("GET", 404));
    assert_eq!(logged.target, format!("{MAPS}/none"));
}

#[test]
fn only_tokens_that_were_handed_out_are_taken() {
    let mut sandbox = Sandbox::new();
    let mount = sandbox.mount("shop", "web");
    assert_eq!(mount.namespace, "shop");
    for (token, wanted) in [(mount.token.as_str(), 200), ("other", 401)] {
        let request = Request::get("/version").header("authorization", format!("Bearer {token}"));
        let reply = sandbox.handle(Now::default(), request.body(Bytes::new()).unwrap());
        assert_eq!(reply.status().unwrap(), wanted);
    }
}

#[test]
fn what_the_sandbox_does_not_do_yet_it_says() {
    let mut sandbox = Sandbox::new();
    for (method, part) in [("GET", "log"), ("POST", "exec")] {
        let target = &format!("/api/v1/namespaces/default/pods/a/{part}");
        let (code, status) = answer(&mut sandbox, method, target, &json!({}));
        assert_eq!((code, status["reason"].as_str()), (501, Some("NotImplemented")), "{target}");
    }
}

#[test]
fn a_watch_through_the_driver() {
    let client = Client::new(Sandbox::new()).unwrap();
    let call = maps().watch().call().unwrap();
    let mut watch = client.converse(WatchStream::new(call.draft(), 0));
    assert!(watch.ready().is_none());
    client.run(maps().create(&map("a", "1"))).unwrap();
    assert!(watch.ready().is_some());
}

#[test]
fn a_group_of_another_server_is_there_and_does_not_answer() {
    let mut sandbox = Sandbox::new();
    let service = json!({"metadata": {"name": "v1.lost.example"}, "spec": {
        "group": "lost.example", "version": "v1", "groupPriorityMinimum": 10, "versionPriority": 10,
        "insecureSkipTLSVerify": true, "service": {"namespace": "default", "name": "nobody"},
    }});
    let services = "/apis/apiregistration.k8s.io/v1/apiservices";
    assert_eq!(answer(&mut sandbox, "POST", services, &service).0, 201);
    let (_, group) = answer(&mut sandbox, "GET", "/apis/lost.example", &Value::Null);
    assert_eq!(group["preferredVersion"]["groupVersion"], "lost.example/v1");
    for path in ["/apis/lost.example/v1", "/apis/lost.example/v1/things"] {
        assert_eq!(answer(&mut sandbox, "GET", path, &Value::Null).0, 503, "{path}");
    }
    answer(&mut sandbox, "DELETE", &format!("{services}/v1.lost.example"), &Value::Null);
    assert_eq!(answer(&mut sandbox, "GET", "/apis/lost.example/v1", &Value::Null).0, 404);
}
