//! Each subresource that people write to, and each question about rights, on the real server.

use k8s_openapi::api::core::v1::Pod;
use kubewire::{Api, Builtin, Catalog, Object, Operation, PatchType};
use kubewire_conformance::{World, eventually};
use serde_json::{Value, json};

/// A request for a certificate of `CN=robot`: PEM, once more as base64.
const REQUEST: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01ISUNBUUF3RURFT01Bd0dBMVVFQXd3RmNtOWliM1F3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFSWHpoM3lWRWlUcmk5RWFpY3J5QkN3YWdHVzQ3dFRvZStXRENMYXg2SHNuZUx0a0dVdWIyTEp3dUhzCmNLNDY0YTAxczZrd2NLN0VTL3JmVVYwWW1qb0lvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUlnU21jQWk5VzAKZndFMG1HWTU0WGRhL3BXd3d4b0hzK0pIRE1BNzFDaU5PWUFDSVFDYUU1WXpUNmtOSTZlUGVJeERyZEg2eGNBNgovTmc5S2RmUUczOGhNb1VGY3c9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";

fn run(world: &World, operation: &Value) -> Result<Value, kubewire::Error> {
    let operation: Operation = serde_json::from_value(operation.clone()).unwrap();
    world.admin.run(operation.call(&Builtin)?)?.json()
}

/// A pod that seems to run, though no kubelet is here: its status says so.
fn running_pod(world: &World, name: &str) {
    let pod = json!({
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "10m"}}}]},
    });
    let pods = Api::<Pod>::namespaced(&world.namespace);
    eventually("the pod is admitted", || world.admin.run(pods.create(&pod)).ok());
    let conditions = json!([{"type": "Ready", "status": "True"}]);
    let status = json!({"status": {"phase": "Running", "conditions": conditions}});
    world.admin.run(pods.subresource(name, "status").patch(PatchType::Merge, &status)).unwrap();
}

#[test]
fn a_disruption_budget_refuses_an_eviction_and_says_so() {
    let world = World::new("evict");
    running_pod(&world, "web");
    let budget = json!({"metadata": {"name": "spare"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}});
    let of = |word: &str| Api::<Object>::dynamic(Builtin.find(None, word).unwrap()).within(&world.namespace);
    world.admin.run(of("pdb").create(&budget)).unwrap();
    eventually("the budget is reckoned", || {
        let seen = world.admin.run(of("pdb").get("spare")).unwrap();
        (seen.at(&["status", "currentHealthy"]) == Some(&json!(1))).then_some(())
    });
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web"}});
    let pods = Api::<Pod>::namespaced(&world.namespace);
    // Sent once: a second try would be refused as well, and is the caller's to make.
    let refused = world.admin.run(pods.subresource("web", "eviction").create(&eviction)).unwrap_err();
    let status = refused.status().unwrap();
    assert_eq!((status.code, status.reason.as_str()), (429, "TooManyRequests"));
    assert!(refused.to_string().contains("disruption budget"), "{refused}");
    world.admin.run(of("pdb").delete("spare")).unwrap();
    let evicted = eventually("the budget is gone", || {
        world.admin.run(pods.subresource("web", "eviction").create(&eviction)).ok()
    });
    assert_eq!(evicted.json::<Value>().unwrap()["status"], "Success");
}

#[test]
fn pods_are_bound_resized_and_debugged() {
    let world = World::new("pods");
    running_pod(&world, "web");
    let pods = Api::<Pod>::namespaced(&world.namespace);
    let more = json!({"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "20m"}}}]}});
    let resized =
        world.admin.run(pods.subresource("web", "resize").patch(PatchType::Strategic, &more)).unwrap();
    let resized: Value = resized.json().unwrap();
    assert_eq!(resized["spec"]["containers"][0]["resources"]["requests"]["cpu"], "20m");

    let debugger = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "i"}]}});
    let patched = pods.subresource("web", "ephemeralcontainers").patch(PatchType::Strategic, &debugger);
    let patched: Value = world.admin.run(patched).unwrap().json().unwrap();
    assert_eq!(patched["spec"]["ephemeralContainers"][0]["name"], "debug");

    let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "web"}, "target": {"kind": "Node", "name": "n1"}});
    let bound: Value =
        world.admin.run(pods.subresource("web", "binding").create(&binding)).unwrap().json().unwrap();
    assert_eq!(bound["status"], "Success");
    assert_eq!(world.admin.run(pods.get("web")).unwrap().spec.unwrap().node_name.as_deref(), Some("n1"));
}

