//! Each subresource that people write to, and each question about rights, on the real server.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kubewire::{Api, Builtin, Catalog, Eviction, Object, Operation, PatchType};
use kubewire_conformance::{World, eventually};
use serde_json::{Value, json};

/// A request for a certificate of `CN=robot`: PEM, once more as base64.
const REQUEST: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01ISUNBUUF3RURFT01Bd0dBMVVFQXd3RmNtOWliM1F3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQgpCd05DQUFSWHpoM3lWRWlUcmk5RWFpY3J5QkN3YWdHVzQ3dFRvZStXRENMYXg2SHNuZUx0a0dVdWIyTEp3dUhzCmNLNDY0YTAxczZrd2NLN0VTL3JmVVYwWW1qb0lvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUlnU21jQWk5VzAKZndFMG1HWTU0WGRhL3BXd3d4b0hzK0pIRE1BNzFDaU5PWUFDSVFDYUU1WXpUNmtOSTZlUGVJeERyZEg2eGNBNgovTmc5S2RmUUczOGhNb1VGY3c9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";

fn run(world: &World, operation: &Value) -> Result<Value, kubewire::Error> {
    let operation: Operation = serde_json::from_value(operation.clone()).unwrap();
    world.admin.run(operation.call(&Builtin)?)?.json()
}

/// A pod that seems to run, though no kubelet is here: its status says so.
fn running_pod(world: &World, name: &str, scheduler: &str) {
    let pod = json!({
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"schedulerName": scheduler, "containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "10m"}}}]},
    });
    let pods = Api::<Pod>::namespaced(&world.namespace);
    eventually("the pod is admitted", || world.admin.run(pods.create(&pod)).ok());
    let conditions = json!([{"type": "Ready", "status": "True"}]);
    let status = json!({"status": {"phase": "Running", "conditions": conditions}});
    let running = world.admin.run(pods.patch_status(name, PatchType::Merge, &status)).unwrap();
    assert_eq!(running.status.unwrap().phase.as_deref(), Some("Running"));
}

#[test]
fn a_disruption_budget_refuses_an_eviction_and_says_so() {
    let world = World::new("evict");
    running_pod(&world, "web", "default-scheduler");
    let budget = json!({"metadata": {"name": "spare"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}});
    let of = |word: &str| Api::<Object>::dynamic(Builtin.find(None, word).unwrap()).within(&world.namespace);
    world.admin.run(of("pdb").create(&budget)).unwrap();
    eventually("the budget is reckoned", || {
        let seen = world.admin.run(of("pdb").get("spare")).unwrap();
        (seen.at(&["status", "currentHealthy"]) == Some(&json!(1))).then_some(())
    });
    let pods = Api::<Pod>::namespaced(&world.namespace);
    // Sent once: a second try would be refused as well, and is the caller's to make.
    let refused = world.admin.run(pods.evict("web")).unwrap_err();
    let status = refused.status().unwrap();
    assert_eq!((status.code, status.is_disruption_budget()), (429, true));
    assert!(refused.to_string().contains("disruption budget"), "{refused}");
    world.admin.run(of("pdb").delete("spare")).unwrap();

    eventually("the budget is gone", || world.admin.run(pods.evict("web").dry_run()).ok());
    let of_another = Eviction::new().precondition_uid("00000000-0000-0000-0000-000000000000");
    let refused = world.admin.run(pods.evict_with("web", &of_another)).unwrap_err();
    assert!(refused.status().unwrap().is_conflict(), "{refused}");
    // The dry run and the refusal have left it alone.
    let uid = world.admin.run(pods.get("web")).unwrap().metadata.uid.unwrap();
    let this = Eviction::new().precondition_uid(&uid).grace_period_seconds(0);
    world.admin.run(pods.evict_with("web", &this)).unwrap();
    assert!(world.admin.run(pods.get("web")).unwrap_err().status().unwrap().is_not_found());
}

