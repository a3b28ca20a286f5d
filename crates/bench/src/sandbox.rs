//! The sandbox in process, with nobody beside it: how soon it is there, and what it bears.

use std::task::Poll;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

use crate::objects::{Objects, Order};
use crate::peak;
use crate::table::{self, PAIRS, median, seconds};

const PODS: usize = 10_000;
const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// A row: the median of five.
fn row(what: &str, unit: &str, goal: &str, measure: impl FnMut(usize) -> f64) {
    let value = median((0..PAIRS).map(measure));
    table::row(&[what.into(), format!("{value:.2} {unit}"), goal.into()]);
}

fn empty() -> Sandbox {
    Sandbox::builder().rbac(false).build().expect("nothing is in it that could be refused")
}

fn ask(sandbox: &mut Sandbox, method: &str, target: &str, body: String) -> Reply {
    let request = Request::builder().method(method).uri(target).body(Bytes::from(body));
    sandbox.handle(Now { mono: 1, wall: 1 }, request.expect("a request"))
}

fn whole(sandbox: &mut Sandbox, method: &str, target: &str, body: String) -> Bytes {
    let answer = ask(sandbox, method, target, body).whole().expect("a whole answer");
    assert!(answer.status().is_success(), "{method} {target}: {}", answer.status());
    answer.into_body()
}

pub fn run() {
    table::head("The sandbox in process, medians of five:", &["work", "takes", "goal"]);
    let millis = |work: &dyn Fn() -> Sandbox| seconds(work) * 1e3;
    row("start, with roles and bindings", "ms", "under 5", |_| millis(&Sandbox::new));
    row("start, and the first answer", "ms", "under 5", |_| {
        millis(&|| {
            let mut sandbox = empty();
            whole(&mut sandbox, "POST", MAPS, r#"{"metadata":{"name":"first"}}"#.into());
            sandbox
        })
    });
    requests();
    pods();
}

/// Microseconds a request, over a thousand ConfigMaps.
fn requests() {
    const COUNT: usize = 1_000;
    let each = |sandbox: &mut Sandbox, ask: &dyn Fn(&mut Sandbox, usize)| {
        seconds(|| (0..COUNT).for_each(|index| ask(sandbox, index))) * 1e6 / COUNT as f64
    };
    let body = |index: usize| format!(r#"{{"metadata":{{"name":"m{index}"}},"data":{{"a":"{index}"}}}}"#);
    let create = |sandbox: &mut Sandbox, index: usize| {
        whole(sandbox, "POST", MAPS, body(index));
    };
    row("a create", "µs", "", |_| each(&mut empty(), &create));
    let mut filled = empty();
    (0..COUNT).for_each(|index| create(&mut filled, index));
    row("a get", "µs", "", |_| {
        each(&mut filled, &|sandbox, index| {
            drop(whole(sandbox, "GET", &format!("{MAPS}/m{index}"), String::new()))
        })
    });
    row("an apply that changes one field", "µs", "", |round| {
        each(&mut filled, &|sandbox, index| {
            let target = format!("{MAPS}/m{index}?fieldManager=bench");
            let body = format!(
                r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"m{index}"}},"data":{{"b":"{round}"}}}}"#
            );
            let request = Request::patch(target)
                .header("content-type", "application/apply-patch+yaml")
                .body(body.into());
            let answer = sandbox.handle(Now { mono: 1, wall: 1 }, request.expect("a request")).whole();
            assert!(answer.expect("a whole answer").status().is_success());
        })
    });
}

fn pods() {
    let objects = Objects::pods(PODS, Order::Go).items;
    let mut sandbox = empty();
    let (held, ()) = peak::held(|| {
        for pod in &objects {
            let mut pod: Value = serde_json::from_slice(pod).expect("JSON");
            pod["apiVersion"] = "v1".into();
            pod["kind"] = "Pod".into();
            let name = pod["metadata"]["namespace"].as_str().unwrap_or("default").to_owned();
            if sandbox.get("v1", "Namespace", "", &name).is_none() {
                let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
                sandbox.put(namespace, Now::default()).expect("a namespace");
            }
            sandbox.put(pod, Now::default()).expect("a pod");
        }
    });
    let target = "/api/v1/pods";
    let bytes = whole(&mut sandbox, "GET", target, String::new()).len();
    row(&format!("a list of {PODS} pods, {} MB", bytes / 1_000_000), "ms", "", |_| {
        seconds(|| whole(&mut sandbox, "GET", target, String::new())) * 1e3
    });
    row(&format!("a watch of {PODS} pods, from the first on"), "ms", "", |_| {
        seconds(|| {
            let watch = ask(&mut sandbox, "GET", "/api/v1/pods?watch=true", String::new());
            let mut watch = watch.watch().expect("a watch");
            let mut events = 0;
            while let Poll::Ready(Some(_)) = sandbox.poll(&mut watch, Now { mono: 1, wall: 1 }) {
                events += 1;
            }
            assert_eq!(events, PODS);
        }) * 1e3
    });
    table::row(&[
        format!("memory, a pod of {} bytes", bytes / PODS),
        format!("{} B", held / PODS),
        String::new(),
    ]);
    row(&format!("a snapshot of {PODS} pods"), "ms", "", |_| seconds(|| sandbox.clone()) * 1e3);
}
