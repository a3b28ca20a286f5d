//! Logs through the real API server, of a kubelet that the test plays.

use kubewire::{Api, Builtin, Catalog, Error, Object};
use kubewire_apiserver::Kubelet;
use kubewire_conformance::{World, eventually};
use serde_json::{Value, json};

fn pods(world: &World) -> Api<Object> {
    Api::dynamic(Builtin.find(None, "pods").unwrap()).within(&world.namespace)
}

/// A pod on a node whose kubelet the test is.
fn pod(world: &World, kubelet: &Kubelet) -> Api<Object> {
    let nodes = Api::<Object>::dynamic(Builtin.find(None, "nodes").unwrap());
    let node = format!("node-{}", world.namespace);
    world.admin.run(nodes.create(&json!({"metadata": {"name": node}}))).unwrap();
    let status = json!({"status": {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet.port()}},
    }});
    world.admin.run(nodes.patch_status(&node, kubewire::PatchType::Merge, &status)).unwrap();
    let pods = pods(world);
    let account = Api::<Object>::dynamic(Builtin.find(None, "sa").unwrap()).within(&world.namespace);
    eventually("the default service account is made", || world.admin.run(account.get("default")).ok());
    let web = json!({
        "metadata": {"name": "web"},
        "spec": {"nodeName": node, "containers": [{"name": "app", "image": "i"}, {"name": "side", "image": "i"}]},
    });
    world.admin.run(pods.create(&web)).unwrap();
    pods
}

#[test]
fn lines_come_as_they_are_written() {
    let world = World::new("logs");
    let kubelet = Kubelet::start(world.files.path()).unwrap();
    let pods = pod(&world, &kubelet);
    let log = pods.logs("web").container("app").follow().timestamps().tail_lines(10);
    let mut lines = world.admin.logs(log).unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in lines.by_ref() {
            let line = line.unwrap();
            told.send((line.timestamp().map(str::to_owned), line.text().into_owned())).unwrap();
        }
    });
    let mut request = kubelet.request();
    assert_eq!(
        request.target,
        format!("/containerLogs/{}/web/app?follow=true&tailLines=10&timestamps=true", world.namespace)
    );
    let wait = std::time::Duration::from_secs(10);
    request.write(b"2026-01-02T03:04:05.678901234Z first\n2026-01-02T03:04:0").unwrap();
    // The first line is there before the second one is written to its end.
    let time = Some("2026-01-02T03:04:05.678901234Z".to_owned());
    assert_eq!(heard.recv_timeout(wait).unwrap(), (time.clone(), "first".to_owned()));
    request.write(b"5.678901234Z second\nno time").unwrap();
    assert_eq!(heard.recv_timeout(wait).unwrap(), (time, "second".to_owned()));
    request.end().unwrap();
    assert_eq!(heard.recv_timeout(wait).unwrap(), (None, "no time".to_owned()));
    reader.join().unwrap();
}

#[test]
fn a_whole_log_is_a_call_as_any_other() {
    let world = World::new("wholelog");
    let kubelet = Kubelet::start(world.files.path()).unwrap();
    let pods = pod(&world, &kubelet);
    let answer = std::thread::spawn(move || {
        let mut request = kubelet.request();
        request.write(b"one\n\xff\n").unwrap();
        request.end().unwrap();
    });
    let log = world.admin.run(pods.logs("web").container("side")).unwrap();
    let texts: Vec<_> = log.lines().iter().map(|line| line.text().into_owned()).collect();
    assert_eq!(texts, ["one", "\u{fffd}"]);
    answer.join().unwrap();
}

#[test]
fn what_cannot_be_read_is_the_servers_own_error() {
    let world = World::new("nolog");
    let kubelet = Kubelet::start(world.files.path()).unwrap();
    let pods = pod(&world, &kubelet);
    let refused = |log| {
        let mut lines = world.admin.logs(log).unwrap();
        let Some(Err(error)) = lines.next() else { panic!("an error") };
        assert!(lines.next().is_none());
        let Error::Api { status, .. } = error else { panic!("{error}") };
        (status.code, status.message)
    };
    let (code, message) = refused(pods.logs("web"));
    assert!(code == 400 && message.contains("a container name must be specified"), "{message}");
    assert_eq!(refused(pods.logs("nobody")).0, 404);
    let unscheduled: Value =
        json!({"metadata": {"name": "idle"}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    world.admin.run(pods.create(&unscheduled)).unwrap();
    // Of a pod without a node the server itself answers an empty log.
    assert_eq!(world.admin.run(pods.logs("idle")).unwrap().lines(), []);
    assert!(world.admin.logs(pods.logs("idle").follow()).unwrap().next().is_none());
}