#[test]
fn pods_are_bound_resized_and_debugged() {
    let world = World::new("pods");
    running_pod(&world, "web", "by-hand");
    let pods = Api::<Pod>::namespaced(&world.namespace);
    let more = json!({"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "20m"}}}]}});
    let resized = world.admin.run(pods.patch_resize("web", PatchType::Strategic, &more)).unwrap();
    let container = resized.spec.unwrap().containers.remove(0);
    assert_eq!(container.resources.unwrap().requests.unwrap()["cpu"].0, "20m");

    for name in ["debug", "again"] {
        let container = json!({"name": name, "image": "i"});
        world.admin.run(pods.add_ephemeral_container("web", &container)).unwrap();
    }
    let spec = world.admin.run(pods.get("web")).unwrap().spec.unwrap();
    // A strategic patch puts the new one in front.
    let names: Vec<_> = spec.ephemeral_containers.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["again", "debug"]);

    world.admin.run(pods.bind("web", "n1")).unwrap();
    assert_eq!(world.admin.run(pods.get("web")).unwrap().spec.unwrap().node_name.as_deref(), Some("n1"));
    let again = world.admin.run(pods.bind("web", "n2")).unwrap_err();
    assert!(again.status().unwrap().is_conflict(), "{again}");
}

#[test]
fn a_deployment_is_scaled_and_its_status_written() {
    let world = World::new("scale");
    let deployments = Api::<Deployment>::namespaced(&world.namespace);
    let labels = json!({"app": "web"});
    let template =
        json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let spec = json!({"replicas": 0, "selector": {"matchLabels": labels}, "template": template});
    world.admin.run(deployments.create(&json!({"metadata": {"name": "web"}, "spec": spec}))).unwrap();

    let mut scale = world.admin.run(deployments.get_scale("web")).unwrap();
    assert_eq!((scale.spec.replicas, scale.status.selector.as_str()), (0, "app=web"));
    assert_eq!(world.admin.run(deployments.scale("web", 2).dry_run()).unwrap().spec.replicas, 2);
    assert_eq!(world.admin.run(deployments.scale("web", 1)).unwrap().spec.replicas, 1);
    scale.spec.replicas = 3;
    let stale = world.admin.run(deployments.replace_scale("web", &scale)).unwrap_err();
    assert!(stale.status().unwrap().is_conflict(), "{stale}");
    let mut scale = world.admin.run(deployments.get_scale("web")).unwrap();
    scale.spec.replicas = 0;
    // A controller that writes the Deployment meanwhile makes it stale; it comes to rest.
    eventually("the scale is replaced", || {
        scale.metadata = world.admin.run(deployments.get_scale("web")).unwrap().metadata;
        world.admin.run(deployments.replace_scale("web", &scale)).ok()
    });
    assert_eq!(world.admin.run(deployments.get("web")).unwrap().spec.replicas, Some(0));

    let condition = json!([{"type": "Tried", "status": "True"}]);
    let applied = json!({"status": {"conditions": condition}, "spec": {"paused": true}});
    let applied = world.admin.run(deployments.apply_status("web", "robot", &applied)).unwrap();
    let status = serde_json::to_value(&applied.status).unwrap();
    assert!(status["conditions"].as_array().unwrap().iter().any(|one| one["type"] == "Tried"), "{status}");
    // By way of its status nothing else of an object is written.
    assert_eq!(applied.spec.paused, None);
    let mut whole = world.admin.run(deployments.get_status("web")).unwrap();
    whole.spec.paused = Some(true);
    whole.metadata.resource_version = None;
    let replaced = world.admin.run(deployments.replace_status("web", &whole)).unwrap();
    assert_eq!(replaced.spec.paused, None);
}

#[test]
fn a_certificate_request_is_approved() {
    let world = World::new("csr");
    let requests = Api::<Object>::dynamic(Builtin.find(None, "csr").unwrap());
    let spec = json!({"request": REQUEST, "signerName": "example.com/robots", "usages": ["client auth"]});
    world.admin.run(requests.create(&json!({"metadata": {"name": world.namespace}, "spec": spec}))).unwrap();
    let approve = || requests.approve(&world.namespace, "Test", "by the test").field_manager("gate");
    let approved = world.admin.run(approve()).unwrap();
    let conditions = approved.at(&["status", "conditions"]).unwrap();
    assert_eq!((&conditions[0]["type"], &conditions[0]["reason"]), (&json!("Approved"), &json!("Test")));
    assert!(conditions[0]["lastUpdateTime"].is_string(), "{conditions}");
    // Once more is no harm; the other word is refused.
    world.admin.run(approve()).unwrap();
    let denied = world.admin.run(requests.deny(&world.namespace, "Test", "no")).unwrap_err();
    assert!(denied.status().unwrap().is_invalid(), "{denied}");
    world.admin.run(requests.replace_approval(&world.namespace, &approved)).unwrap();
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
    world.admin.run(namespaces.finalize(held.name(), &seen)).unwrap();
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
