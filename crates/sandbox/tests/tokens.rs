//! Who someone is: tokens, their end, reviews of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod common;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

const WHOAMI: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const REVIEWS: &str = "/apis/authentication.k8s.io/v1/tokenreviews";
const ACCOUNTS: &str = "/api/v1/namespaces/default/serviceaccounts";
/// 2026-01-01T00:00:00Z, in milliseconds.
const START: u64 = 1_767_225_600_000;

fn ask(sandbox: &mut Sandbox, seconds: u64, token: &str, target: &str, body: &Value) -> (u16, Value) {
    send(sandbox, seconds, token, "POST", target, body)
}

fn send(
    sandbox: &mut Sandbox,
    seconds: u64,
    token: &str,
    method: &str,
    target: &str,
    body: &Value,
) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let headers = if token.is_empty() { &[][..] } else { &headers };
    let now = Now { mono: seconds * 1000, wall: START + seconds * 1000 };
    common::send(sandbox, now, method, target, headers, body)
}

/// A sandbox with the service account `web`, and the administrator's token.
fn sandbox() -> (Sandbox, String) {
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web"}});
    let sandbox = Sandbox::builder().now(Now { mono: 0, wall: START }).object(account).build().unwrap();
    let admin = sandbox.admin().to_owned();
    (sandbox, admin)
}

fn requested(sandbox: &mut Sandbox, seconds: u64, admin: &str, spec: &Value) -> (u16, Value) {
    ask(sandbox, seconds, admin, &format!("{ACCOUNTS}/web/token"), &json!({"spec": spec}))
}

fn token_of(answer: &Value) -> String {
    answer["status"]["token"].as_str().unwrap().to_owned()
}

#[test]
fn everyone_learns_who_they_are() {
    let (mut sandbox, admin) = sandbox();
    let web = sandbox.mount("default", "web").token;
    let bob = sandbox.user("bob", &["devs"]);
    let uid = sandbox.get("v1", "ServiceAccount", "default", "web").unwrap()["metadata"]["uid"].clone();
    let groups = ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"];
    for (token, name, wanted) in [
        (&admin, "admin", json!({"uid": "admin", "groups": ["system:masters", "system:authenticated"]})),
        (&web, "system:serviceaccount:default:web", json!({"uid": uid, "groups": groups})),
        (&bob, "bob", json!({"groups": ["devs", "system:authenticated"]})),
    ] {
        let (code, review) = ask(&mut sandbox, 0, token, WHOAMI, &json!({"metadata": {"name": "dropped"}}));
        assert_eq!((code, &review["kind"]), (201, &json!("SelfSubjectReview")));
        assert_eq!(review["metadata"], json!({"creationTimestamp": "2026-01-01T00:00:00Z"}));
        let user = &review["status"]["userInfo"];
        assert_eq!(
            (&user["username"], &user["groups"], &user["uid"]),
            (&json!(name), &wanted["groups"], &wanted["uid"])
        );
        let id = user["extra"]["authentication.kubernetes.io/credential-id"][0].as_str();
        assert_eq!(id.is_some_and(|id| id.starts_with("JTI=")), name.starts_with("system:"), "{user}");
    }
    let (code, status) = ask(&mut sandbox, 0, "of-nobody", WHOAMI, &json!({}));
    assert_eq!((code, &status["message"], status.get("details")), (401, &json!("Unauthorized"), None));
    // What is no bearer is nobody.
    let basic = Request::get("/version").header("authorization", "Basic eDp5").body(Bytes::new()).unwrap();
    assert_eq!(sandbox.handle(Now::default(), basic).status().unwrap(), 200);
}

#[test]
fn a_token_is_asked_for_and_ends() {
    let (mut sandbox, admin) = sandbox();
    let (code, answer) = requested(&mut sandbox, 0, &admin, &json!({"expirationSeconds": 600}));
    assert_eq!(
        (code, &answer["kind"], &answer["metadata"]["name"]),
        (201, &json!("TokenRequest"), &json!("web"))
    );
    assert_eq!(answer["status"]["expirationTimestamp"], "2026-01-01T00:10:00Z");
    let token = token_of(&answer);
    let parts: Vec<&str> = token.split('.').collect();
    let [_, claims, signature] = parts.as_slice() else { panic!("{token}") };
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let account = json!({"name": "web", "uid": answer["metadata"]["uid"]});
    let issuer = "https://kubernetes.default.svc";
    assert_eq!(claims["kubernetes.io"], json!({"namespace": "default", "serviceaccount": account}));
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!([issuer])));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(START / 1000), &json!(START / 1000 + 600)));
    assert_eq!(
        (&claims["sub"], &claims["nbf"]),
        (&json!("system:serviceaccount:default:web"), &claims["iat"])
    );
    assert_eq!((claims["jti"].as_str().map(str::len), signature.len()), (Some(36), 86));
    // Clocks may differ by a minute.
    for (seconds, wanted) in [(0, 201), (660, 201), (661, 401)] {
        assert_eq!(ask(&mut sandbox, seconds, &token, WHOAMI, &json!({})).0, wanted, "{seconds}");
    }
    let (_, usual) = requested(&mut sandbox, 0, &admin, &json!({}));
    assert_eq!(
        usual["spec"],
        json!({"audiences": [issuer], "expirationSeconds": 3600, "boundObjectRef": null})
    );
    let (_, other) = requested(&mut sandbox, 0, &admin, &json!({"audiences": ["vault"]}));
    assert_eq!(ask(&mut sandbox, 0, &token_of(&other), WHOAMI, &json!({})).0, 401);
}

