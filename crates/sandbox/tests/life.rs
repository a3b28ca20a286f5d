//! A cluster that lives: accounts, garbage, workloads, pods, jobs, endpoints.
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

fn deployment(image: &str, replicas: u32) -> Value {
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": image}]}});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    })
}

fn seconds(client: &Client, seconds: u64) {
    client.advance(Duration::from_secs(seconds));
}

/// The objects of a kind, as `NAME` with what stands at a pointer.
fn shown(client: &Client, plural: &str, pointer: &str) -> Vec<(String, Value)> {
    let list = client.run(api(plural).list()).unwrap();
    let value =
        |object: &Object| serde_json::to_value(object).unwrap().pointer(pointer).cloned().unwrap_or_default();
    list.items.iter().map(|object| (object.name().to_owned(), value(object))).collect()
}

fn values(client: &Client, plural: &str, pointer: &str) -> Vec<Value> {
    shown(client, plural, pointer).into_iter().map(|(_, value)| value).collect()
}

#[test]
fn namespaces_have_an_account_and_an_authority() {
    let client = alive();
    client
        .run(
            Api::<Object>::dynamic(Builtin.find(None, "namespaces").unwrap())
                .create(&json!({"metadata": {"name": "new"}})),
        )
        .unwrap();
    client.with(|sandbox| {
        assert!(sandbox.get("v1", "ServiceAccount", "new", "default").is_some());
        assert!(
            sandbox.get("v1", "ConfigMap", "new", "kube-root-ca.crt").unwrap()["data"]["ca.crt"].is_string()
        );
    });
}

#[test]
fn without_life_nothing_happens_by_itself() {
    let client = Client::new(Sandbox::new()).unwrap();
    client.run(api("deployments").create(&deployment("i:1", 2))).unwrap();
    seconds(&client, 60);
    assert!(values(&client, "pods", "").is_empty());
    assert_eq!(client.with(|sandbox| sandbox.next()), None);
}

#[test]
fn a_deployment_is_rolled_out_and_waited_for() {
    let client = alive();
    let deployments = api("deployments");
    client.run(deployments.create(&deployment("i:1", 3))).unwrap();
    assert_eq!(values(&client, "pods", "/status/phase"), ["Pending", "Pending", "Pending"]);
    seconds(&client, 2);
    assert_eq!(values(&client, "pods", "/status/phase"), ["Running", "Running", "Running"]);
    let web = client.run(deployments.get("web")).unwrap();
    assert!(conditions::has(&web, "Available", "True"));
    let status = serde_json::to_value(&web).unwrap()["status"].clone();
    for field in ["replicas", "readyReplicas", "availableReplicas", "updatedReplicas"] {
        assert_eq!(status[field], 3, "{field}: {status}");
    }
    assert!(status.get("unavailableReplicas").is_none(), "{status}");
    // Another template: a new set, never fewer than three pods that are ready, and the old set stays without any.
    client
        .run(deployments.patch_merge(
            "web",
            &json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:2"}]}}}}),
        ))
        .unwrap();
    for _ in 0..20 {
        let ready = values(&client, "pods", "/status/conditions")
            .iter()
            .filter(|list| {
                list.as_array().is_some_and(|list| {
                    list.iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
                })
            })
            .count();
        assert!(ready >= 3, "{ready} pods are ready");
        seconds(&client, 1);
    }
    assert_eq!(values(&client, "pods", "/spec/containers/0/image"), ["i:2", "i:2", "i:2"]);
    let mut sizes = values(&client, "replicasets", "/spec/replicas");
    sizes.sort_by_key(Value::as_i64);
    assert_eq!(sizes, [0, 3]);
    let web = serde_json::to_value(client.run(deployments.get("web")).unwrap()).unwrap();
    assert_eq!(web["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
    assert_eq!(web["status"]["observedGeneration"], web["metadata"]["generation"]);
    // What is scaled down or deleted goes.
    client.run(deployments.patch_merge("web", &json!({"spec": {"replicas": 1}}))).unwrap();
    assert_eq!(values(&client, "pods", "").len(), 1);
    client.run(deployments.delete("web")).unwrap();
    assert!(values(&client, "replicasets", "").is_empty());
    assert!(values(&client, "pods", "").is_empty());
}

#[test]
fn an_old_template_that_comes_back_has_its_old_set() {
    let client = alive();
    let deployments = api("deployments");
    client.run(deployments.create(&deployment("i:1", 1))).unwrap();
    let first = shown(&client, "replicasets", "")[0].0.clone();
    for image in ["i:2", "i:1"] {
        seconds(&client, 5);
        client
            .run(deployments.patch_merge(
                "web",
                &json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}}),
            ))
            .unwrap();
    }
    seconds(&client, 5);
    let sets = shown(&client, "replicasets", "/spec/replicas");
    assert_eq!(sets.len(), 2);
    assert!(sets.contains(&(first, json!(1))), "{sets:?}");
    let web = serde_json::to_value(client.run(deployments.get("web")).unwrap()).unwrap();
    assert_eq!(web["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "3");
}

#[test]
fn stateful_sets_go_one_by_one() {
    let client = alive();
    let mut set = deployment("i", 3);
    set["spec"]["serviceName"] = "db".into();
    set["metadata"]["name"] = "db".into();
    set["kind"] = "StatefulSet".into();
    client.run(api("statefulsets").create(&set)).unwrap();
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(values(&client, "pods", "").len());
        seconds(&client, 1);
    }
    seen.dedup();
    assert_eq!(seen, [1, 2, 3]);
    let names: Vec<_> = shown(&client, "pods", "").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["db-0", "db-1", "db-2"]);
    client.run(api("statefulsets").patch_merge("db", &json!({"spec": {"replicas": 1}}))).unwrap();
    let names: Vec<_> = shown(&client, "pods", "").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["db-0"]);
}

