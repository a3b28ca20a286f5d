//! Pods as a server lists them: names, labels, nodes, addresses and digests differ; `managedFields` are over a third.

use serde_json::{Value, json};

use super::seed::Seed;
use super::{Order, object};

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

pub fn pod(seed: &mut Seed, index: usize, order: Order) -> String {
    let app = APPS[seed.below(9) as usize];
    let set = seed.hex(10);
    let name = format!("{app}-{set}-{}", seed.hex(5));
    let node = format!("node-{:03}.zone-{}.example.internal", seed.below(400), seed.below(3));
    let minute = seed.moment();
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
    if order != Order::Go {
        metadata.sort_by_key(|member| member.0);
    }
    let mut members = vec![
        ("metadata", object(&metadata)),
        ("spec", spec(seed, app, &node).to_string()),
        ("status", status(seed, app, &minute).to_string()),
    ];
    match order {
        Order::Go => {}
        Order::Alphabetical => {
            members.splice(0..0, [("apiVersion", quoted("v1")), ("kind", quoted("Pod"))]);
        }
        Order::Odd => members.reverse(),
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
