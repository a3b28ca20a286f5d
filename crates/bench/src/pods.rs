//! Ten thousand pods as a server lists them: names, labels, nodes, addresses and digests differ; `managedFields` are over a third.

use serde_json::{Value, json};

/// A small generator of numbers (xorshift64*): the same pods in every run.
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from_digit((self.next() >> 40) as u32 % 16, 16).unwrap_or('0')).collect()
    }

    fn uid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|length| self.hex(length)).join("-")
    }
}

const APPS: [&str; 9] = [
    "cart",
    "checkout",
    "web",
    "ledger",
    "payments-gateway",
    "search-index",
    "mail",
    "auth",
    "image-resizer",
];

/// How the members of the objects stand.
#[derive(Clone, Copy, PartialEq)]
pub enum Order {
    /// As Go writes them: `metadata` first, the name first in it.
    Go,
    /// `metadata` last, and in it the names in alphabetical order with `managedFields` before `name`.
    Odd,
}

/// A `PodList` of so many pods.
pub fn list(count: usize, order: Order) -> Vec<u8> {
    let mut seed = Seed(0x9E37_79B9_7F4A_7C15);
    let own = r#""metadata":{"resourceVersion":"4711000"}"#;
    let items: Vec<String> = (0..count).map(|index| pod(&mut seed, index, order)).collect();
    format!(r#"{{"kind":"PodList","apiVersion":"v1",{own},"items":[{}]}}"#, items.join(",")).into_bytes()
}

/// Texts in the order given; the maps within are in alphabetical order.
fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn pod(seed: &mut Seed, index: usize, order: Order) -> String {
    let app = APPS[seed.below(9) as usize];
    let set = seed.hex(10);
    let name = format!("{app}-{set}-{}", seed.hex(5));
    let node = format!("node-{:03}.zone-{}.example.internal", seed.below(400), seed.below(3));
    let minute = format!(
        "2026-{:02}-{:02}T{:02}:{:02}:17Z",
        seed.below(12) + 1,
        seed.below(28) + 1,
        seed.below(24),
        seed.below(60)
    );
    let labels = json!({"app.kubernetes.io/name": app, "app.kubernetes.io/part-of": "shop", "pod-template-hash": set,
        "team": format!("team-{}", seed.below(40))});
    let owner = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{app}-{set}"), "uid": seed.uid(),
        "controller": true, "blockOwnerDeletion": true}]);
    let quoted = |text: &str| Value::from(text).to_string();
    let mut metadata = vec![
        ("name", quoted(&name)),
        ("generateName", quoted(&format!("{app}-{set}-"))),
        ("namespace", quoted(&format!("tenant-{}", index % 97))),
        ("uid", quoted(&seed.uid())),
        ("resourceVersion", quoted(&(4_000_000 + seed.below(700_000)).to_string())),
        ("generation", "1".to_owned()),
        ("creationTimestamp", quoted(&minute)),
        ("labels", labels.to_string()),
        (
            "annotations",
            json!({"checksum/config": seed.hex(64), "note": "says \"hello\"\nto all"}).to_string(),
        ),
        ("ownerReferences", owner.to_string()),
        ("managedFields", managed(seed, &minute).to_string()),
    ];
    if order == Order::Odd {
        metadata.sort_by_key(|member| member.0);
    }
    let mut members = vec![
        ("metadata", object(&metadata)),
        ("spec", spec(seed, app, &node).to_string()),
        ("status", status(seed, app, &minute).to_string()),
    ];
    if order == Order::Odd {
        members.reverse();
    }
    object(&members)
}

