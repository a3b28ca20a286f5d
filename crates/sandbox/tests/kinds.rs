//! The kinds of every day, without a real server beside them: what they are given, what is refused, what stays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

const CORE: &str = "/api/v1/namespaces/default";
const APPS: &str = "/apis/apps/v1/namespaces/default";

fn ask(sandbox: &mut Sandbox, method: &str, target: &str, media: &str, body: &Value) -> (u16, Value) {
    let headers = [("user-agent", "tester/1"), ("content-type", media)];
    common::send(sandbox, Now::default(), method, target, &headers, body)
}

fn post(sandbox: &mut Sandbox, target: &str, body: &Value) -> (u16, Value) {
    ask(sandbox, "POST", target, "application/json", body)
}

fn deployment() -> Value {
    json!({"metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}},
    }})
}

#[test]
fn what_is_not_said_is_given() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let (code, made) = post(&mut sandbox, &format!("{APPS}/deployments"), &deployment());
    assert_eq!(code, 201, "{made}");
    let (_, pod) = post(
        &mut sandbox,
        &format!("{CORE}/pods"),
        &json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i", "resources": {"limits": {"cpu": "0.5"}}}]}}),
    );
    let (_, service) = post(
        &mut sandbox,
        &format!("{CORE}/services"),
        &json!({"metadata": {"name": "s"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}),
    );
    for (object, pointer, wanted) in [
        (&made, "/metadata/generation", json!(1)),
        (&made, "/spec/replicas", json!(1)),
        (&made, "/spec/strategy/rollingUpdate/maxSurge", json!("25%")),
        (&made, "/spec/template/spec/containers/0/imagePullPolicy", json!("IfNotPresent")),
        (&made, "/status", json!({})),
        (&pod, "/spec/containers/0/imagePullPolicy", json!("Always")),
        (&pod, "/spec/containers/0/resources/requests/cpu", json!("500m")),
        (&pod, "/spec/serviceAccountName", json!("default")),
        (&pod, "/spec/volumes/0/projected/defaultMode", json!(420)),
        (&pod, "/spec/tolerations/1/tolerationSeconds", json!(300)),
        (&pod, "/status", json!({"phase": "Pending", "qosClass": "Burstable"})),
        (&service, "/spec/clusterIP", json!("10.0.0.2")),
        (
            &service,
            "/spec/ports/0",
            json!({"port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 30000}),
        ),
    ] {
        assert_eq!(object.pointer(pointer), Some(&wanted), "{pointer}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_the_servers_words() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    for (target, body, wanted) in [
        (
            format!("{APPS}/deployments"),
            json!({"metadata": {"name": "d"}, "spec": {"replicas": "3"}}),
            "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        (
            format!("{CORE}/pods"),
            json!({"metadata": {"name": "p"}, "spec": {"containers": []}}),
            "Pod \"p\" is invalid: spec.containers: Required value",
        ),
        (
            format!("{CORE}/pods"),
            json!({"metadata": {"name": "p"}, "spec": {"serviceAccountName": "x", "containers": [{"name": "c", "image": "i"}]}}),
            "pods \"p\" is forbidden: error looking up service account default/x: serviceaccount \"x\" not found",
        ),
        (
            format!("{CORE}/services"),
            json!({"metadata": {"name": "s"}, "spec": {"ports": [{"port": 0}]}}),
            "Service \"s\" is invalid: [spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]",
        ),
        (
            "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles".into(),
            json!({"metadata": {"name": "r"}, "rules": [{"verbs": ["get"], "resources": ["pods"]}]}),
            "Role.rbac.authorization.k8s.io \"r\" is invalid: rules[0].apiGroups: Required value: resource rules must supply at least one api group",
        ),
    ] {
        let (_, status) = post(&mut sandbox, &target, &body);
        assert_eq!(status["message"], wanted);
    }
}

#[test]
fn a_status_and_a_scale_have_their_own_doors() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let (all, one) = (format!("{APPS}/deployments"), format!("{APPS}/deployments/web"));
    post(&mut sandbox, &all, &deployment());
    let merge = "application/merge-patch+json";
    let status = json!({"spec": {"replicas": 9}, "status": {"replicas": 1}});
    let (code, object) = ask(&mut sandbox, "PATCH", &format!("{one}/status"), merge, &status);
    assert_eq!(
        (code, &object["spec"]["replicas"], &object["status"]["replicas"]),
        (200, &json!(1), &json!(1))
    );
    assert_eq!(object["metadata"]["managedFields"][1]["subresource"], "status");
    let scale = json!({"metadata": {"name": "web"}, "spec": {"replicas": 4}});
    let (code, scaled) = ask(&mut sandbox, "PUT", &format!("{one}/scale"), "application/json", &scale);
    assert_eq!(
        (code, &scaled["kind"], &scaled["status"]["selector"]),
        (200, &json!("Scale"), &json!("app=web"))
    );
    let (_, object) = ask(&mut sandbox, "GET", &one, "", &Value::Null);
    assert_eq!((&object["spec"]["replicas"], &object["metadata"]["generation"]), (&json!(4), &json!(2)));
    let selector = json!({"spec": {"selector": {"matchLabels": {"app": "other"}}}});
    let (code, status) = ask(&mut sandbox, "PATCH", &one, merge, &selector);
    assert_eq!(code, 422, "{status}");
}

#[test]
fn containers_are_merged_by_name_and_owned_by_who_applies() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let one = format!("{APPS}/deployments/web?fieldManager=one");
    let mut wanted = deployment();
    wanted["apiVersion"] = "apps/v1".into();
    wanted["kind"] = "Deployment".into();
    let (code, made) = ask(&mut sandbox, "PATCH", &one, "application/apply-patch+yaml", &wanted);
    assert_eq!(code, 201, "{made}");
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": "d", "image": "j:1"}]}}}});
    let target = format!("{APPS}/deployments/web?fieldManager=two");
    let (_, patched) = ask(&mut sandbox, "PATCH", &target, "application/strategic-merge-patch+json", &patch);
    let names = |object: &Value| -> Vec<String> {
        let list = object.pointer("/spec/template/spec/containers").and_then(Value::as_array).unwrap();
        list.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&patched), ["d", "c"]);
    wanted["spec"]["template"]["spec"]["containers"] = json!([{"name": "d", "image": "k:1"}]);
    let (code, conflict) = ask(&mut sandbox, "PATCH", &one, "application/apply-patch+yaml", &wanted);
    let message = "Apply failed with 1 conflict: conflict with \"two\" using apps/v1: .spec.template.spec.containers[name=\"d\"].image";
    assert_eq!((code, &conflict["message"]), (409, &json!(message)));
    let (code, forced) =
        ask(&mut sandbox, "PATCH", &format!("{one}&force=true"), "application/apply-patch+yaml", &wanted);
    assert_eq!((code, names(&forced)), (200, vec!["d".to_owned()]));
}

