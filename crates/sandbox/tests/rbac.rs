//! Who may: roles and bindings, what is refused in which words, and that nobody gives away more than they have.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod common;

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const PODS: &str = "/api/v1/namespaces/default/pods";

struct World {
    sandbox: Sandbox,
    admin: String,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let admin = sandbox.admin().to_owned();
        Self { sandbox, admin }
    }

    fn ask(&mut self, token: &str, method: &str, target: &str, body: &Value) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        let mut headers = Vec::new();
        if !token.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        if method == "PATCH" {
            headers.push(("content-type", "application/merge-patch+json"));
        }
        common::send(&mut self.sandbox, Now::default(), method, target, &headers, body)
    }

    fn put(&mut self, kind: &str, metadata: Value, rest: Value) {
        let mut object = rest;
        object["apiVersion"] = "rbac.authorization.k8s.io/v1".into();
        object["kind"] = kind.into();
        object["metadata"] = metadata;
        self.sandbox.put(object, Now::default()).unwrap();
    }

    /// A ClusterRole, and a binding of a user to it everywhere, or in one namespace.
    fn grant(&mut self, user: &str, namespace: &str, rules: &Value) {
        let name = format!("{user}-can");
        self.put("ClusterRole", json!({"name": name}), json!({"rules": rules}));
        self.bind(user, namespace, "ClusterRole", &name);
    }

    fn bind(&mut self, user: &str, namespace: &str, kind: &str, role: &str) {
        let reference = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role});
        let rest = json!({"roleRef": reference, "subjects": [{"kind": "User", "name": user}]});
        let name = format!("{user}-{role}");
        match namespace {
            "" => self.put("ClusterRoleBinding", json!({"name": name}), rest),
            _ => self.put("RoleBinding", json!({"name": name, "namespace": namespace}), rest),
        }
    }
}

fn rule(verbs: &[&str], groups: &[&str], resources: &[&str]) -> Value {
    json!({"verbs": verbs, "apiGroups": groups, "resources": resources})
}

#[test]
fn what_nobody_allows_is_refused_in_the_servers_words() {
    let mut world = World::new();
    let bob = world.sandbox.user("bob", &[]);
    let cases = [
        (
            "",
            "GET",
            "/api/v1/pods",
            "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" at the cluster scope",
        ),
        (
            "bob",
            "GET",
            PODS,
            "pods is forbidden: User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"",
        ),
        (
            "bob",
            "GET",
            "/api/v1/namespaces/default/pods/p/log",
            "pods \"p\" is forbidden: User \"bob\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\"",
        ),
        (
            "bob",
            "GET",
            "/apis/none/v1/things",
            "things.none is forbidden: User \"bob\" cannot list resource \"things\" in API group \"none\" at the cluster scope",
        ),
        (
            "bob",
            "DELETE",
            "/apis/apps/v1/namespaces/default/deployments",
            "deployments.apps is forbidden: User \"bob\" cannot deletecollection resource \"deployments\" in API group \"apps\" in the namespace \"default\"",
        ),
        (
            "bob",
            "GET",
            "/api/v1/namespaces/default",
            "namespaces \"default\" is forbidden: User \"bob\" cannot get resource \"namespaces\" in API group \"\" in the namespace \"default\"",
        ),
        ("bob", "GET", "/metrics", "forbidden: User \"bob\" cannot get path \"/metrics\""),
        ("bob", "GET", "/%3Cb%3E&", "forbidden: User \"bob\" cannot get path \"/&lt;b&gt;&amp;\""),
        ("", "GET", "/api", "forbidden: User \"system:anonymous\" cannot get path \"/api\""),
    ];
    for (who, method, target, words) in cases {
        let token = if who.is_empty() { "" } else { &bob };
        let (code, status) = world.ask(token, method, target, &Value::Null);
        assert_eq!((code, status["message"].as_str()), (403, Some(words)), "{method} {target}");
        assert_eq!(status["reason"], "Forbidden");
    }
    for (token, target) in [("", "/version"), ("", "/healthz"), (&bob, "/api"), (&bob, "/apis/apps/v1")] {
        assert_eq!(world.ask(token, "GET", target, &Value::Null).0, 200, "{target}");
    }
    let mut open = Sandbox::builder().rbac(false).build().unwrap();
    let list = Request::get(PODS).body(Bytes::new()).unwrap();
    assert_eq!(open.handle(Now::default(), list).status().unwrap(), 200);
}

