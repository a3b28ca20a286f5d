//! Steps that apply, as several managers, and what writes say of managers.

use serde_json::{Value, json};

use crate::generate::Maker;
use crate::step::Step;

const MANAGERS: [&str; 3] = ["one", "two", "three"];

pub(crate) fn apply(maker: &mut Maker, id: usize) -> Step {
    let (resource, kind) = maker.resource();
    let (namespace, name) = (maker.namespace(), maker.name());
    let mut body = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    wish(maker, kind, &mut body);
    let body = spoilt(maker, id, kind, body);
    let mut query = Vec::new();
    if maker.dice.percent(97) {
        query.push(format!("fieldManager={}", maker.dice.pick(&MANAGERS)));
    } else if maker.dice.percent(50) {
        query.push("fieldManager=a%07b".into());
    }
    if maker.dice.percent(35) {
        query.push(format!("force={}", maker.dice.pick(&["true", "true", "true", "false"])));
    }
    if maker.dice.percent(6) {
        query.push("dryRun=All".into());
    }
    if maker.dice.percent(10) {
        query.push(format!("fieldValidation={}", maker.dice.pick(&["Strict", "Warn", "Ignore", "Bogus"])));
    }
    Step {
        id,
        method: "PATCH".into(),
        target: format!("/api/v1/namespaces/{namespace}/{resource}/{name}?{}", query.join("&")),
        headers: vec![("content-type".into(), "application/apply-patch+yaml".into())],
        body: Some(body),
        watch: false,
    }
}

/// What the manager wants.
fn wish(maker: &mut Maker, kind: &str, body: &mut Value) {
    for key in ["k", "l", "m"] {
        if maker.dice.percent(40) {
            body["data"][key] = (*maker.dice.pick(&["eA==", "eQ==", "eA=="])).into();
        }
    }
    for key in ["a", "b"] {
        if maker.dice.percent(25) {
            body["metadata"]["labels"][key] = (*maker.dice.pick(&["1", "2"])).into();
        }
    }
    if maker.dice.percent(10) {
        body["metadata"]["annotations"] = json!({"note": "n"});
    }
    if maker.dice.percent(15) {
        body["metadata"]["finalizers"] =
            maker.dice.pick(&[json!(["a.b/c"]), json!(["d.e/f", "a.b/c"]), json!([])]).clone();
    }
    if maker.dice.percent(10) {
        let side = *maker.dice.pick(&["a", "b"]);
        let (name, uid) = (format!("{{ns:{side}}}"), format!("{{uid:{side}}}"));
        body["metadata"]["ownerReferences"] =
            json!([{"apiVersion": "v1", "kind": "Namespace", "name": name, "uid": uid}]);
    }
    if maker.dice.percent(4) {
        body["immutable"] = (*maker.dice.pick(&[false, false, true])).into();
    }
    if maker.dice.percent(8) {
        body["data"] = maker.dice.pick(&[json!({}), json!(null), json!({"k": null})]).clone();
    }
    if kind == "Secret" && maker.dice.percent(15) {
        body["stringData"] = json!({"k": "x"});
    }
    if kind == "Secret" && maker.dice.percent(10) {
        body["type"] = "Opaque".into();
    }
}

/// The same with one fault, in some cases.
fn spoilt(maker: &mut Maker, id: usize, kind: &str, mut body: Value) -> Value {
    if !maker.dice.percent(20) {
        return body;
    }
    let earlier = maker.earlier_object(id);
    match maker.dice.below(22) {
        0 => body["foo"] = 1.into(),
        1 => body["metadata"]["nmae"] = "x".into(),
        2 => body["data"] = json!({"k": 1}),
        3 => body["data"] = json!({"k": {"a": "x"}}),
        4 => body["data"] = json!(["x"]),
        5 => body["immutable"] = "yes".into(),
        6 => body["metadata"]["finalizers"] = json!(["a.b/c", "a.b/c"]),
        7 => body["metadata"]["finalizers"] = json!([null]),
        8 => body["metadata"]["ownerReferences"] = json!([{"kind": "Pod"}]),
        9 => {
            body["metadata"]["managedFields"] =
                maker.dice.pick(&[json!([]), json!([{}]), json!(null)]).clone();
        }
        10 => body["kind"] = "Pod".into(),
        11 => body["apiVersion"] = "v2".into(),
        12 => body["kind"] = 5.into(),
        13 => body["metadata"]["name"] = "zz".into(),
        14 => body["metadata"]["namespace"] = "{ns:b}".into(),
        15 => body["metadata"]["uid"] = format!("{{uid:{earlier}}}").into(),
        16 => {
            body["metadata"]["resourceVersion"] = maker
                .dice
                .pick(&[json!(format!("{{rv:{earlier}}}")), json!("1"), json!("abc"), json!("0")])
                .clone();
        }
        17 => body["metadata"]["labels"] = json!({"-x": "1"}),
        18 if maker.dice.percent(50) => {
            body = maker.dice.pick(&[json!("[1]"), json!("5"), json!(""), json!("null")]).clone();
        }
        18 => body = json!({"metadata": {"name": "m"}}),
        19 => body["metadata"] = json!("text"),
        20 => body["data"] = json!({"a b": "eA=="}),
        _ if kind == "Secret" => body["data"] = json!({"k": "x!"}),
        _ => body["metadata"]["finalizers"] = json!("x"),
    }
    body
}

impl Maker {
    /// Says who owns what, in some cases.
    pub(crate) fn claim(&mut self, object: &mut Value) {
        if !self.dice.percent(8) {
            return;
        }
        let entry = |operation: &str, fields: Value| {
            json!({"manager": "claimed", "operation": operation, "apiVersion": "v1", "time": "2020-01-01T00:00:00Z",
                   "fieldsType": "FieldsV1", "fieldsV1": fields})
        };
        let claims = [
            json!([]),
            json!([{}]),
            json!(null),
            json!([entry("Update", json!({"f:data": {".": {}, "f:k": {}}}))]),
            json!([entry("Apply", json!({"f:data": {"f:k": {}}, "f:metadata": {"f:labels": {"f:a": {}}}}))]),
            json!([entry("Other", json!({}))]),
            json!([entry("Update", json!({"bad": {}}))]),
        ];
        object["metadata"]["managedFields"] = self.dice.pick(&claims).clone();
    }
}

/// More managers than are kept. Their names come in the order in which they write, so that nothing depends on the seconds that go by.
#[test]
fn the_oldest_updates_become_one_alike() {
    let bench = crate::Bench::new();
    let step = |id: usize, method: &str, target: String, media: &str, body: Option<Value>| Step {
        id,
        method: method.into(),
        target,
        headers: vec![("content-type".into(), media.into())],
        body,
        watch: false,
    };
    let maps = "/api/v1/namespaces/{ns:a}/configmaps";
    let object = json!({"metadata": {"name": "m"}, "data": {"k": "x"}});
    let mut steps =
        vec![step(0, "POST", format!("{maps}?fieldManager=m00"), "application/json", Some(object))];
    for id in 1..14 {
        let body = json!({"data": {format!("k{id:02}"): "x"}});
        let target = format!("{maps}/m?fieldManager=m{id:02}");
        steps.push(step(id, "PATCH", target, "application/merge-patch+json", Some(body)));
    }
    let wish =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"k": "y"}});
    let target = format!("{maps}/m?fieldManager=one");
    steps.push(step(14, "PATCH", target, "application/apply-patch+yaml", Some(wish)));
    let found = bench.differ(&steps);
    assert!(found.is_none(), "{found:#?}");
}
