//! Steps that patch.

use serde_json::{Value, json};

use crate::generate::Maker;
use crate::step::Step;

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";

pub(crate) fn patch(maker: &mut Maker, id: usize) -> Step {
    let (resource, _) = maker.resource();
    let (namespace, name) = (maker.namespace(), maker.name());
    let (media, body) = match maker.dice.below(20) {
        0..7 => (JSON, json_patch(maker)),
        7..13 => (MERGE, merge_patch(maker, id)),
        13..19 => (STRATEGIC, strategic_patch(maker, id)),
        _ => (*maker.dice.pick(&["application/json", "text/plain"]), json!({})),
    };
    // What is no patch of its type, or no JSON at all.
    let body = match maker.dice.below(40) {
        0 => json!("{"),
        1 => json!([1]),
        2 => json!({"a": 1}),
        3 => json!("[]"),
        4 => json!("null"),
        5 => json!("5"),
        6 => json!([{"op": 5}]),
        _ => body,
    };
    let mut query = maker.write_query();
    if maker.dice.percent(3) {
        query += if query.is_empty() { "?force=true" } else { "&force=true" };
    }
    Step {
        id,
        method: "PATCH".into(),
        target: format!("/api/v1/namespaces/{namespace}/{resource}/{name}{query}"),
        headers: vec![("content-type".into(), media.into())],
        body: Some(body),
        watch: false,
    }
}

fn json_patch(maker: &mut Maker) -> Value {
    let count = 1 + maker.dice.below(2);
    let operations = [
        json!({"op": "add", "path": "/metadata/labels", "value": {"a": "1"}}),
        json!({"op": "add", "path": "/metadata/labels/a", "value": "2"}),
        json!({"op": "replace", "path": "/metadata/labels/a", "value": "2"}),
        json!({"op": "remove", "path": "/metadata/labels/a"}),
        json!({"op": "add", "path": "/data", "value": {"k": "eA=="}}),
        json!({"op": "add", "path": "/data/k", "value": "eQ=="}),
        json!({"op": "replace", "path": "/data/new", "value": "eQ=="}),
        json!({"op": "copy", "from": "/data/k", "path": "/data/copied"}),
        json!({"op": "move", "from": "/data/k", "path": "/data/moved"}),
        json!({"op": "test", "path": "/data/k", "value": "eA=="}),
        json!({"op": "test", "path": "/metadata/labels/none", "value": null}),
        json!({"op": "test", "path": "/kind", "value": "ConfigMap"}),
        json!({"op": "replace", "path": "/metadata/name", "value": "zz"}),
        json!({"op": "add", "path": "/data/k", "value": 1}),
        json!({"op": "add", "path": "/nothing", "value": 1}),
        json!({"op": "bogus", "path": "/data"}),
        json!({"op": "test", "path": "/data/k", "value": "x", "zz": 1}),
        json!({"op": "replace", "path": "/metadata/uid", "value": "x"}),
    ];
    (0..count).map(|_| maker.dice.pick(&operations).clone()).collect()
}

fn merge_patch(maker: &mut Maker, id: usize) -> Value {
    let earlier = maker.earlier_object(id);
    let patches = [
        json!({"metadata": {"labels": {"a": "1"}}}),
        json!({"metadata": {"labels": {"a": null, "b": "y"}}}),
        json!({"metadata": {"labels": null}}),
        json!({"metadata": {"finalizers": null}}),
        json!({"metadata": {"finalizers": ["d.e/f"]}}),
        json!({"metadata": {"finalizers": []}}),
        json!({"metadata": {"managedFields": []}}),
        json!({"metadata": {"managedFields": [{}]}}),
        json!({"metadata": {"managedFields": null}}),
        json!({"metadata": {"annotations": {"note": "n"}}}),
        json!({"data": {"k": "eA=="}}),
        json!({"data": {"k": null}}),
        json!({"data": null}),
        json!({}),
        json!({"data": {"k": 1}}),
        json!({"data": []}),
        json!({"metadata": {"nmae": 1}}),
        json!({"metadata": {"name": "zz"}}),
        json!({"metadata": {"namespace": "{ns:b}"}}),
        json!({"metadata": {"labels": {"-x": "1"}}}),
        json!({"metadata": {"uid": "x"}}),
        json!({"metadata": {"resourceVersion": format!("{{rv:{earlier}}}")}}),
        json!({"metadata": {"resourceVersion": "abc"}}),
        json!({"metadata": {"creationTimestamp": null}}),
        json!({"immutable": true}),
        json!({"kind": "Pod"}),
        json!({"kind": 5}),
        json!({"kind": null, "apiVersion": "v2"}),
        json!({"type": "Other"}),
        json!("{\"metadata\":{\"labels\":{\"a\":\"1\",\"a\":\"2\"}}}"),
    ];
    maker.dice.pick(&patches).clone()
}

fn strategic_patch(maker: &mut Maker, id: usize) -> Value {
    // The owners are there: objects of others would be collected.
    let side = *maker.dice.pick(&["a", "b"]);
    let uid = format!("{{uid:{side}}}");
    let owner =
        json!({"apiVersion": "v1", "kind": "Namespace", "name": format!("{{ns:{side}}}"), "uid": uid});
    let patches = [
        json!({"metadata": {"ownerReferences": [owner]}}),
        json!({"metadata": {"ownerReferences": [{"uid": uid, "blockOwnerDeletion": false}]}}),
        json!({"metadata": {"ownerReferences": [{"uid": uid, "$patch": "delete"}]}}),
        json!({"metadata": {"ownerReferences": [{"$patch": "replace"}, owner]}}),
        json!({"metadata": {"ownerReferences": [{"name": "no uid"}]}}),
        json!({"metadata": {"labels": {"$patch": "replace", "a": "1"}}}),
        json!({"metadata": {"labels": {"$patch": "delete"}}}),
        json!({"metadata": {"labels": {"$retainKeys": ["a"], "a": "3"}}}),
        json!({"data": {"$patch": "replace"}}),
        json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a.b/c"]}}),
        json!({"metadata": {"finalizers": ["g.h/i"]}}),
        json!({"data": {"k": "eA==", "gone": null}}),
        json!({"$patch": "bogus"}),
        json!({"metadata": {"$setElementOrder/ownerReferences": [{"uid": "{uid:b}"}, {"uid": "{uid:a}"}]}}),
    ];
    if maker.dice.percent(40) { merge_patch(maker, id) } else { maker.dice.pick(&patches).clone() }
}