#[test]
fn a_certificate_request_is_approved() {
    let world = World::new("csr");
    let requests = Api::<Object>::dynamic(Builtin.find(None, "csr").unwrap());
    let spec = json!({"request": REQUEST, "signerName": "example.com/robots", "usages": ["client auth"]});
    world.admin.run(requests.create(&json!({"metadata": {"name": world.namespace}, "spec": spec}))).unwrap();
    let mut request: Value =
        world.admin.run(requests.subresource(&world.namespace, "approval").get()).unwrap().json().unwrap();
    let condition = json!({"type": "Approved", "status": "True", "reason": "Test", "message": "by the test"});
    request["status"]["conditions"] = json!([condition]);
    let approved = requests.subresource(&world.namespace, "approval").replace(&request);
    let approved: Value = world.admin.run(approved).unwrap().json().unwrap();
    assert_eq!(approved["status"]["conditions"][0]["type"], "Approved");
    world.admin.run(requests.delete(&world.namespace)).unwrap();
}

#[test]
fn a_namespace_is_finalized() {
    let world = World::new("finalize");
    let namespaces = Api::<Object>::dynamic(Builtin.find(None, "ns").unwrap());
    let held = json!({"metadata": {"name": format!("{}-held", world.namespace)}, "spec": {"finalizers": ["example.com/hold"]}});
    let held = world.admin.run(namespaces.create(&held)).unwrap();
    world.admin.run(namespaces.delete(held.name())).unwrap();
    let mut seen: Value = eventually("only the finalizer holds it", || {
        let seen: Value =
            serde_json::to_value(world.admin.run(namespaces.get(held.name())).unwrap()).unwrap();
        (seen["spec"]["finalizers"] == json!(["example.com/hold"])).then_some(seen)
    });
    seen["spec"]["finalizers"] = json!([]);
    world.admin.run(namespaces.subresource(held.name(), "finalize").replace(&seen)).unwrap();
    eventually("it is gone", || {
        let gone = world.admin.run(namespaces.get(held.name())).err()?;
        gone.status().is_some_and(kubewire::Status::is_not_found).then_some(())
    });
}

#[test]
fn rights_can_be_asked_about() {
    let world = World::new("ask");
    let ask = |kind: &str, group: &str, plural: &str, spec: Value| {
        let body = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "spec": spec});
        run(&world, &json!({"verb": "create", "resource": plural, "body": body})).unwrap()
    };
    let authorization = "authorization.k8s.io";
    let attributes =
        json!({"resourceAttributes": {"verb": "list", "resource": "pods", "namespace": world.namespace}});
    let access = ask("SelfSubjectAccessReview", authorization, "selfsubjectaccessreviews", attributes);
    assert_eq!(access["status"]["allowed"], true);
    let rules = ask(
        "SelfSubjectRulesReview",
        authorization,
        "selfsubjectrulesreviews",
        json!({"namespace": world.namespace}),
    );
    assert!(rules["status"]["resourceRules"].as_array().is_some_and(|rules| !rules.is_empty()), "{rules}");
    let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let myself =
        run(&world, &json!({"verb": "create", "resource": "selfsubjectreviews", "body": body})).unwrap();
    assert!(myself["status"]["userInfo"]["username"].is_string(), "{myself}");
}

#[test]
fn an_applys_conflicts_name_fields_and_managers() {
    let world = World::new("conflict");
    let maps = Api::<Object>::dynamic(Builtin.find(None, "cm").unwrap()).within(&world.namespace);
    let object = |value: &str| json!({"metadata": {"name": "m"}, "data": {"a": value, "b": value}});
    world.admin.run(maps.apply("m", "first \"one\"", &object("1"))).unwrap();
    let refused = world.admin.run(maps.apply("m", "second", &object("2"))).unwrap_err();
    let mut conflicts = refused.status().unwrap().conflicts();
    conflicts.sort_by(|a, b| a.field.cmp(&b.field));
    let seen: Vec<_> = conflicts.iter().map(|it| (it.field.as_str(), it.manager.as_str())).collect();
    assert_eq!(seen, [(".data.a", "first \"one\""), (".data.b", "first \"one\"")]);
    world.admin.run(maps.apply("m", "second", &object("2")).force()).unwrap();
}
