//! What is admitted, and told: pod security, and what nobody acts by. The real server's answers to the same stand in the recorded scripts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use bytes::Bytes;
use http::{Request, Response};
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

fn post(sandbox: &mut Sandbox, target: &str, body: &Value) -> Response<Bytes> {
    let bearer = format!("Bearer {}", sandbox.admin());
    let request = Request::post(target).header("authorization", bearer);
    sandbox
        .handle(Now::default(), request.body(body.to_string().into()).unwrap())
        .whole()
        .expect("a whole answer")
}

fn message(answer: &Response<Bytes>) -> String {
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    body.get("message").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn warnings(answer: &Response<Bytes>) -> Vec<&str> {
    answer.headers().get_all("warning").iter().map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn a_restricted_namespace_takes_no_pod_that_could_do_harm() {
    let mut sandbox = Sandbox::new();
    let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    let namespace = json!({"metadata": {"name": "strict", "labels": labels}});
    assert_eq!(post(&mut sandbox, "/api/v1/namespaces", &namespace).status(), 201);
    let pod = |context: Value| json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i", "securityContext": context}]}});
    let pods = "/api/v1/namespaces/strict/pods";
    let refused = post(&mut sandbox, pods, &pod(json!({"runAsNonRoot": true})));
    assert_eq!(refused.status(), 403);
    let why = message(&refused);
    assert!(
        why.starts_with("pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": "),
        "{why}"
    );
    assert!(
        why.contains("(container \"c\" must set securityContext.allowPrivilegeEscalation=false)"),
        "{why}"
    );
    assert!(!why.contains("runAsNonRoot"), "{why}");
    let good = json!({
        "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"},
    });
    assert_eq!(post(&mut sandbox, pods, &pod(good)).status(), 201);
    // A template is stored, and told of.
    let template = json!({"metadata": {"name": "t"}, "template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}});
    let stored = post(&mut sandbox, "/api/v1/namespaces/strict/podtemplates", &template);
    assert_eq!(stored.status(), 201);
    assert!(warnings(&stored).iter().any(|told| told.contains("would violate PodSecurity")), "{stored:?}");
}

#[test]
fn whoever_configures_admission_hears_that_nobody_acts_by_it() {
    let mut sandbox = Sandbox::new();
    let target = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    let stored = post(&mut sandbox, target, &json!({"metadata": {"name": "w"}}));
    assert_eq!(stored.status(), 201);
    assert_eq!(
        warnings(&stored),
        ["299 - \"the sandbox stores a ValidatingWebhookConfiguration and does not act by it\""]
    );
}

#[test]
fn pods_without_a_class_have_the_default_priority_and_there_is_one_default() {
    let classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let main =
        json!({"metadata": {"name": "main"}, "value": 7, "globalDefault": true, "preemptionPolicy": "Never"});
    assert_eq!(post(&mut sandbox, classes, &main).status(), 201);
    let other = json!({"metadata": {"name": "other"}, "value": 5, "globalDefault": true});
    let refused = post(&mut sandbox, classes, &other);
    assert_eq!(
        message(&refused),
        "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass main is already marked as default. Only one default can exist"
    );
    let pod = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}});
    let stored = post(&mut sandbox, "/api/v1/namespaces/default/pods", &pod);
    let stored: Value = serde_json::from_slice(stored.body()).unwrap();
    let spec = &stored["spec"];
    assert_eq!(
        (&spec["priorityClassName"], &spec["priority"], &spec["preemptionPolicy"]),
        (&json!("main"), &json!(7), &json!("Never"))
    );
}
