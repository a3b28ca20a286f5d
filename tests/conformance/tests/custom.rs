//! Custom resources: namespaced and not, in several versions, with status and scale. One table of calls, run in its order.

use kubewire::{Builtin, Operation};
use kubewire_conformance::{World, eventually};
use serde_json::{Value, json};

/// Each call with the kind of what it answers, or the code and reason of its refusal. `GROUP` and `NS` are the test's own; `RV` is the
/// version that the last answer about an object named.
const CALLS: &[(&str, &str)] = &[
    (
        r#"{"verb":"create","resource":"widgets","namespace":"NS","body":{"metadata":{"name":"a","labels":{"app":"x"}},"spec":{"replicas":1}}}"#,
        "Widget",
    ),
    (
        r#"{"verb":"create","resource":"widgets","namespace":"NS","body":{"metadata":{"name":"a"}}}"#,
        "409 AlreadyExists",
    ),
    (
        r#"{"verb":"create","resource":"widgets","namespace":"NS","body":{"metadata":{"name":"c"},"spec":{"replicas":"many"}}}"#,
        "422 Invalid",
    ),
    (
        r#"{"verb":"create","resource":"widgets","namespace":"NS","fieldValidation":"Strict","body":{"metadata":{"name":"c"},"spec":{"odd":1}}}"#,
        "400 BadRequest",
    ),
    (
        r#"{"verb":"create","resource":"widgets","namespace":"NS","dryRun":true,"body":{"metadata":{"name":"c"}}}"#,
        "Widget",
    ),
    (r#"{"verb":"get","resource":"widgets","namespace":"NS","name":"c"}"#, "404 NotFound"),
    (r#"{"verb":"get","resource":"widgets","namespace":"NS","name":"a"}"#, "Widget"),
    (r#"{"verb":"get","apiVersion":"GROUP/v2","resource":"widgets","namespace":"NS","name":"a"}"#, "Widget"),
    (
        r#"{"verb":"get","apiVersion":"GROUP/v3","resource":"widgets","namespace":"NS","name":"a"}"#,
        "404 NotFound",
    ),
    (r#"{"verb":"list","resource":"widgets","namespace":"NS"}"#, "WidgetList"),
    (r#"{"verb":"list","apiVersion":"GROUP/v2","resource":"widgets"}"#, "WidgetList"),
    (
        r#"{"verb":"list","resource":"widgets","namespace":"NS","labelSelector":"app=x","limit":1}"#,
        "WidgetList",
    ),
    (r#"{"verb":"list","resource":"widgets","namespace":"NS","as":"Table"}"#, "Table"),
    (
        r#"{"verb":"get","resource":"widgets","namespace":"NS","name":"a","as":"PartialObjectMetadata"}"#,
        "PartialObjectMetadata",
    ),
    (
        r#"{"verb":"list","resource":"widgets","namespace":"NS","as":"PartialObjectMetadata"}"#,
        "PartialObjectMetadataList",
    ),
    (
        r#"{"verb":"patch","patchType":"merge","resource":"widgets","namespace":"NS","name":"a","body":{"spec":{"replicas":2}}}"#,
        "Widget",
    ),
    (
        r#"{"verb":"patch","patchType":"json","resource":"widgets","namespace":"NS","name":"a","body":[{"op":"replace","path":"/spec/replicas","value":3}]}"#,
        "Widget",
    ),
    (
        r#"{"verb":"patch","patchType":"strategic","resource":"widgets","namespace":"NS","name":"a","body":{}}"#,
        "415 UnsupportedMediaType",
    ),
    (
        r#"{"verb":"replace","resource":"widgets","namespace":"NS","name":"a","body":{"metadata":{"name":"a","resourceVersion":"1"}}}"#,
        "409 Conflict",
    ),
    (r#"{"verb":"get","resource":"widgets","namespace":"NS","name":"a"}"#, "Widget"),
    (
        r#"{"verb":"replace","resource":"widgets","namespace":"NS","name":"a","body":{"metadata":{"name":"a","resourceVersion":"RV"},"spec":{"replicas":4}}}"#,
        "Widget",
    ),
    (
        r#"{"verb":"patch","patchType":"apply","fieldManager":"m","resource":"widgets","namespace":"NS","name":"b","body":{"metadata":{"name":"b"},"spec":{"replicas":1}}}"#,
        "Widget",
    ),
    (
        r#"{"verb":"patch","patchType":"apply","fieldManager":"n","resource":"widgets","namespace":"NS","name":"b","body":{"metadata":{"name":"b"},"spec":{"replicas":2}}}"#,
        "409 Conflict",
    ),
    (
        r#"{"verb":"patch","patchType":"apply","fieldManager":"n","force":true,"resource":"widgets","namespace":"NS","name":"b","body":{"metadata":{"name":"b"},"spec":{"replicas":2}}}"#,
        "Widget",
    ),
    (r#"{"verb":"get","resource":"widgets","namespace":"NS","name":"a","subresource":"status"}"#, "Widget"),
    (
        r#"{"verb":"patch","patchType":"merge","resource":"widgets","namespace":"NS","name":"a","subresource":"status","body":{"status":{"replicas":4}}}"#,
        "Widget",
    ),
    (
        r#"{"verb":"replace","resource":"widgets","namespace":"NS","name":"a","subresource":"status","body":{"metadata":{"name":"a","resourceVersion":"RV"},"status":{"replicas":5}}}"#,
        "Widget",
    ),
    (r#"{"verb":"get","resource":"widgets","namespace":"NS","name":"a","subresource":"scale"}"#, "Scale"),
    (
        r#"{"verb":"patch","patchType":"merge","resource":"widgets","namespace":"NS","name":"a","subresource":"scale","body":{"spec":{"replicas":6}}}"#,
        "Scale",
    ),
    (
        r#"{"verb":"replace","resource":"widgets","namespace":"NS","name":"a","subresource":"scale","body":{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"a","namespace":"NS","resourceVersion":"RV"},"spec":{"replicas":7}}}"#,
        "Scale",
    ),
    (r#"{"verb":"create","resource":"gadgets","body":{"metadata":{"name":"g"},"spec":{}}}"#, "Gadget"),
    (r#"{"verb":"get","resource":"gadgets","name":"g"}"#, "Gadget"),
    (r#"{"verb":"list","resource":"gadgets"}"#, "GadgetList"),
    (r#"{"verb":"get","resource":"gadgets","namespace":"NS","name":"g"}"#, "404 NotFound"),
    (r#"{"verb":"get","resource":"gadgets","name":"g","subresource":"scale"}"#, "404 NotFound"),
    (
        r#"{"verb":"patch","patchType":"merge","resource":"gadgets","name":"g","subresource":"status","body":{"status":{"replicas":1}}}"#,
        "Gadget",
    ),
    (
        r#"{"verb":"delete","resource":"gadgets","name":"g","preconditions":{"uid":"another"}}"#,
        "409 Conflict",
    ),
    (r#"{"verb":"delete","resource":"gadgets","name":"g"}"#, "Status"),
    (
        r#"{"verb":"deletecollection","resource":"widgets","namespace":"NS","labelSelector":"app=x"}"#,
        "WidgetList",
    ),
    (r#"{"verb":"delete","resource":"widgets","namespace":"NS","name":"b"}"#, "Status"),
];

#[test]
fn custom_resources_answer_as_built_in_ones() {
    let world = World::new("custom");
    let group = format!("{}.example.com", world.namespace);
    for (plural, kind, scope, scales) in
        [("widgets", "Widget", "Namespaced", true), ("gadgets", "Gadget", "Cluster", false)]
    {
        let body = definition(&group, plural, kind, scope, scales);
        let create = json!({"verb": "create", "resource": "customresourcedefinitions", "body": body});
        run(&world, &create).unwrap();
        let list = json!({"verb": "list", "apiVersion": format!("{group}/v1"), "resource": plural});
        eventually("the custom resource is served", || run(&world, &list).ok());
    }
    let mut version = String::new();
    for (index, (operation, wanted)) in CALLS.iter().enumerate() {
        let text = operation.replace("GROUP", &group).replace("NS", &world.namespace).replace("RV", &version);
        let mut operation: Value = serde_json::from_str(&text).unwrap();
        if operation["apiVersion"].is_null() {
            operation["apiVersion"] = json!(format!("{group}/v1"));
        }
        typed(&mut operation);
        let got = match run(&world, &operation) {
            Ok(answer) => {
                if let Some(seen) = answer["metadata"]["resourceVersion"].as_str() {
                    version = seen.to_owned();
                }
                answer["kind"].as_str().unwrap_or("no kind").to_owned()
            }
            Err(error) => {
                let status = error.status().unwrap_or_else(|| panic!("call {index}: {error}"));
                format!("{} {}", status.code, status.reason)
            }
        };
        assert_eq!(got, *wanted, "call {index}: {text}");
    }
    for plural in ["widgets", "gadgets"] {
        let name = format!("{plural}.{group}");
        run(&world, &json!({"verb": "delete", "resource": "crd", "name": name})).unwrap();
    }
}

fn run(world: &World, operation: &Value) -> Result<Value, kubewire::Error> {
    let operation: Operation = serde_json::from_value(operation.clone()).unwrap();
    world.admin.run(operation.call(&Builtin)?)?.json()
}

/// A custom object says its kind and version, as the server demands.
fn typed(operation: &mut Value) {
    let kind = if operation["resource"] == "widgets" { "Widget" } else { "Gadget" };
    let version = operation["apiVersion"].clone();
    let whole =
        matches!(operation["verb"].as_str(), Some("create" | "replace")) || operation["patchType"] == "apply";
    if whole && operation["body"].get("kind").is_none() {
        operation["body"]["apiVersion"] = version;
        operation["body"]["kind"] = json!(kind);
    }
}

fn definition(group: &str, plural: &str, kind: &str, scope: &str, scales: bool) -> Value {
    let replicas = json!({"type": "object", "properties": {"replicas": {"type": "integer"}}});
    let mut subresources = json!({"status": {}});
    if scales {
        subresources["scale"] =
            json!({"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"});
    }
    let schema =
        json!({"openAPIV3Schema": {"type": "object", "properties": {"spec": replicas, "status": replicas}}});
    let version = |name: &str, storage: bool| json!({"name": name, "served": true, "storage": storage, "schema": schema, "subresources": subresources});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind, "listKind": format!("{kind}List")},
            "versions": [version("v1", true), version("v2", false)],
        },
    })
}
