//! Deletes: finalizers, preconditions, grace, collections, namespaces. Each case is a story of requests with what comes of each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::{Value, json};

const MAPS: &str = "/api/v1/namespaces/shop/configmaps";
const PODS: &str = "/api/v1/namespaces/shop/pods";

fn sandbox() -> Sandbox {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}});
    Sandbox::builder().object(namespace).build().unwrap()
}

fn ask(sandbox: &mut Sandbox, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let media = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let bearer = format!("Bearer {}", sandbox.admin());
    let headers = [("content-type", media), ("authorization", bearer.as_str())];
    common::send(sandbox, Now { mono: 0, wall: 10_000 }, method, target, &headers, body)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn finalizers_hold_an_object_until_they_are_gone() {
    let mut sandbox = sandbox();
    let map = json!({"metadata": {"name": "m", "finalizers": ["a.b/c"]}, "data": {"k": "v"}});
    assert_eq!(ask(&mut sandbox, "POST", MAPS, &map).0, 201);
    let one = format!("{MAPS}/m");
    let (code, marked) = ask(&mut sandbox, "DELETE", &one, &Value::Null);
    assert_eq!((code, text(&marked, "/metadata/deletionTimestamp")), (200, "1970-01-01T00:00:10Z"));
    assert_eq!(marked["metadata"]["deletionGracePeriodSeconds"], 0);
    // A second time nothing changes.
    let (_, again) = ask(&mut sandbox, "DELETE", &one, &Value::Null);
    assert_eq!(again, marked);
    let more = json!({"metadata": {"finalizers": ["a.b/c", "d.e/f"]}});
    let (code, refused) = ask(&mut sandbox, "PATCH", &one, &more);
    assert_eq!(code, 422);
    assert!(text(&refused, "/message").ends_with("found new finalizers []string{\"d.e/f\"}"), "{refused}");
    let (code, exists) = ask(&mut sandbox, "POST", MAPS, &map);
    assert_eq!((code, text(&exists, "/reason")), (409, "AlreadyExists"));
    assert!(text(&exists, "/message").starts_with("object is being deleted: "), "{exists}");
    let (code, last) = ask(&mut sandbox, "PATCH", &one, &json!({"metadata": {"finalizers": null}}));
    assert_eq!(
        (code, text(&last, "/metadata/resourceVersion")),
        (200, text(&marked, "/metadata/resourceVersion"))
    );
    assert_eq!(ask(&mut sandbox, "GET", &one, &Value::Null).0, 404);
}

#[test]
fn policies_leave_their_finalizers_to_the_collector() {
    for (policy, wanted) in [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")] {
        let mut sandbox = sandbox();
        ask(&mut sandbox, "POST", MAPS, &json!({"metadata": {"name": "m"}}));
        let target = format!("{MAPS}/m?propagationPolicy={policy}");
        let (code, held) = ask(&mut sandbox, "DELETE", &target, &Value::Null);
        assert_eq!((code, text(&held, "/metadata/finalizers/0")), (200, wanted));
        // Another policy takes it off again.
        let (code, gone) =
            ask(&mut sandbox, "DELETE", &format!("{MAPS}/m?propagationPolicy=Background"), &Value::Null);
        assert_eq!((code, text(&gone, "/status")), (200, "Success"));
    }
}

#[test]
fn the_object_must_be_the_one_that_is_meant() {
    let mut sandbox = sandbox();
    ask(&mut sandbox, "POST", MAPS, &json!({"metadata": {"name": "m"}}));
    let one = format!("{MAPS}/m");
    let options = json!({"preconditions": {"uid": "other"}});
    let (code, status) = ask(&mut sandbox, "DELETE", &one, &options);
    assert_eq!((code, text(&status, "/details/kind")), (409, "ConfigMap"));
    let options = json!({"preconditions": {"resourceVersion": "1"}});
    assert_eq!(ask(&mut sandbox, "DELETE", &one, &options).0, 409);
    let (code, _) = ask(&mut sandbox, "DELETE", &format!("{one}?dryRun=All"), &Value::Null);
    assert_eq!((code, ask(&mut sandbox, "GET", &one, &Value::Null).0), (200, 200));
}

#[test]
fn pods_on_a_node_have_time() {
    let mut sandbox = sandbox();
    let pod = |name: &str, node: &str| {
        json!({"metadata": {"name": name}, "spec": {"nodeName": node, "terminationGracePeriodSeconds": 20,
                                                                        "containers": [{"name": "c", "image": "i"}]}})
    };
    for (name, node) in [("free", ""), ("placed", "n1")] {
        assert_eq!(ask(&mut sandbox, "POST", PODS, &pod(name, node)).0, 201);
    }
    ask(&mut sandbox, "DELETE", &format!("{PODS}/free"), &Value::Null);
    assert_eq!(ask(&mut sandbox, "GET", &format!("{PODS}/free"), &Value::Null).0, 404);
    let placed = format!("{PODS}/placed");
    let (code, marked) = ask(&mut sandbox, "DELETE", &placed, &Value::Null);
    assert_eq!((code, text(&marked, "/metadata/deletionTimestamp")), (200, "1970-01-01T00:00:30Z"));
    assert_eq!(
        (&marked["metadata"]["deletionGracePeriodSeconds"], &marked["metadata"]["generation"]),
        (&json!(20), &json!(2))
    );
    // Only a shorter time counts.
    for (grace, wanted) in [(25, 20), (5, 5), (-1, 1)] {
        let (_, left) =
            ask(&mut sandbox, "DELETE", &format!("{placed}?gracePeriodSeconds={grace}"), &Value::Null);
        assert_eq!(left["metadata"]["deletionGracePeriodSeconds"], wanted, "{grace}");
    }
    ask(&mut sandbox, "DELETE", &format!("{placed}?gracePeriodSeconds=0"), &Value::Null);
    assert_eq!(ask(&mut sandbox, "GET", &placed, &Value::Null).0, 404);
}

#[test]
fn a_collection_goes_as_a_list_shows_it() {
    let mut sandbox = sandbox();
    for (name, label) in [("a", "1"), ("b", "2"), ("c", "1")] {
        ask(&mut sandbox, "POST", MAPS, &json!({"metadata": {"name": name, "labels": {"l": label}}}));
    }
    let (code, list) =
        ask(&mut sandbox, "DELETE", &format!("{MAPS}?labelSelector=l%3D1&limit=1"), &Value::Null);
    assert_eq!(
        (code, text(&list, "/items/0/metadata/name"), text(&list, "/kind")),
        (200, "a", "ConfigMapList")
    );
    let (_, left) = ask(&mut sandbox, "GET", MAPS, &Value::Null);
    let names: Vec<_> =
        left["items"].as_array().unwrap().iter().map(|item| text(item, "/metadata/name")).collect();
    assert_eq!(names, ["b", "c"]);
}

#[test]
fn namespaces_empty_themselves_and_go_with_the_last_finalizer() {
    let mut sandbox = sandbox();
    ask(&mut sandbox, "POST", MAPS, &json!({"metadata": {"name": "plain"}}));
    ask(&mut sandbox, "POST", MAPS, &json!({"metadata": {"name": "held", "finalizers": ["a.b/c"]}}));
    let (code, namespace) = ask(&mut sandbox, "DELETE", "/api/v1/namespaces/shop", &Value::Null);
    assert_eq!((code, text(&namespace, "/status/phase")), (200, "Terminating"));
    assert_eq!(ask(&mut sandbox, "GET", &format!("{MAPS}/plain"), &Value::Null).0, 404);
    let (code, refused) = ask(&mut sandbox, "POST", MAPS, &json!({"metadata": {"name": "new"}}));
    assert_eq!((code, text(&refused, "/details/causes/0/reason")), (403, "NamespaceTerminating"));
    assert_eq!(ask(&mut sandbox, "GET", "/api/v1/namespaces/shop", &Value::Null).0, 200);
    ask(&mut sandbox, "PATCH", &format!("{MAPS}/held"), &json!({"metadata": {"finalizers": null}}));
    assert_eq!(ask(&mut sandbox, "GET", "/api/v1/namespaces/shop", &Value::Null).0, 404);
    let (code, status) = ask(&mut sandbox, "DELETE", "/api/v1/namespaces/default", &Value::Null);
    assert_eq!(code, 403);
    assert!(text(&status, "/message").ends_with("this namespace may not be deleted"));
}

#[test]
fn a_definition_that_someone_holds_is_left_alone() {
    let mut sandbox = sandbox();
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    let of = |plural: &str, kind: &str, finalizers: Value| {
        let version = json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}});
        json!({
            "metadata": {"name": format!("{plural}.example.test"), "finalizers": finalizers},
            "spec": {"group": "example.test", "scope": "Cluster", "names": {"plural": plural, "kind": kind}, "versions": [version]},
        })
    };
    let held = of("widgets", "Widget", json!(["hold.test/it"]));
    assert_eq!(ask(&mut sandbox, "POST", definitions, &held).0, 201);
    let name = format!("{definitions}/widgets.example.test");
    assert_eq!(ask(&mut sandbox, "DELETE", &name, &Value::Null).0, 200);
    let (_, before) = ask(&mut sandbox, "GET", &name, &Value::Null);
    assert_eq!(before["metadata"]["finalizers"], json!(["hold.test/it"]));
    assert_eq!(ask(&mut sandbox, "POST", definitions, &of("gadgets", "Gadget", json!([]))).0, 201);
    assert_eq!(
        ask(&mut sandbox, "GET", &name, &Value::Null).1,
        before,
        "it is not written with each other one"
    );
}
