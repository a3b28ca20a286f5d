//! Discovery documents, one by one.

use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::Value;

use crate::Bench;
use crate::sides::{Ours, Real, Side};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// What the sandbox does not say: a hash that only the server's own storage has a use for.
fn without_hashes(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("storageVersionHash");
            fields.values_mut().for_each(without_hashes);
        }
        Value::Array(items) => items.iter_mut().for_each(without_hashes),
        _ => {}
    }
}

/// Other tests leave types of their own on the server, in groups that are called so.
fn without_examples(body: &mut Value) {
    for (list, name) in [("groups", "/name"), ("items", "/metadata/name")] {
        if let Some(groups) = body.get_mut(list).and_then(Value::as_array_mut) {
            let name = |group: &Value| group.pointer(name).and_then(Value::as_str).map(str::to_owned);
            groups.retain(|group| name(group).is_none_or(|name| !name.contains(".example")));
        }
    }
}

#[test]
fn discovery_is_the_same() {
    let bench = Bench::new();
    let mut real = Real(&bench.admin);
    let mut ours = Ours { sandbox: Sandbox::new(), now: Now::default() };
    let mut ask = |target: &str, accept: &str| -> (Value, Value) {
        let request =
            http::Request::get(target).header("accept", accept).body(Vec::new()).expect("it is one");
        let read = |side: &mut dyn Side| {
            let answer = side.ask(&request);
            let body = answer.body();
            let mut value = serde_json::from_slice(body)
                .unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into());
            without_hashes(&mut value);
            without_examples(&mut value);
            let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap_or_default());
            serde_json::json!({"status": answer.status().as_u16(), "type": kind, "body": value})
        };
        (read(&mut real), read(&mut ours))
    };
    let (groups, _) = ask("/apis", "application/json");
    let mut targets =
        vec!["/apis".to_owned(), "/api/v1".to_owned(), "/apis/none".to_owned(), "/apis/apps/v9".to_owned()];
    for group in groups["body"]["groups"].as_array().expect("it lists groups") {
        targets.push(format!("/apis/{}", group["name"].as_str().expect("it has a name")));
        for version in group["versions"].as_array().expect("it lists versions") {
            targets.push(format!("/apis/{}", version["groupVersion"].as_str().expect("it has a version")));
        }
    }
    assert!(targets.len() > 20, "{targets:?}");
    for target in &targets {
        let (real, ours) = ask(target, "application/json");
        let found = bench.differences.first(&[(0, real)], &[(0, ours)]);
        assert!(found.is_none(), "{target}: {found:?}");
    }
    for target in ["/api", "/apis"] {
        let (real, ours) = ask(target, AGGREGATED);
        let found = bench.differences.first(&[(0, real)], &[(0, ours)]);
        assert!(found.is_none(), "aggregated {target}: {found:?}");
    }
    let (real, ours) = ask("/version", "application/json");
    let names = |value: &Value| -> Vec<String> {
        value["body"].as_object().expect("an object").keys().cloned().collect()
    };
    assert_eq!(names(&real), names(&ours));
    for field in ["major", "minor", "gitVersion", "emulationMinor", "minCompatibilityMinor"] {
        assert_eq!(real["body"][field], ours["body"][field], "{field}");
    }
    for target in ["/healthz", "/livez", "/readyz"] {
        let (real, ours) = ask(target, "*/*");
        assert_eq!((&real["status"], &real["body"]), (&ours["status"], &ours["body"]), "{target}");
    }
}
