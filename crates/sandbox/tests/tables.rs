//! Tables of all kinds, without a server beside.

use bytes::Bytes;
use http::Request;
use kubewire::Now;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
const NOW: Now = Now { mono: 0, wall: 1_767_225_600_000 };

fn asked(sandbox: &mut Sandbox, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let request = Request::builder().method(method).uri(target).header("accept", TABLE);
    let request = request.header("authorization", format!("Bearer {}", sandbox.admin()));
    let request = request.header("content-type", kind).body(body).unwrap();
    match sandbox.handle(NOW, request) {
        Reply::Whole(answer) => {
            (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_that_can_be_listed_has_a_table() {
    let mut sandbox = Sandbox::builder().now(NOW).build().unwrap();
    let (_, groups) = asked_plain(&mut sandbox, "/apis");
    let versions =
        groups["groups"].as_array().unwrap().iter().flat_map(|group| group["versions"].as_array().unwrap());
    let paths = versions.map(|version| format!("/apis/{}", version["groupVersion"].as_str().unwrap()));
    let mut tables = 0;
    for path in std::iter::once("/api/v1".to_owned()).chain(paths) {
        let (_, resources) = asked_plain(&mut sandbox, &path);
        for resource in resources["resources"].as_array().unwrap() {
            let name = resource["name"].as_str().unwrap();
            let listed = resource["verbs"].as_array().unwrap().contains(&json!("list"));
            if !listed || name == "componentstatuses" {
                continue;
            }
            let (status, table) = asked(&mut sandbox, "GET", &format!("{path}/{name}"), &Value::Null);
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

fn asked_plain(sandbox: &mut Sandbox, target: &str) -> (u16, Value) {
    let request =
        Request::builder().uri(target).header("authorization", format!("Bearer {}", sandbox.admin()));
    match sandbox.handle(NOW, request.body(Bytes::new()).unwrap()) {
        Reply::Whole(answer) => (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap()),
        other => panic!("{other:?}"),
    }
}
