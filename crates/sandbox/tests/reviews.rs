//! What someone may, by review, and acting as someone else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod common;

use kubewire::{Now, rights};
use kubewire_sandbox::{Client, Sandbox};
use serde_json::{Value, json};

const REVIEWS: &str = "/apis/authorization.k8s.io/v1";
const WHOAMI: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const GROUP: &str = "rbac.authorization.k8s.io";

/// Asks with a token and such headers.
fn ask(
    sandbox: &mut Sandbox,
    token: &str,
    headers: &[(&str, &str)],
    method: &str,
    target: &str,
    body: &Value,
) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    common::send(sandbox, Now::default(), method, target, &headers, body)
}

/// Binds a user to new rules everywhere.
fn grant(sandbox: &mut Sandbox, user: &str, rules: &Value) {
    let api_version = "rbac.authorization.k8s.io/v1";
    let role =
        json!({"apiVersion": api_version, "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules});
    let binding = json!({
        "apiVersion": api_version, "kind": "ClusterRoleBinding", "metadata": {"name": user},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": user},
        "subjects": [{"apiGroup": GROUP, "kind": "User", "name": user}],
    });
    for object in [role, binding] {
        sandbox.put(object, Now::default()).unwrap();
    }
}

#[test]
fn reviews_say_whether_and_why() {
    let mut sandbox = Sandbox::new();
    let admin = sandbox.admin().to_owned();
    grant(
        &mut sandbox,
        "bob",
        &json!([{"verbs": ["get"], "apiGroups": ["apps"], "resources": ["deployments/scale"]}]),
    );
    let scale = json!({"verb": "get", "group": "apps", "resource": "deployments", "subresource": "scale", "namespace": "x"});
    let whole = json!({"verb": "get", "group": "apps", "resource": "deployments"});
    let selected = json!({"verb": "get", "resource": "pods", "labelSelector": {"rawSelector": "((("}});
    let because = "RBAC: allowed by ClusterRoleBinding \"bob\" of ClusterRole \"bob\" to User \"bob\"";
    let ignored = "spec.resourceAttributes.labelSelector ignored due to parse error";
    for (attributes, status) in [
        (scale, json!({"allowed": true, "reason": because})),
        (whole, json!({"allowed": false})),
        (selected, json!({"allowed": false, "evaluationError": ignored})),
    ] {
        let review = json!({"spec": {"user": "bob", "resourceAttributes": attributes}});
        let target = format!("{REVIEWS}/subjectaccessreviews");
        let (code, answer) = ask(&mut sandbox, &admin, &[], "POST", &target, &review);
        assert_eq!((code, &answer["status"]), (201, &status));
        assert_eq!(answer["spec"]["resourceAttributes"], attributes);
    }
}

#[test]
fn what_is_no_review_is_refused() {
    let mut sandbox = Sandbox::new();
    let admin = sandbox.admin().to_owned();
    let one = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    let somebody = "at least one of user or group must be specified";
    let attributes = json!({"verb": "get", "namespace": "other"});
    let cases = [
        ("subjectaccessreviews", json!({}), format!("[spec: Invalid value: null: {one}, spec.user: Invalid value: \"\": {somebody}]")),
        ("selfsubjectaccessreviews", json!({"spec": {"resourceAttributes": {}, "nonResourceAttributes": {"path": "/x"}}}), format!("spec: Invalid value: {{\"Path\":\"/x\",\"Verb\":\"\"}}: {one}")),
        ("selfsubjectaccessreviews", json!({"metadata": {"name": "x"}, "spec": {"resourceAttributes": {}}}), "metadata: Invalid value: {".into()),
        ("selfsubjectaccessreviews", json!({"spec": {"resourceAttributes": {"fieldSelector": {}}}}), "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required".into()),
        ("namespaces/default/localsubjectaccessreviews", json!({"spec": {"user": "x", "resourceAttributes": attributes}}), "spec.resourceAttributes.namespace: Invalid value: \"other\": must match metadata.namespace".into()),
    ];
    for (target, review, words) in cases {
        let (code, status) = ask(&mut sandbox, &admin, &[], "POST", &format!("{REVIEWS}/{target}"), &review);
        let words = format!(".authorization.k8s.io \"\" is invalid: {words}");
        // What of the metadata is not empty, is shown with who owns it.
        let message = status["message"].as_str().unwrap();
        let rest = message.strip_prefix(words.as_str());
        let ends = |rest: &str| {
            rest.is_empty() || rest.contains("\"name\":\"x\"") && rest.ends_with("}: must be empty")
        };
        assert!(code == 422 && rest.is_some_and(ends), "{target} {review}: {message}");
    }
    let (code, status) =
        ask(&mut sandbox, &admin, &[], "POST", &format!("{REVIEWS}/selfsubjectrulesreviews"), &json!({}));
    assert_eq!((code, status["message"].as_str()), (400, Some("no namespace on request")));
}

#[test]
fn a_program_asks_about_its_own_rights() {
    let client = Client::new(Sandbox::new()).unwrap();
    let web = client.as_account("default", "web").unwrap();
    let rules = web.run(rights::rules("default")).unwrap();
    let own =
        |rule: &rights::ResourceRule| rule.resources == ["selfsubjectreviews"] && rule.verbs == ["create"];
    assert!(rules.resource_rules.iter().any(own), "{rules:?}");
    assert!(rules.path_rules.iter().any(|rule| rule.paths.iter().any(|path| path == "/version")));
    let version = kubewire::get_path("/version").unwrap();
    assert!(web.run(rights::may(version.attributes())).unwrap().allowed);
    let metrics = kubewire::get_path("/metrics").unwrap();
    assert!(!web.run(rights::may(metrics.attributes())).unwrap().allowed);
    assert!(client.run(rights::may(metrics.attributes())).unwrap().allowed);
    let bob = client.as_user("bob", &["devs"]).unwrap();
    assert_eq!(bob.run(rights::whoami()).unwrap().groups, ["devs", "system:authenticated"]);
}

#[test]
fn an_administrator_acts_as_anyone() {
    let mut sandbox = Sandbox::new();
    let admin = sandbox.admin().to_owned();
    let account = "system:serviceaccount:a:b";
    let groups = |first: &[&'static str]| [first, &["system:authenticated"]].concat();
    let cases: [(&[(&str, &str)], Value); 4] = [
        (&[("impersonate-user", "bob")], json!({"username": "bob", "groups": groups(&[])})),
        (
            &[("impersonate-user", "bob"), ("impersonate-group", "x"), ("impersonate-group", "y")],
            json!({"username": "bob", "groups": groups(&["x", "y"])}),
        ),
        (
            &[("impersonate-user", "system:node:n")],
            json!({"username": "system:node:n", "groups": groups(&["system:nodes"])}),
        ),
        (
            &[("impersonate-user", account), ("impersonate-uid", "u"), ("impersonate-extra-acme%2fX", "v")],
            json!({"username": account, "uid": "u", "extra": {"acme/x": ["v"]},
                "groups": groups(&["system:serviceaccounts", "system:serviceaccounts:a"])}),
        ),
    ];
    for (headers, wanted) in cases {
        let (code, answer) = ask(&mut sandbox, &admin, headers, "POST", WHOAMI, &json!({}));
        assert_eq!((code, &answer["status"]["userInfo"]), (201, &wanted));
    }
    let headers = [("impersonate-user", "bob")];
    assert_eq!(ask(&mut sandbox, &admin, &headers, "GET", "/api/v1/pods", &Value::Null).0, 403);
    let (code, status) =
        ask(&mut sandbox, &admin, &[("impersonate-group", "x")], "GET", "/version", &Value::Null);
    let words = "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"x\"}, Extra:map[string][]string(nil)} without impersonating a user name";
    assert_eq!((code, status["message"].as_str()), (400, Some(words)));
}

#[test]
fn others_act_as_whom_they_may() {
    let mut sandbox = Sandbox::new();
    let rule = |verb: &str, groups: &[&str], resources: &[&str], names: &[&str]| json!({"verbs": [verb], "apiGroups": groups, "resources": resources, "resourceNames": names});
    grant(&mut sandbox, "old", &json!([rule("impersonate", &[""], &["users"], &["bob"])]));
    let new = [
        rule("impersonate-on:user-info:create", &["authentication.k8s.io"], &["selfsubjectreviews"], &[]),
        rule("impersonate:user-info", &["authentication.k8s.io"], &["users", "groups"], &[]),
    ];
    grant(&mut sandbox, "new", &json!(new));
    let tokens = ["old", "new", "none"].map(|name| sandbox.user(name, &[]));
    let [old, new, none] = tokens.each_ref().map(String::as_str);
    let bob: &[(&str, &str)] = &[("impersonate-user", "bob")];
    let as_master: &[(&str, &str)] = &[("impersonate-user", "bob"), ("impersonate-group", "system:masters")];
    let pods = "/api/v1/namespaces/default/pods";
    let refused = |user: &str, rest: &str| format!("User \"{user}\" cannot {rest}");
    let on = "impersonate-on:user-info:list resource \"pods\" in API group \"\" in the namespace \"default\"";
    let whoami = "impersonate-on:user-info:create resource \"selfsubjectreviews\" in API group \"authentication.k8s.io\" at the cluster scope";
    let masters = "impersonate:user-info resource \"groups\" in API group \"authentication.k8s.io\" at the cluster scope: impersonating the system:masters group is not allowed";
    for (token, headers, method, target, wanted) in [
        (none, bob, "GET", pods, Err(refused("none", on))),
        (new, bob, "POST", WHOAMI, Ok("bob")),
        (new, as_master, "POST", WHOAMI, Err(refused("new", masters))),
        // Whoever may not, is refused as bob is.
        (new, bob, "GET", pods, Err(refused("new", on))),
        (old, as_master, "POST", WHOAMI, Err(refused("old", whoami))),
        (old, bob, "POST", WHOAMI, Ok("bob")),
        // The way that was open last is tried first, and it is that which refuses.
        (
            old,
            as_master,
            "POST",
            WHOAMI,
            Err(refused("old", "impersonate resource \"groups\" in API group \"\" at the cluster scope")),
        ),
        (
            old,
            bob,
            "GET",
            pods,
            Err(refused("bob", "list resource \"pods\" in API group \"\" in the namespace \"default\"")),
        ),
    ] {
        let (code, answer) = ask(&mut sandbox, token, headers, method, target, &json!({}));
        match wanted {
            Ok(user) => assert_eq!((code, &answer["status"]["userInfo"]["username"]), (201, &json!(user))),
            Err(words) => {
                let message = answer["message"].as_str().unwrap();
                assert!(code == 403 && message.ends_with(&words), "{message}\n{words}");
            }
        }
    }
}
