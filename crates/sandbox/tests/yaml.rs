//! Bodies in YAML.
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

const YAML: &str = "application/yaml";
const APPLY: &str = "application/apply-patch+yaml";
const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn ask(sandbox: &mut Sandbox, method: &str, target: &str, media: &str, body: &str) -> (u16, Value) {
    let request = Request::builder().method(method).uri(target).header("content-type", media);
    let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    let Reply::Whole(answer) = sandbox.handle(Now::default(), request) else { panic!("a whole answer") };
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
}

#[test]
fn objects_are_made_replaced_applied_and_deleted_in_yaml() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    let map = "# Ours.\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: |\n    x\n    y\n";
    let (code, made) = ask(&mut sandbox, "POST", MAPS, YAML, map);
    assert_eq!((code, &made["data"]), (201, &json!({"text": "x\ny\n"})));
    let target = format!("{MAPS}/a");
    let (code, changed) = ask(&mut sandbox, "PUT", &target, YAML, "metadata: {name: a}\ndata: {b: '1'}\n");
    assert_eq!((code, &changed["data"]), (200, &json!({"b": "1"})));
    let applied = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  0777: 'c'\n";
    let (code, changed) = ask(&mut sandbox, "PATCH", &format!("{target}?fieldManager=me"), APPLY, applied);
    assert_eq!((code, &changed["data"]), (200, &json!({"b": "1", "511": "c"})));
    let (code, _) = ask(&mut sandbox, "DELETE", &target, YAML, "dryRun: [All]\n");
    assert!(code == 200 && sandbox.get("v1", "ConfigMap", "default", "a").is_some());
}

#[test]
fn what_yaml_makes_of_a_word_is_of_the_wrong_type() {
    let mut sandbox = Sandbox::builder().rbac(false).build().unwrap();
    for (body, wanted) in [
        (
            "metadata: {name: a}\ndata: {x: n}\n",
            "cannot unmarshal bool into Go struct field ConfigMap.data of type string",
        ),
        (
            "metadata: {name: a}\ndata: {x: 1}\n",
            "cannot unmarshal number into Go struct field ConfigMap.data of type string",
        ),
        ("data: [", "the object provided is unrecognized (must be of type ConfigMap): yaml: "),
    ] {
        let (code, status) = ask(&mut sandbox, "POST", MAPS, YAML, body);
        let message = status["message"].as_str().unwrap();
        assert!(code == 400 && message.contains(wanted), "{message}");
    }
    // The server tells of its line.
    let twice = "metadata: {name: a}\ndata: {x: a, x: b}\n";
    assert_eq!(ask(&mut sandbox, "POST", MAPS, YAML, twice).0, 501);
    assert_eq!(ask(&mut sandbox, "POST", &format!("{MAPS}?fieldValidation=Ignore"), YAML, twice).0, 201);
}