#[test]
fn another_uid_is_told_with_its_place_unless_it_is_only_tried() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let map = json!({"metadata": {"name": "a"}});
    assert_eq!(post(&mut sandbox, &format!("{CORE}/configmaps"), &map).0, 201);
    let other = json!({"metadata": {"name": "a", "uid": "b"}});
    for (query, key) in
        [("", "Key: /registry/configmaps/default/a,"), ("?dryRun=All", "Key: /configmaps/default/a,")]
    {
        let target = format!("{CORE}/configmaps/a{query}");
        let (code, refused) = ask(&mut sandbox, "PUT", &target, "application/json", &other);
        assert_eq!((code, refused["message"].as_str().unwrap().contains(key)), (409, true), "{refused}");
    }
}

#[test]
fn amounts_that_fit_nowhere_harm_nobody() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let long = "9".repeat(44);
    for (index, amount) in
        [long.as_str(), "1e2147483647", "-1e-2147483648", "1e99", &format!("-{long}")].iter().enumerate()
    {
        let container = |name: &str| json!({"name": name, "image": "i", "resources": {"requests": {"cpu": amount, "memory": amount}}});
        let pod = json!({"metadata": {"name": format!("p{index}")}, "spec": {"nodeName": "n", "containers": [container("a"), container("b")]}});
        let request = |method: &str, target: &str, body: &Value| {
            let request =
                Request::builder().method(method).uri(target).header("content-type", "application/json");
            request.body(Bytes::from(body.to_string())).unwrap()
        };
        let pods = "/api/v1/namespaces/default/pods";
        let reply = sandbox.handle(Now::default(), request("POST", pods, &pod));
        assert!(matches!(reply.status().unwrap().as_u16(), 201 | 400 | 422), "{amount}: {reply:?}");
        let target = format!("{pods}/p{index}/resize");
        let reply = sandbox.handle(Now::default(), request("PUT", &target, &pod));
        assert!(
            matches!(reply.status().unwrap().as_u16(), 200 | 400 | 403 | 404 | 422),
            "{amount}: {reply:?}"
        );
    }
}

#[test]
fn a_limit_range_without_a_name_is_called_by_an_id() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let (code, made) = post(&mut sandbox, &format!("{CORE}/limitranges"), &json!({}));
    let name = made["metadata"]["name"].as_str().unwrap();
    assert_eq!((code, name.len(), name.matches('-').count()), (201, 36, 4), "{made}");
    assert_ne!(name, made["metadata"]["uid"]);
    // Nothing else is.
    assert_eq!(post(&mut sandbox, &format!("{CORE}/configmaps"), &json!({})).0, 422);
}