#[test]
fn a_daemon_set_has_a_pod_on_the_node() {
    let client = alive();
    let mut set = deployment("i", 0);
    set["kind"] = "DaemonSet".into();
    client.run(api("daemonsets").create(&set)).unwrap();
    seconds(&client, 2);
    assert_eq!(values(&client, "pods", "/spec/nodeName"), ["sandbox"]);
    assert_eq!(values(&client, "daemonsets", "/status/numberReady"), [1]);
}

#[test]
fn a_job_completes() {
    let client = alive();
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}});
    let job = json!({"metadata": {"name": "once"}, "spec": {"completions": 3, "parallelism": 2, "template": template}});
    client.run(api("jobs").create(&job)).unwrap();
    assert_eq!(values(&client, "pods", "").len(), 2);
    seconds(&client, 10);
    assert_eq!(values(&client, "pods", "/status/phase"), ["Succeeded", "Succeeded", "Succeeded"]);
    let job = client.run(api("jobs").get("once")).unwrap();
    assert!(conditions::has(&job, "Complete", "True"), "{job:?}");
}

#[test]
fn services_know_their_pods() {
    let client = alive();
    let service = json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}});
    client.run(api("services").create(&service)).unwrap();
    client.run(api("deployments").create(&deployment("i", 2))).unwrap();
    seconds(&client, 2);
    let slices = values(&client, "endpointslices", "");
    assert_eq!(slices.len(), 1);
    assert_eq!(slices[0]["endpoints"].as_array().unwrap().len(), 2, "{slices:?}");
    assert_eq!(slices[0]["ports"][0]["port"], 8080);
    client.run(api("deployments").delete("web")).unwrap();
    let slices = values(&client, "endpointslices", "");
    assert!(slices[0]["endpoints"].as_array().is_none_or(Vec::is_empty), "{slices:?}");
}

