//! Rights, told as stories: the roles that every cluster has, roles that gather others, and reviews with their reasons.

use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::sides::{Ours, Real, Side};
use crate::{Bench, tidy, tidy_rules};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const REVIEWS: &str = "/apis/authorization.k8s.io/v1";

fn ask(side: &mut dyn Side, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let request = http::Request::builder().method(method).uri(target);
    let request = request.header("content-type", "application/json").header("user-agent", "rights/1.0");
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let answer = side.ask(&request.body(body).expect("it is a request"));
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

fn ours() -> Ours {
    Ours { sandbox: Sandbox::new(), now: Now::default() }
}

#[test]
fn every_cluster_begins_with_the_same_rules() {
    let bench = Bench::new();
    let told = |side: &mut dyn Side, plural: &str| -> Vec<Value> {
        let target = format!("{RBAC}/{plural}?labelSelector=kubernetes.io%2Fbootstrapping%3Drbac-defaults");
        let (code, list) = ask(side, "GET", &target, &Value::Null);
        assert_eq!(code, 200, "{list}");
        let items = list["items"].as_array().expect("it is a list").iter().map(|object| {
            let mut object = object.clone();
            let metadata = object["metadata"].as_object_mut().expect("it has metadata");
            metadata
                .retain(|field, _| matches!(field.as_str(), "name" | "namespace" | "labels" | "annotations"));
            object
        });
        items.collect()
    };
    for plural in ["clusterroles", "clusterrolebindings", "roles", "rolebindings"] {
        let (real, ours) = (told(&mut Real(&bench.admin), plural), told(&mut ours(), plural));
        let names = |list: &[Value]| -> Vec<Value> {
            list.iter().map(|one| one["metadata"]["name"].clone()).collect()
        };
        assert_eq!(names(&real), names(&ours), "{plural}");
        for (real, ours) in real.iter().zip(&ours) {
            assert_eq!(real, ours);
        }
        assert!(real.len() > 5, "{plural}");
    }
}

#[test]
fn roles_gather_the_same_rules() {
    let bench = Bench::new();
    let sequence = format!("g{:x}", bench.start & 0xffff_ffff);
    let role = |name: &str, labels: Value, rest: Value| {
        let mut role = rest;
        role["metadata"] = json!({"name": format!("{sequence}-{name}"), "labels": labels});
        role["metadata"]["labels"]["sequence"] = sequence.as_str().into();
        role
    };
    let rule = |resource: &str| json!({"verbs": ["get"], "apiGroups": ["x.io"], "resources": [resource]});
    let gathers = |expression: Value| {
        json!({"aggregationRule": {"clusterRoleSelectors": [
            {"matchLabels": {"sequence": sequence, "to": "one"}}, {"matchExpressions": [expression]},
        ]}, "rules": [rule("dropped")]})
    };
    let only = json!({"key": "also", "operator": "In", "values": [format!("{sequence}-x")]});
    let roles = [
        role("b", json!({"to": "one"}), json!({"rules": [rule("bs"), rule("same")]})),
        role("a", json!({"to": "one"}), json!({"rules": [rule("as"), rule("same")]})),
        role("c", json!({"also": format!("{sequence}-x")}), json!({"rules": [rule("cs")]})),
        role("all", json!({}), gathers(only)),
    ];
    let target = format!("{RBAC}/clusterroles/{sequence}-all");
    let settled = |side: &mut dyn Side, wanted: usize| -> Value {
        for _ in 0..100 {
            let rules = ask(side, "GET", &target, &Value::Null).1["rules"].clone();
            if rules.as_array().is_some_and(|rules| rules.len() == wanted) && rules[0] != rule("dropped") {
                return rules;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the roles do not come to rest")
    };
    let told = [&mut Real(&bench.admin) as &mut dyn Side, &mut ours()].map(|side| {
        for role in &roles {
            assert_eq!(ask(side, "POST", &format!("{RBAC}/clusterroles"), role).0, 201);
        }
        let first = settled(side, 4);
        assert_eq!(ask(side, "DELETE", &format!("{RBAC}/clusterroles/{sequence}-a"), &Value::Null).0, 200);
        let second = settled(side, 3);
        tidy_rules(side, &sequence);
        (first, second)
    });
    assert_eq!(told[0], told[1]);
}

#[test]
fn reviews_give_the_same_reasons() {
    let bench = Bench::new();
    let namespace = format!("rights-{:x}", bench.start & 0xffff_ffff);
    let group = "rbac.authorization.k8s.io";
    let verb = |verb: &str| json!([{"verbs": [verb], "apiGroups": [""], "resources": ["configmaps"]}]);
    let binding = |name: &str, kind: &str, role: &str, subjects: Value| {
        let labels = json!({"sequence": namespace});
        json!({"metadata": {"name": name, "labels": labels}, "roleRef": {"apiGroup": group, "kind": kind, "name": role}, "subjects": subjects})
    };
    let user =
        |name: &str| json!([{"apiGroup": group, "kind": "User", "name": format!("{namespace}-{name}")}]);
    let cluster = format!("{namespace}-c");
    let account = json!([{"kind": "ServiceAccount", "name": "web"}]);
    let devs = json!([{"kind": "Group", "apiGroup": group, "name": format!("{namespace}-devs")}]);
    let objects = [
        (
            "clusterroles",
            json!({"metadata": {"name": cluster, "labels": {"sequence": namespace}}, "rules": verb("get")}),
        ),
        ("roles", json!({"metadata": {"name": "r"}, "rules": verb("list")})),
        ("clusterrolebindings", binding(&cluster, "ClusterRole", &cluster, devs)),
        ("rolebindings", binding("local", "Role", "r", user("alice"))),
        ("rolebindings", binding("of-cluster", "ClusterRole", &cluster, account)),
        ("rolebindings", binding("dangling", "Role", "absent", user("bob"))),
    ];
    let spec = |user: &str, groups: Value, verb: &str| {
        let attributes = json!({"namespace": namespace, "verb": verb, "resource": "configmaps"});
        json!({"spec": {"user": user, "groups": groups, "resourceAttributes": attributes}})
    };
    let (alice, bob) = (format!("{namespace}-alice"), format!("{namespace}-bob"));
    let web = format!("system:serviceaccount:{namespace}:web");
    let local = format!("namespaces/{namespace}/localsubjectaccessreviews");
    let asked = [
        ("subjectaccessreviews", spec(&alice, json!([]), "list")),
        ("subjectaccessreviews", spec(&alice, json!([format!("{namespace}-devs")]), "get")),
        ("subjectaccessreviews", spec(&alice, json!([]), "get")),
        ("subjectaccessreviews", spec(&web, json!([]), "get")),
        ("subjectaccessreviews", spec(&bob, json!([]), "get")),
        ("subjectaccessreviews", spec("", json!(["system:masters"]), "get")),
        (&local, spec(&alice, json!([]), "list")),
        (&local, json!({"spec": {"user": "x", "resourceAttributes": {"namespace": "other", "verb": "get"}}})),
        (&local, json!({"spec": {"nonResourceAttributes": {"path": "/", "verb": "get"}}})),
        ("subjectaccessreviews", json!({})),
        (
            "subjectaccessreviews",
            json!({"spec": {"user": "x", "nonResourceAttributes": {"path": "/api"}, "resourceAttributes": {}}}),
        ),
        (
            "selfsubjectaccessreviews",
            json!({"spec": {"nonResourceAttributes": {"path": "/api", "verb": "get"}}}),
        ),
        ("selfsubjectrulesreviews", json!({"spec": {}})),
    ];
    let mut told = Vec::new();
    for side in [&mut Real(&bench.admin) as &mut dyn Side, &mut ours()] {
        let made = ask(side, "POST", "/api/v1/namespaces", &json!({"metadata": {"name": namespace}}));
        assert_eq!(made.0, 201);
        for (plural, object) in &objects {
            let scope = if plural.starts_with("cluster") {
                String::new()
            } else {
                format!("namespaces/{namespace}/")
            };
            let (code, made) = ask(side, "POST", &format!("{RBAC}/{scope}{plural}"), object);
            assert_eq!(code, 201, "{made}");
        }
        let answers = asked.iter().map(|(target, review)| {
            let (code, mut answer) = ask(side, "POST", &format!("{REVIEWS}/{target}"), review);
            if let Some(metadata) = answer["metadata"].as_object_mut() {
                metadata.remove("managedFields");
            }
            (code, answer)
        });
        told.push(answers.collect::<Vec<_>>());
        tidy_rules(side, &namespace);
        tidy(side, &format!("/api/v1/namespaces/{namespace}"));
    }
    for ((real, ours), asked) in told[0].iter().zip(&told[1]).zip(&asked) {
        assert_eq!(real, ours, "{asked:?}");
    }
    let reasons = told[1].iter().filter(|(_, answer)| answer["status"]["reason"].is_string()).count();
    assert_eq!(reasons, 5, "each kind of binding has its words");
}
