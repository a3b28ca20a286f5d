//! Tables of all kinds, cell by cell. The cells are those of the real server: `tests/conformance/tests/tables` compares them with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod common;

use kubewire::{MicroTime, Now, Time};
use kubewire_sandbox::Sandbox;
use serde_json::{Map, Value, json};

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
const CASES: &str = include_str!("tables.json");
const SECONDS: i64 = 1_767_225_600;
const NOW: Now = Now { mono: 0, wall: 1_767_225_600_000 };

fn send(sandbox: &mut Sandbox, method: &str, target: &str, accept: &str, body: &Value) -> (u16, Value) {
    let bearer = format!("Bearer {}", sandbox.admin());
    let media = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let headers = [("authorization", bearer.as_str()), ("accept", accept), ("content-type", media)];
    common::send(sandbox, NOW, method, target, &headers, body)
}

/// A case with times in the place of `@-SECONDS` and `@u-SECONDS`, and `ns` in that of `NS`.
fn filled(value: &Value) -> Value {
    let ago = |text: &str| SECONDS + text.parse::<i64>().unwrap();
    match value {
        Value::String(text) => match (text.strip_prefix("@u"), text.strip_prefix('@')) {
            (Some(time), _) => MicroTime::from_unix_micros(ago(time) * 1_000_000).to_string().into(),
            (_, Some(time)) => Time::from_unix(ago(time)).to_string().into(),
            _ => text.replace("NS", "ns").into(),
        },
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), filled(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A cell without what differs from run to run.
fn alike(cell: &Value) -> Value {
    match cell.as_str() {
        Some("0s") => "seconds".into(),
        Some("2026-01-01T00:00:00Z") => "time".into(),
        Some(text) => match text.split_once("controller-uid=") {
            Some((label, _)) => format!("{label}controller-uid=some").into(),
            None => text.into(),
        },
        None => cell.clone(),
    }
}

#[test]
fn objects_of_all_kinds_are_shown_as_by_the_real_server() {
    let mut sandbox = Sandbox::builder().now(NOW).build().unwrap();
    for name in ["ns", "ns-other"] {
        let namespace = json!({"metadata": {"name": name}});
        assert_eq!(send(&mut sandbox, "POST", "/api/v1/namespaces", TABLE, &namespace).0, 201);
    }
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    for case in cases.iter().map(filled) {
        let path = case["path"].as_str().unwrap();
        let target = format!("{path}/{}", case["object"]["metadata"]["name"].as_str().unwrap());
        let (status, made) = send(&mut sandbox, "POST", path, TABLE, &case["object"]);
        assert_eq!(status, 201, "{target}: {made}");
        if let Some(status) = case.get("status") {
            let status = json!({"status": status});
            let any = format!("{TABLE},application/json");
            assert_eq!(
                send(&mut sandbox, "PATCH", &format!("{target}/status"), &any, &status).0,
                200,
                "{target}"
            );
        }
        if case.get("delete").is_some() {
            assert_eq!(send(&mut sandbox, "DELETE", &target, TABLE, &Value::Null).0, 200, "{target}");
        }
        let (_, table) = send(&mut sandbox, "GET", &target, TABLE, &Value::Null);
        let cells: Vec<Value> = table["rows"][0]["cells"].as_array().unwrap().iter().map(alike).collect();
        assert_eq!(Value::from(cells), case["cells"], "{target}");
    }
}

#[test]
fn every_kind_that_can_be_listed_has_a_table() {
    let mut sandbox = Sandbox::builder().now(NOW).build().unwrap();
    let mut get = |target: &str, accept: &str| send(&mut sandbox, "GET", target, accept, &Value::Null);
    let (_, groups) = get("/apis", "");
    let groups = groups["groups"].as_array().unwrap();
    let versions = groups.iter().flat_map(|group| group["versions"].as_array().unwrap());
    let paths = versions.map(|version| format!("/apis/{}", version["groupVersion"].as_str().unwrap()));
    let paths: Vec<String> = std::iter::once("/api/v1".to_owned()).chain(paths).collect();
    let mut tables = 0;
    for path in paths {
        let (_, resources) = get(&path, "");
        for resource in resources["resources"].as_array().unwrap() {
            let name = resource["name"].as_str().unwrap();
            let listed = resource["verbs"].as_array().unwrap().contains(&json!("list"));
            if !listed || name == "componentstatuses" {
                continue;
            }
            let (status, table) = get(&format!("{path}/{name}"), TABLE);
            assert_eq!((status, &table["kind"]), (200, &json!("Table")), "{path}/{name}");
            let columns = table["columnDefinitions"].as_array().unwrap().len();
            for row in table["rows"].as_array().into_iter().flatten() {
                assert_eq!(row["cells"].as_array().unwrap().len(), columns, "{path}/{name}");
            }
            tables += 1;
        }
    }
    assert!(tables > 60, "{tables}");
}

#[test]
fn a_path_that_is_not_known_makes_no_table() {
    let mut sandbox = Sandbox::builder().now(NOW).build().unwrap();
    let definition = json!({
        "metadata": {"name": "things.example.test"},
        "spec": {"group": "example.test", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"}, "versions": [{
            "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}},
            "additionalPrinterColumns": [{"name": "A", "type": "string", "jsonPath": ".spec..a"}],
        }]},
    });
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    assert_eq!(send(&mut sandbox, "POST", definitions, TABLE, &definition).0, 201);
    let things = "/apis/example.test/v1/namespaces/default/things";
    assert_eq!(send(&mut sandbox, "GET", things, TABLE, &Value::Null).0, 406);
    let any = format!("{TABLE},application/json");
    assert_eq!(send(&mut sandbox, "GET", things, &any, &Value::Null).1["kind"], "ThingList");
}
