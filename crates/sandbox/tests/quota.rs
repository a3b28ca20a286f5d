//! Quotas, ranges and classes that a namespace has, and what they do to its pods, in a cluster that lives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::time::Duration;

use kubewire::{Api, Builtin, Catalog, Object, PatchType, conditions};
use kubewire_sandbox::{Client, Life, Sandbox};
use serde_json::{Value, json};

fn api(plural: &str) -> Api<Object> {
    Api::<Object>::dynamic(Builtin.find(None, plural).unwrap()).within("default")
}

fn alive() -> Client {
    Client::new(Sandbox::builder().seed(1).life(Life::all()).build().unwrap()).unwrap()
}

fn quota(hard: &Value) -> Value {
    json!({"metadata": {"name": "few"}, "spec": {"hard": hard}})
}

fn used(client: &Client, resource: &str) -> String {
    let quota = client.run(api("resourcequotas").get("few")).unwrap();
    let quota = serde_json::to_value(quota).unwrap();
    let used = quota.pointer("/status/used").and_then(|used| used.get(resource)?.as_str());
    used.unwrap_or("(nothing)").to_owned()
}

fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i"}]}})
}

fn deployment(replicas: u32) -> Value {
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    json!({
        "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    })
}

#[test]
fn a_quota_is_reckoned_and_gives_back_what_is_gone() {
    let client = alive();
    client.run(api("pods").create(&pod("before"))).unwrap();
    client.run(api("resourcequotas").create(&quota(&json!({"pods": "2", "count/configmaps": "5"})))).unwrap();
    assert_eq!(used(&client, "pods"), "1");
    // That of the authority counts, too.
    assert_eq!(used(&client, "count/configmaps"), "1");
    client.run(api("pods").create(&pod("second"))).unwrap();
    let refused = client.run(api("pods").create(&pod("third"))).unwrap_err();
    let told = "exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2";
    assert!(refused.to_string().contains(told), "{refused}");
    client.run(api("pods").delete("before")).unwrap();
    client.advance(Duration::from_secs(60));
    assert_eq!(used(&client, "pods"), "1");
    client.run(api("pods").create(&pod("third"))).unwrap();
}

#[test]
fn a_deployment_says_that_its_pods_are_refused_and_goes_on_when_they_are_not() {
    let client = alive();
    client.run(api("resourcequotas").create(&quota(&json!({"pods": "2"})))).unwrap();
    client.run(api("deployments").create(&deployment(3))).unwrap();
    client.advance(Duration::from_secs(5));
    assert_eq!(used(&client, "pods"), "2");
    let web = client.run(api("deployments").get("web")).unwrap();
    assert!(conditions::has(&web, "ReplicaFailure", "True"));
    let why = serde_json::to_value(&web).unwrap().to_string();
    assert!(why.contains("exceeded quota: few") && why.contains("FailedCreate"), "{why}");
    let more = json!({"spec": {"hard": {"pods": "3"}}});
    client.run(api("resourcequotas").patch("few", PatchType::Merge, &more)).unwrap();
    client.advance(Duration::from_secs(5));
    let web = client.run(api("deployments").get("web")).unwrap();
    assert!(!conditions::has(&web, "ReplicaFailure", "True"));
    assert!(conditions::has(&web, "Available", "True"));
    assert_eq!(used(&client, "pods"), "3");
}

#[test]
fn the_one_node_is_ready_at_once() {
    let client = alive();
    client.run(api("pods").create(&pod("p"))).unwrap();
    let nodes = Api::<Object>::dynamic(Builtin.find(None, "nodes").unwrap());
    let nodes = client.run(nodes.list()).unwrap();
    let node = serde_json::to_value(&nodes.items[0]).unwrap();
    assert_eq!(node["spec"], json!({}));
}