#[test]
fn what_is_no_good_request_gets_no_token() {
    let (mut sandbox, admin) = sandbox();
    let cases = [
        (
            "web",
            json!({"spec": {"expirationSeconds": 5}}),
            422,
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes",
        ),
        (
            "web",
            json!({"spec": {"expirationSeconds": 4_294_967_297_u64}}),
            422,
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds",
        ),
        (
            "web",
            json!({"metadata": {"name": "x"}}),
            422,
            "TokenRequest.authentication.k8s.io \"web\" is invalid: metadata.name: Invalid value: \"x\": must match the service account name if specified",
        ),
        (
            "web",
            json!({"metadata": {"namespace": "x"}}),
            400,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        ("none", json!({}), 404, "serviceaccounts \"none\" not found"),
        (
            "web",
            json!({"spec": {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p"}}}),
            404,
            "pods \"p\" not found",
        ),
        (
            "web",
            json!({"spec": {"boundObjectRef": {"kind": "ConfigMap", "apiVersion": "v1", "name": "p"}}}),
            400,
            "cannot bind token to object of type /v1, Kind=ConfigMap",
        ),
        (
            "web",
            json!({"kind": "ServiceAccount", "apiVersion": "v1"}),
            400,
            "ServiceAccount in version \"v1\" cannot be handled as a TokenRequest: converting (v1.ServiceAccount) to (authentication.TokenRequest): unknown conversion",
        ),
    ];
    for (account, body, wanted, words) in cases {
        let (code, status) = ask(&mut sandbox, 0, &admin, &format!("{ACCOUNTS}/{account}/token"), &body);
        assert_eq!((code, status["message"].as_str()), (wanted, Some(words)), "{body}");
    }
    let (code, status) =
        ask(&mut sandbox, 0, &admin, "/api/v1/namespaces/none/serviceaccounts/web/token", &json!({}));
    assert_eq!((code, status["message"].as_str()), (404, Some("namespaces \"none\" not found")));
}

#[test]
fn a_token_dies_with_what_it_is_of() {
    let (mut sandbox, admin) = sandbox();
    let token = token_of(&requested(&mut sandbox, 0, &admin, &json!({})).1);
    let containers = json!([{"name": "c", "image": "registry.example/c"}]);
    let pod =
        json!({"metadata": {"name": "p"}, "spec": {"serviceAccountName": "web", "containers": containers}});
    assert_eq!(ask(&mut sandbox, 0, &admin, "/api/v1/namespaces/default/pods", &pod).0, 201);
    let bound = json!({"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p"}});
    let bound = token_of(&requested(&mut sandbox, 0, &admin, &bound).1);
    let (code, review) = ask(&mut sandbox, 0, &bound, WHOAMI, &json!({}));
    let extra = &review["status"]["userInfo"]["extra"];
    assert_eq!((code, &extra["authentication.kubernetes.io/pod-name"]), (201, &json!(["p"])));
    send(&mut sandbox, 0, &admin, "DELETE", "/api/v1/namespaces/default/pods/p", &json!({}));
    let alive = |sandbox: &mut Sandbox, token: &str| ask(sandbox, 0, token, WHOAMI, &json!({})).0 == 201;
    assert!(!alive(&mut sandbox, &bound) && alive(&mut sandbox, &token));
    let (mut before, web) = (sandbox.clone(), json!({"metadata": {"name": "web"}}));
    send(&mut sandbox, 0, &admin, "DELETE", &format!("{ACCOUNTS}/web"), &json!({}));
    assert!(!alive(&mut sandbox, &token) && alive(&mut before, &token));
    // Another of the same name is another.
    assert_eq!(ask(&mut sandbox, 0, &admin, ACCOUNTS, &web).0, 201);
    assert!(!alive(&mut sandbox, &token));
    let (_, review) = ask(&mut sandbox, 0, &admin, REVIEWS, &json!({"spec": {"token": token}}));
    let why = review["status"]["error"].as_str().unwrap();
    assert!(why.starts_with("[invalid bearer token, service account UID ("), "{why}");
}

#[test]
fn tokens_are_reviewed() {
    let (mut sandbox, admin) = sandbox();
    let token = token_of(&requested(&mut sandbox, 0, &admin, &json!({"audiences": ["vault", "x"]})).1);
    let mut review =
        |spec: Value| ask(&mut sandbox, 0, &admin, REVIEWS, &json!({"spec": spec})).1["status"].clone();
    let known = review(json!({"token": token, "audiences": ["vault", "y"]}));
    assert_eq!((&known["authenticated"], &known["audiences"]), (&json!(true), &json!(["vault"])));
    assert_eq!(known["user"]["username"], "system:serviceaccount:default:web");
    let words = "[invalid bearer token, token audiences [\"vault\" \"x\"] is invalid for the target audiences [\"https://kubernetes.default.svc\"]]";
    assert_eq!(review(json!({"token": token})), json!({"user": {}, "error": words}));
    assert_eq!(review(json!({"token": "x"})), json!({"user": {}, "error": "invalid bearer token"}));
    assert_eq!(review(json!({"token": admin}))["user"]["username"], "admin");
    let (code, status) = ask(&mut sandbox, 0, &admin, REVIEWS, &json!({}));
    assert_eq!(
        (code, &status["message"]),
        (400, &json!("token is required for TokenReview in authentication"))
    );
}
