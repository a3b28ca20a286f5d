//! Logs through the real API server, of a kubelet that the test plays.

use kubewire::{Api, Builtin, Catalog, Error, Object};
use kubewire_apiserver::{Front, Kubelet};
use kubewire_conformance::{World, config_at, eventually};
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

#[test]
fn a_followed_log_survives_the_servers_death() {
    let world = World::new("followed");
    let kubelet = Kubelet::start(world.files.path()).unwrap();
    let pods = pod(&world, &kubelet);
    let files = tempfile::tempdir().unwrap();
    let mut front = Front::start(&world.state, files.path()).unwrap();
    let mount = world.account("reader");
    mount.write("ca.crt", &std::fs::read_to_string(front.ca()).unwrap());
    world.allow("reader", false, &["get"], &["pods", "pods/log"]);
    let client = kubewire_ureq::Client::new(config_at(front.port(), &mount).unwrap()).unwrap();
    eventually("the rights are there", || client.run(pods.get("web")).ok());
    let mut lines = client.follow_logs(pods.logs("web").container("app").tail_lines(5)).unwrap();
    let reader = std::thread::spawn(move || {
        let mut texts = Vec::new();
        let mut errors = 0;
        for line in lines.by_ref() {
            match line {
                Ok(line) => texts.push(line.text().into_owned()),
                Err(_) => errors += 1,
            }
        }
        (texts, errors)
    });
    let mut first = kubelet.request();
    let written = "2026-01-02T03:04:05.100000000Z one\n2026-01-02T03:04:05.200000000Z two\n2026-01-02T03:04:05.200000000Z three\n";
    first.write(written.as_bytes()).unwrap();
    first.write(b"2026-01-02T03:04:05.300000000Z begun and").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    front.kill();
    front.restart().unwrap();
    let mut second = kubelet.request();
    assert!(
        second.target.contains("sinceTime=2026-01-02T03%3A04%3A05Z") && !second.target.contains("tailLines"),
        "{}",
        second.target
    );
    second.write(written.as_bytes()).unwrap();
    second.write(b"2026-01-02T03:04:05.300000000Z begun and ended\n").unwrap();
    second.end().unwrap();
    let (texts, errors) = reader.join().unwrap();
    assert_eq!(texts, ["one", "two", "three", "begun and ended"]);
    assert!(errors >= 1, "the loss is told");
}
