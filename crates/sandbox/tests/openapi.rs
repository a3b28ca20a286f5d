//! OpenAPI v3, as far as clients look into it before they write.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

fn get(sandbox: &mut Sandbox, target: &str) -> (u16, Value) {
    let bearer = format!("Bearer {}", sandbox.admin());
    let request = Request::get(target).header("authorization", bearer).body(Bytes::new()).unwrap();
    let Reply::Whole(answer) = sandbox.handle(Now::default(), request) else { panic!("a whole answer") };
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

#[test]
fn every_document_of_the_index_is_there_and_refers_to_what_it_has() {
    let mut sandbox = Sandbox::new();
    let (code, index) = get(&mut sandbox, "/openapi/v3");
    assert_eq!(code, 200);
    let paths = index["paths"].as_object().unwrap();
    assert!(paths.contains_key("api/v1") && paths.contains_key("apis/apps/v1"), "{index}");
    for (name, entry) in paths {
        let (code, document) = get(&mut sandbox, entry["serverRelativeURL"].as_str().unwrap());
        assert_eq!((code, &document["openapi"]), (200, &json!("3.0.0")), "{name}");
        let schemas = document["components"]["schemas"].as_object().unwrap();
        assert!(!schemas.is_empty() && schemas.values().all(Value::is_object), "{name}");
        for part in document.to_string().split("\"$ref\":\"#/components/schemas/").skip(1) {
            let wanted = part.split('"').next().unwrap();
            assert!(schemas.contains_key(wanted), "{name}: {wanted}");
        }
    }
    assert_eq!(get(&mut sandbox, "/openapi/v3/apis/none/v1").0, 404);
}

#[test]
fn what_a_patch_is_made_by_is_said() {
    let mut sandbox = Sandbox::new();
    let (_, apps) = get(&mut sandbox, "/openapi/v3/apis/apps/v1");
    let schemas = &apps["components"]["schemas"];
    let kind = json!([{"group": "apps", "version": "v1", "kind": "Deployment"}]);
    assert_eq!(schemas["io.k8s.api.apps.v1.Deployment"]["x-kubernetes-group-version-kind"], kind);
    for (name, field, wanted) in [
        ("apps.v1.DeploymentSpec", "strategy", json!({"x-kubernetes-patch-strategy": "retainKeys"})),
        (
            "core.v1.PodSpec",
            "containers",
            json!({
                "type": "array",
                "items": {"$ref": "#/components/schemas/io.k8s.api.core.v1.Container"},
                "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name",
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            }),
        ),
        ("core.v1.PodSpec", "volumes", json!({"x-kubernetes-patch-strategy": "merge,retainKeys"})),
        ("core.v1.PodSpec", "nodeSelector", json!({"x-kubernetes-map-type": "atomic"})),
        ("core.v1.ContainerPort", "containerPort", json!({"type": "integer", "format": "int32"})),
    ] {
        let found = &schemas[format!("io.k8s.api.{name}")]["properties"][field];
        for (key, value) in wanted.as_object().unwrap() {
            assert_eq!(found.get(key), Some(value), "{name}.{field}: {found}");
        }
    }
    let patch = &apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    let parameters = patch["parameters"].as_array().unwrap();
    for wanted in ["fieldValidation", "dryRun"] {
        let is = |one: &&Value| one["name"] == wanted && one["in"] == "query";
        assert_eq!(parameters.iter().filter(is).count(), 1, "{patch}");
    }
    assert!(patch["requestBody"]["content"]["application/strategic-merge-patch+json"].is_object());
}

#[cfg(feature = "descriptions")]
#[test]
fn types_and_fields_are_described() {
    let mut sandbox = Sandbox::new();
    let (_, core) = get(&mut sandbox, "/openapi/v3/api/v1");
    let port = &core["components"]["schemas"]["io.k8s.api.core.v1.ContainerPort"];
    assert_eq!(port["description"], "ContainerPort represents a network port in a single container.");
    assert_eq!(port["required"], json!(["containerPort"]));
    assert_eq!(port["properties"]["protocol"]["enum"], json!(["SCTP", "TCP", "UDP"]));
    let time = &core["components"]["schemas"]["io.k8s.apimachinery.pkg.apis.meta.v1.Time"];
    assert_eq!(time["format"], "date-time");
}

#[test]
fn custom_kinds_have_the_schema_of_their_definition() {
    let schema = json!({
        "type": "object", "description": "A gadget.", "required": ["spec"],
        "properties": {
            "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}}},
            "spec": {"type": "object", "properties": {"mode": {"type": "string"}, "port": {"x-kubernetes-int-or-string": true}}},
        },
    });
    let version = json!({
        "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema},
        "selectableFields": [{"jsonPath": ".spec.mode"}],
    });
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "gadgets.a.example"},
        "spec": {"group": "a.example", "scope": "Namespaced", "names": {"kind": "Gadget", "plural": "gadgets"}, "versions": [version]},
    });
    let mut sandbox = Sandbox::builder().object(definition).build().unwrap();
    let (_, index) = get(&mut sandbox, "/openapi/v3");
    let url = index["paths"]["apis/a.example/v1"]["serverRelativeURL"].as_str().unwrap().to_owned();
    let (code, document) = get(&mut sandbox, &url);
    assert_eq!((code, &document["info"]["title"]), (200, &json!("Kubernetes CRD Swagger")));
    let gadget = &document["components"]["schemas"]["example.a.v1.Gadget"];
    assert_eq!(gadget["description"], "A gadget.");
    let own = json!([{"group": "a.example", "version": "v1", "kind": "Gadget"}]);
    assert_eq!(gadget["x-kubernetes-group-version-kind"], own);
    assert_eq!(gadget["x-kubernetes-selectable-fields"], json!([{"fieldPath": "spec.mode"}]));
    let either =
        json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true});
    assert_eq!(gadget["properties"]["spec"]["properties"]["port"], either);
    let metadata = json!([{"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}]);
    assert_eq!(gadget["properties"]["metadata"]["allOf"], metadata);
}