/// Who owns which field, as the controller manager and the kubelet leave it.
fn managed(seed: &mut Seed, minute: &str) -> Value {
    let uid = format!("k:{{\"uid\":\"{}\"}}", seed.uid());
    let condition = || json!({".": {}, "f:lastProbeTime": {}, "f:lastTransitionTime": {}, "f:observedGeneration": {}, "f:status": {}, "f:type": {}});
    let container = json!({".": {}, "f:image": {}, "f:imagePullPolicy": {}, "f:name": {}, "f:ports": {".": {},
        "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}, "f:name": {}, "f:protocol": {}}},
        "f:env": {".": {}, "k:{\"name\":\"LOG_LEVEL\"}": {".": {}, "f:name": {}, "f:value": {}},
            "k:{\"name\":\"POD_IP\"}": {".": {}, "f:name": {}, "f:valueFrom": {".": {}, "f:fieldRef": {}}}},
        "f:livenessProbe": {".": {}, "f:failureThreshold": {}, "f:httpGet": {".": {}, "f:path": {}, "f:port": {}, "f:scheme": {}}, "f:periodSeconds": {}},
        "f:resources": {".": {}, "f:limits": {".": {}, "f:cpu": {}, "f:memory": {}}, "f:requests": {".": {}, "f:cpu": {}, "f:memory": {}}},
        "f:terminationMessagePath": {}, "f:terminationMessagePolicy": {}});
    let spec = json!({"f:metadata": {"f:annotations": {".": {}, "f:checksum/config": {}, "f:note": {}}, "f:generateName": {},
        "f:labels": {".": {}, "f:app.kubernetes.io/name": {}, "f:app.kubernetes.io/part-of": {}, "f:pod-template-hash": {}, "f:team": {}},
        "f:ownerReferences": {".": {}, uid: {}}},
        "f:spec": {"f:containers": {"k:{\"name\":\"main\"}": container}, "f:dnsPolicy": {}, "f:enableServiceLinks": {},
            "f:restartPolicy": {}, "f:schedulerName": {}, "f:securityContext": {}, "f:terminationGracePeriodSeconds": {}}});
    let conditions = json!({".": {}, "k:{\"type\":\"PodScheduled\"}": condition(), "k:{\"type\":\"ContainersReady\"}": condition(),
        "k:{\"type\":\"Initialized\"}": condition(), "k:{\"type\":\"Ready\"}": condition()});
    let status = json!({"f:status": {"f:conditions": conditions, "f:containerStatuses": {}, "f:hostIP": {}, "f:hostIPs": {},
        "f:phase": {}, "f:podIP": {}, "f:podIPs": {".": {}, "k:{\"ip\":\"10.1.2.3\"}": {".": {}, "f:ip": {}}}, "f:startTime": {}}});
    json!([
        {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "v1", "time": minute, "fieldsType": "FieldsV1", "fieldsV1": spec},
        {"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": minute, "fieldsType": "FieldsV1", "fieldsV1": status, "subresource": "status"},
    ])
}

fn spec(seed: &mut Seed, app: &str, node: &str) -> Value {
    let token = format!("kube-api-access-{}", seed.hex(5));
    let env: Vec<Value> = (0..6)
        .map(|index| json!({"name": format!("SETTING_{index}"), "value": format!("{app}-{}", seed.hex(12))}))
        .chain([json!({"name": "POD_IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}})])
        .collect();
    let probe = json!({"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3});
    let tolerate = |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
    json!({
        "volumes": [{"name": token, "projected": {"sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}], "defaultMode": 420}}],
        "containers": [{"name": "main", "image": format!("registry.example.com/shop/{app}@sha256:{}", seed.hex(64)),
            "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}], "env": env,
            "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
            "volumeMounts": [{"name": token, "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}],
            "livenessProbe": probe, "readinessProbe": probe, "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent",
            "securityContext": {"capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "allowPrivilegeEscalation": false}}],
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "serviceAccountName": app,
        "nodeName": node, "securityContext": {}, "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true,
        "tolerations": [tolerate("node.kubernetes.io/not-ready"), tolerate("node.kubernetes.io/unreachable")],
        "preemptionPolicy": "PreemptLowerPriority",
    })
}

fn status(seed: &mut Seed, app: &str, minute: &str) -> Value {
    let ip = format!("10.{}.{}.{}", seed.below(256), seed.below(256), seed.below(256));
    let host = format!("192.168.{}.{}", seed.below(256), seed.below(256));
    let conditions: Vec<Value> = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
        .iter()
        .map(|kind| json!({"type": kind, "observedGeneration": 1, "status": "True", "lastProbeTime": null, "lastTransitionTime": minute}))
        .collect();
    let digest = seed.hex(64);
    json!({"observedGeneration": 1, "phase": if seed.below(20) == 0 { "Pending" } else { "Running" }, "conditions": conditions, "hostIP": host,
        "hostIPs": [{"ip": host}], "podIP": ip, "podIPs": [{"ip": ip}], "startTime": minute,
        "containerStatuses": [{"name": "main", "state": {"running": {"startedAt": minute}}, "lastState": {}, "ready": true,
            "restartCount": seed.below(4), "image": format!("registry.example.com/shop/{app}@sha256:{digest}"),
            "imageID": format!("registry.example.com/shop/{app}@sha256:{digest}"),
            "containerID": format!("containerd://{}", seed.hex(64)), "started": true}], "qosClass": "Burstable"})
}

/// The same list's metadata as the server writes it in protobuf: `k8s\0`, then Unknown {1: TypeMeta, 2: raw}.
pub fn metadata(list: &[u8]) -> Vec<u8> {
    let list: Value = serde_json::from_slice(list).expect("a list");
    let mut raw = field(1, &text(2, "4711000"));
    for pod in list["items"].as_array().expect("items") {
        raw.extend(field(2, &field(1, &object_meta(&pod["metadata"]))));
    }
    let kind = [text(1, "meta.k8s.io/v1"), text(2, "PartialObjectMetadataList")].concat();
    [b"k8s\0".to_vec(), field(1, &kind), field(2, &raw)].concat()
}

fn object_meta(metadata: &Value) -> Vec<u8> {
    let own = |number, name: &str| text(number, metadata[name].as_str().expect("a text"));
    let pairs = |number, name: &str| -> Vec<u8> {
        let pairs = metadata[name].as_object().expect("a map").iter();
        pairs
            .flat_map(|(key, value)| {
                field(number, &[text(1, key), text(2, value.as_str().expect("a text"))].concat())
            })
            .collect()
    };
    let owner = &metadata["ownerReferences"][0];
    let of_owner = |number, name: &str| text(number, owner[name].as_str().expect("a text"));
    let owner = [
        of_owner(1, "kind"),
        of_owner(3, "name"),
        of_owner(4, "uid"),
        of_owner(5, "apiVersion"),
        vec![6 << 3, 1, 7 << 3, 1],
    ];
    let managed = metadata["managedFields"].as_array().expect("a list").iter().flat_map(|entry| {
        let own = |number, name: &str| text(number, entry[name].as_str().unwrap_or_default());
        let fields = field(7, &text(1, &entry["fieldsV1"].to_string()));
        let entry =
            [own(1, "manager"), own(2, "operation"), own(3, "apiVersion"), own(6, "fieldsType"), fields];
        field(17, &entry.concat())
    });
    // 2026, to the second, as five bytes of a number.
    let time = field(8, &[1 << 3, 0x80, 0xb0, 0xd6, 0xca, 0x06]);
    let front = [
        own(1, "name"),
        own(2, "generateName"),
        own(3, "namespace"),
        own(5, "uid"),
        own(6, "resourceVersion"),
        vec![7 << 3, 1],
        time,
    ];
    let back = [pairs(11, "labels"), pairs(12, "annotations"), field(13, &owner.concat()), managed.collect()];
    [front.concat(), back.concat()].concat()
}

fn text(number: u8, text: &str) -> Vec<u8> {
    field(number, text.as_bytes())
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    for mut value in [(u64::from(number) << 3) | 2, bytes.len() as u64] {
        while value >= 0x80 {
            field.push(value as u8 | 0x80);
            value >>= 7;
        }
        field.push(value as u8);
    }
    field.extend_from_slice(bytes);
    field
}