#[test]
fn a_binding_gives_its_rules_and_no_more() {
    let mut world = World::new();
    let bob = world.sandbox.user("bob", &[]);
    let named =
        json!({"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["s"]});
    world.grant("bob", "default", &json!([rule(&["list", "watch"], &[""], &["pods"]), named]));
    for (target, wanted) in [
        (PODS.to_owned(), 200),
        ("/api/v1/namespaces/kube-system/pods".to_owned(), 403),
        ("/api/v1/pods".to_owned(), 403),
        (format!("{PODS}/p"), 403),
        ("/api/v1/namespaces/default/secrets/s".to_owned(), 404),
        ("/api/v1/namespaces/default/secrets/t".to_owned(), 403),
    ] {
        assert_eq!(world.ask(&bob, "GET", &target, &Value::Null).0, wanted, "{target}");
    }
    // A list of one name is of that name.
    world.grant(
        "eve",
        "",
        &json!([{"verbs": ["list"], "apiGroups": [""], "resources": ["secrets"], "resourceNames": ["s"]}]),
    );
    let eve = world.sandbox.user("eve", &[]);
    let secrets = "/api/v1/namespaces/default/secrets";
    for (query, wanted) in
        [("", 403), ("?fieldSelector=metadata.name%3Ds", 200), ("?fieldSelector=metadata.name%3Dt", 403)]
    {
        assert_eq!(world.ask(&eve, "GET", &format!("{secrets}{query}"), &Value::Null).0, wanted, "{query}");
    }
    // A binding to a role that is not there gives nothing, and says so.
    world.bind("bob", "default", "Role", "absent");
    let (_, status) = world.ask(&bob, "GET", &format!("{PODS}/p"), &Value::Null);
    let end = ": rbac: RBAC: role.rbac.authorization.k8s.io \"absent\" not found";
    assert!(status["message"].as_str().unwrap().ends_with(end), "{status}");
}

#[test]
fn roles_gather_the_rules_of_others() {
    let mut world = World::new();
    let bob = world.sandbox.user("bob", &[]);
    world.bind("bob", "default", "ClusterRole", "view");
    let admin = world.admin.clone();
    assert_eq!(world.ask(&bob, "GET", PODS, &Value::Null).0, 200);
    assert_eq!(world.ask(&bob, "GET", "/api/v1/namespaces/default/secrets", &Value::Null).0, 403);
    let rules = |world: &World, name: &str| {
        let role = world.sandbox.get("rbac.authorization.k8s.io/v1", "ClusterRole", "", name).unwrap();
        role["rules"].as_array().unwrap().len()
    };
    assert_eq!(["view", "edit", "admin"].map(|name| rules(&world, name)), [12, 27, 29]);
    // Whoever is labelled is gathered, by admin too, and is let go again.
    let labels = json!({"rbac.authorization.k8s.io/aggregate-to-view": "true"});
    let role = json!({"metadata": {"name": "more", "labels": labels}, "rules": [rule(&["list"], &["x.io"], &["xs"])]});
    assert_eq!(world.ask(&admin, "POST", &format!("{RBAC}/clusterroles"), &role).0, 201);
    assert_eq!(["view", "edit", "admin"].map(|name| rules(&world, name)), [13, 28, 30]);
    assert_eq!(world.ask(&bob, "GET", "/apis/x.io/v1/namespaces/default/xs", &Value::Null).0, 404);
    assert_eq!(world.ask(&admin, "DELETE", &format!("{RBAC}/clusterroles/more"), &Value::Null).0, 200);
    assert_eq!(world.ask(&bob, "GET", "/apis/x.io/v1/namespaces/default/xs", &Value::Null).0, 403);
}

#[test]
fn nobody_gives_away_more_than_they_have() {
    let mut world = World::new();
    let alice = world.sandbox.user("alice", &["devs"]);
    let verbs = ["create", "update", "patch", "get"];
    let kinds = ["roles", "rolebindings", "clusterroles"];
    world.grant(
        "alice",
        "",
        &json!([rule(&verbs, &["rbac.authorization.k8s.io"], &kinds), rule(&["get"], &[""], &["pods"])]),
    );
    let roles = format!("{RBAC}/namespaces/default/roles");
    let role = |name: &str, rules: Value| json!({"metadata": {"name": name}, "rules": rules});
    let more = role("esc", json!([rule(&["get", "list"], &["", "apps"], &["pods"])]));
    let refused = "roles.rbac.authorization.k8s.io \"esc\" is forbidden: user \"alice\" (groups=[\"devs\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\"]}\n{APIGroups:[\"apps\"], Resources:[\"pods\"], Verbs:[\"get\" \"list\"]}";
    let (code, status) = world.ask(&alice, "POST", &roles, &more);
    assert_eq!((code, status["message"].as_str()), (403, Some(refused)));
    assert_eq!(
        world.ask(&alice, "POST", &roles, &role("own", json!([rule(&["get"], &[""], &["pods"])]))).0,
        201
    );
    let grow = json!({"rules": [rule(&["delete"], &[""], &["pods"])]});
    assert_eq!(world.ask(&alice, "PATCH", &format!("{roles}/own"), &grow).0, 403);
    assert_eq!(world.ask(&alice, "PUT", &format!("{roles}/esc"), &more).0, 403);
    // What lets it be collected may be taken off nevertheless.
    let admin = world.admin.clone();
    world.ask(&admin, "PATCH", &format!("{roles}/own"), &grow);
    let finalizers = json!({"metadata": {"finalizers": ["a.b/c"]}});
    assert_eq!(world.ask(&alice, "PATCH", &format!("{roles}/own"), &finalizers).0, 200);

    let bindings = format!("{RBAC}/namespaces/default/rolebindings");
    let binding = |kind: &str, role: &str| {
        let reference = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role});
        json!({"metadata": {"name": format!("b-{role}")}, "roleRef": reference})
    };
    assert_eq!(world.ask(&alice, "POST", &bindings, &binding("ClusterRole", "alice-can")).0, 201);
    assert_eq!(world.ask(&alice, "POST", &bindings, &binding("ClusterRole", "view")).0, 403);
    let (code, status) = world.ask(&alice, "POST", &bindings, &binding("Role", "absent"));
    assert_eq!(
        (code, &status["message"]),
        (404, &json!("rolebindings.rbac.authorization.k8s.io \"absent\" not found"))
    );
    for (name, why) in
        [("", "Name parameter required."), ("a/b", "Name parameter invalid: \"a/b\": may not contain '/'")]
    {
        let (code, refused) = world.ask(&alice, "POST", &bindings, &binding("Role", name));
        assert_eq!((code, &refused["message"]), (400, &json!(why)));
    }
    let gathers = json!({"metadata": {"name": "g"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}});
    let (code, status) = world.ask(&alice, "POST", &format!("{RBAC}/clusterroles"), &gathers);
    let words = "clusterroles.rbac.authorization.k8s.io \"g\" is forbidden: must have cluster-admin privileges to use the aggregationRule";
    assert_eq!((code, status["message"].as_str()), (403, Some(words)));

    // The two verbs that lift all this.
    world.grant(
        "mallory",
        "",
        &json!([
            rule(&["create", "escalate"], &["rbac.authorization.k8s.io"], &["roles"]),
            rule(&["create", "bind"], &["rbac.authorization.k8s.io"], &["rolebindings", "clusterroles"]),
        ]),
    );
    let mallory = world.sandbox.user("mallory", &[]);
    assert_eq!(
        world.ask(&mallory, "POST", &roles, &role("any", json!([rule(&["*"], &["*"], &["*"])]))).0,
        201
    );
    assert_eq!(world.ask(&mallory, "POST", &bindings, &binding("ClusterRole", "cluster-admin")).0, 201);
    assert_eq!(world.ask(&mallory, "POST", &bindings, &binding("Role", "any")).0, 403);
    // Whoever may bind roles may do so in their own group alone.
    let mut elsewhere = binding("ClusterRole", "absent");
    elsewhere["roleRef"]["apiGroup"] = json!("x");
    assert_eq!(world.ask(&mallory, "POST", &bindings, &elsewhere).0, 404);
}