#[test]
fn services_forget_pods_that_are_gone_at_once() {
    let client = alive();
    let service =
        json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}});
    client.run(api("services").create(&service)).unwrap();
    let pod = json!({"metadata": {"name": "p", "labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    client.run(api("pods").create(&pod)).unwrap();
    seconds(&client, 2);
    let endpoints = || values(&client, "endpointslices", "/endpoints")[0].as_array().map_or(0, Vec::len);
    assert_eq!(endpoints(), 1);
    client.run(api("pods").delete("p").grace_period_seconds(0)).unwrap();
    assert_eq!(endpoints(), 0);
    // So do those whose labels a pod has no longer.
    client.run(api("pods").create(&pod)).unwrap();
    seconds(&client, 2);
    assert_eq!(endpoints(), 1);
    client.run(api("pods").patch_merge("p", &json!({"metadata": {"labels": {"app": "other"}}}))).unwrap();
    assert_eq!(endpoints(), 0);
}

#[test]
fn budgets_say_how_many_pods_may_go() {
    let client = alive();
    client.run(api("deployments").create(&deployment("i", 4))).unwrap();
    let budget = |name: &str, rule: Value| {
        let mut spec = json!({"selector": {"matchLabels": {"app": "web"}}});
        spec.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        client
            .run(api("poddisruptionbudgets").create(&json!({"metadata": {"name": name}, "spec": spec})))
            .unwrap();
        seconds(&client, 2);
        let status = values(&client, "poddisruptionbudgets", "/status").remove(0);
        client.run(api("poddisruptionbudgets").delete(name)).unwrap();
        ["expectedPods", "desiredHealthy", "currentHealthy", "disruptionsAllowed"]
            .map(|field| status[field].as_i64().unwrap())
    };
    assert_eq!(budget("least", json!({"minAvailable": 3})), [4, 3, 4, 1]);
    assert_eq!(budget("part", json!({"minAvailable": "60%"})), [4, 3, 4, 1]);
    assert_eq!(budget("most", json!({"maxUnavailable": "30%"})), [4, 2, 4, 2]);
    assert_eq!(budget("none", json!({"maxUnavailable": 0})), [4, 4, 4, 0]);
    // A drain takes one, and has to wait for the one that comes in its place.
    let spec = json!({"minAvailable": 3, "selector": {"matchLabels": {"app": "web"}}});
    client
        .run(api("poddisruptionbudgets").create(&json!({"metadata": {"name": "web"}, "spec": spec})))
        .unwrap();
    let pods = api("pods");
    let names: Vec<_> = shown(&client, "pods", "").into_iter().map(|(name, _)| name).collect();
    client.run(pods.evict(&names[0])).unwrap();
    let refused = client.run(pods.evict(&names[1])).unwrap_err();
    assert!(refused.status().unwrap().is_disruption_budget(), "{refused}");
    seconds(&client, 2);
    client.run(pods.evict(&names[1])).unwrap();
}

#[test]
fn conditions_of_others_stay_with_a_budget() {
    let client = alive();
    let spec = json!({"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}});
    let budgets = api("poddisruptionbudgets");
    client.run(budgets.create(&json!({"metadata": {"name": "web"}, "spec": spec}))).unwrap();
    let conditions = || values(&client, "poddisruptionbudgets", "/status/conditions").remove(0);
    let mut wanted = conditions();
    let time = "2026-01-01T00:00:00Z";
    let other = json!({"type": "Mine", "status": "True", "reason": "Mine", "message": "mine", "lastTransitionTime": time});
    wanted.as_array_mut().unwrap().push(other);
    client
        .run(budgets.patch_status("web", PatchType::Merge, &json!({"status": {"conditions": wanted}})))
        .unwrap();
    client.run(api("deployments").create(&deployment("i", 2))).unwrap();
    seconds(&client, 2);
    let is = conditions();
    assert_eq!(is[0]["status"], "True", "the budget was looked at again: {is}");
    assert_eq!(is[1], wanted[1]);
}

#[test]
fn owners_that_are_gone_take_what_they_own_along() {
    let client = alive();
    let maps = api("configmaps");
    let owner = client.run(maps.create(&json!({"metadata": {"name": "owner"}}))).unwrap();
    let owned = |name: &str, uid: &str| {
        json!({"metadata": {"name": name, "ownerReferences": [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid, "blockOwnerDeletion": true},
        ]}})
    };
    let uid = owner.metadata.uid.clone().unwrap_or_default();
    client.run(maps.create(&owned("owned", &uid))).unwrap();
    // Whose owner never was goes at once.
    client.run(maps.create(&owned("stray", "no-such-uid"))).unwrap();
    let names = || {
        shown(&client, "configmaps", "")
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| !name.starts_with("kube-"))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(), ["owned", "owner"]);
    client.run(maps.delete("owner")).unwrap();
    assert!(names().is_empty(), "{:?}", names());
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let story = || {
        let client = alive();
        client.run(api("deployments").create(&deployment("i:1", 3))).unwrap();
        seconds(&client, 5);
        shown(&client, "pods", "")
    };
    assert_eq!(story(), story());
}
