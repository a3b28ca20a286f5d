//! Messages, written by hand.

use serde_json::json;

use super::*;

/// A field with bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(bytes);
    out
}

fn number(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn body(api_version: &str, kind: &str, object: &[u8]) -> Vec<u8> {
    let types = [field(1, api_version.as_bytes()), field(2, kind.as_bytes())].concat();
    [MAGIC, &field(1, &types), &field(2, object), &field(3, b""), &field(4, b"")].concat()
}

fn read(body: &[u8]) -> Result<Value, String> {
    parse(body, Typed::any())
}

#[test]
fn every_sort_of_field_is_read() {
    let label = field(11, &[field(1, b"a"), field(2, b"b")].concat());
    let created = field(8, &number(1, 5));
    let metadata = [field(1, b"web"), field(3, b""), label, created, number(7, 3)].concat();
    // The name of the image's container, in a template of a spec.
    let port = [number(3, 80), field(4, b"TCP")].concat();
    let limits = [field(1, b"cpu"), field(2, &field(1, b"1"))].concat();
    let resources = field(8, &field(1, &limits));
    let probe = {
        // An HTTP GET lies in a message that JSON does not show.
        let get = [field(1, b"/"), field(2, &[number(1, 1), field(3, b"http")].concat())].concat();
        field(10, &[field(1, &field(2, &get)), number(2, 5)].concat())
    };
    let container = [field(1, b"c"), field(2, b"nginx"), field(6, &port), resources, probe].concat();
    let template = field(2, &field(2, &container));
    let spec = [
        number(1, 2),
        field(2, &field(1, &[field(1, b"app"), field(2, b"x")].concat())),
        field(3, &template),
    ];
    let object = [field(1, &metadata), field(2, &spec.concat())].concat();
    let read = read(&body("apps/v1", "Deployment", &object)).unwrap();
    let wanted = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "", "labels": {"a": "b"}, "creationTimestamp": "1970-01-01T00:00:05Z", "generation": 3},
        "spec": {
            "replicas": 2, "selector": {"matchLabels": {"app": "x"}},
            "template": {"spec": {"containers": [{
                "name": "c", "image": "nginx", "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {"limits": {"cpu": "1"}},
                "livenessProbe": {"httpGet": {"path": "/", "port": "http"}, "initialDelaySeconds": 5},
            }]}},
        },
    });
    assert_eq!(read, wanted);
}

#[test]
fn lists_in_maps_are_messages() {
    let groups = [field(1, b"x"), field(1, b"y")].concat();
    let extra = field(5, &[field(1, b"scopes"), field(2, &groups)].concat());
    let spec = field(2, &[field(3, b"alice"), extra].concat());
    let read = read(&body("authorization.k8s.io/v1", "SubjectAccessReview", &spec)).unwrap();
    assert_eq!(read["spec"], json!({"user": "alice", "extra": {"scopes": ["x", "y"]}}));
}

#[test]
fn what_is_no_message_is_refused() {
    let good = body("v1", "ConfigMap", &field(2, &[field(1, b"k"), field(2, b"v")].concat()));
    assert_eq!(read(&good).unwrap()["data"], json!({"k": "v"}));
    for length in 0..good.len() {
        let cut = &good[..length];
        // Never a panic; where it ends between two fields, it may be one.
        let _ = read(cut);
    }
    assert!(read(b"{}").is_err());
    assert!(read(&body("v1", "ConfigMap", &number(2, 1))).is_err());
    assert!(read(&body("v1", "ConfigMap", &[0xff; 9])).is_err());
}

#[test]
fn what_is_written_is_read_again() {
    let metadata = json!({
        "name": "web", "labels": {"a": "b", "c": ""}, "generation": 3, "creationTimestamp": "2026-01-02T03:04:05Z",
        "managedFields": [{"manager": "m", "operation": "Apply", "fieldsV1": {"f:spec": {}}}],
    });
    let probe = json!({"httpGet": {"path": "/", "port": "http"}, "initialDelaySeconds": 5});
    let ports = json!([{"containerPort": 80, "protocol": "TCP"}]);
    let limits = json!({"limits": {"cpu": "100m"}});
    let container =
        json!({"name": "c", "image": "i", "ports": ports, "resources": limits, "livenessProbe": probe});
    let volume = json!({"name": "v", "configMap": {"name": "m", "optional": true}});
    let template = json!({"spec": {"containers": [container], "volumes": [volume]}});
    let rolling = json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}});
    let selector = json!({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c"]}]});
    for value in [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {"replicas": 2, "selector": selector, "template": template, "strategy": rolling}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"k": "AAEC/w=="}, "immutable": true}),
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l"},
            "spec": {"holderIdentity": "h", "renewTime": "2026-01-02T03:04:05.000678Z"}}),
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "metadata": {},
            "spec": {"user": "u", "extra": {"x": ["1", "2"]}}, "status": {"allowed": false}}),
    ] {
        let body = answer::body(&value).unwrap();
        assert_eq!(read(&body).unwrap(), value);
    }
    assert_eq!(answer::body(&json!({"apiVersion": "example.com/v1", "kind": "Widget"})), None);
}

#[test]
fn metadata_and_failures_are_written_as_the_server_writes_them() {
    let list = json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList", "metadata": {"resourceVersion": "7", "remainingItemCount": 2},
        "items": [{"metadata": {"name": "a"}}],
    });
    let head = [field(2, b"7"), number(4, 2)].concat();
    let raw = [field(1, &head), field(2, &field(1, &field(1, b"a")))].concat();
    let wanted = body("meta.k8s.io/v1", "PartialObjectMetadataList", &raw);
    assert_eq!(answer::body(&list).unwrap(), wanted);

    let status = json!({"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "Gone", "details": {"causes": [{"field": "f"}]}, "code": 110});
    let details = field(4, &field(3, b"f"));
    let raw = [field(1, b""), field(2, b"Failure"), field(4, b"Gone"), field(5, &details), number(6, 110)];
    let wanted = body("v1", "Status", &raw.concat());
    assert_eq!(answer::body(&status).unwrap(), wanted);

    let event = event("ADDED", &status).unwrap();
    let raw = [field(1, b"ADDED"), field(2, &field(1, &wanted))].concat();
    assert_eq!(event[..4], u32::try_from(raw.len()).unwrap().to_be_bytes());
    assert_eq!(event[4..], raw);
}