#[test]
fn who_makes_by_an_apply_must_be_allowed_to_create() {
    let mut world = World::new();
    let bob = world.sandbox.user("bob", &[]);
    world.grant(
        "bob",
        "default",
        &json!([rule(&["patch", "update"], &["", "rbac.authorization.k8s.io"], &["configmaps", "roles"])]),
    );
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}});
    let apply = |world: &mut World| {
        let request = Request::patch("/api/v1/namespaces/default/configmaps/m?fieldManager=x")
            .header("authorization", format!("Bearer {bob}"))
            .header("content-type", "application/apply-patch+yaml")
            .body(Bytes::from(map.to_string()));
        let answer = world.sandbox.handle(Now::default(), request.unwrap()).whole().unwrap();
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    };
    let (code, text) = apply(&mut world);
    assert!(code == 403 && text.contains("cannot create resource \\\"configmaps\\\""), "{code} {text}");
    let admin = world.admin.clone();
    assert_eq!(world.ask(&admin, "POST", "/api/v1/namespaces/default/configmaps", &map).0, 201);
    assert_eq!(apply(&mut world).0, 200);
    let role = json!({"metadata": {"name": "r"}, "rules": []});
    let (code, status) = world.ask(&bob, "PUT", &format!("{RBAC}/namespaces/default/roles/r"), &role);
    let words = "roles.rbac.authorization.k8s.io \"r\" is forbidden: User \"bob\" cannot create resource \"roles\" in API group \"rbac.authorization.k8s.io\" in the namespace \"default\"";
    assert_eq!((code, status["message"].as_str()), (403, Some(words)));
}
