//! Deployments: a template of two containers, a status of two conditions.

use serde_json::{Value, json};

use super::metadata::Metadata;
use super::object;
use super::seed::Seed;

pub fn deployment(seed: &mut Seed) -> String {
    let app = format!("app-{}", seed.hex(8));
    let labels = json!({"app.kubernetes.io/name": app, "app.kubernetes.io/part-of": "shop", "team": format!("team-{}", seed.below(40))});
    let replicas = 1 + seed.below(20);
    let spec = json!({
        "replicas": replicas, "selector": {"matchLabels": {"app.kubernetes.io/name": app}},
        "template": {
            "metadata": {"labels": labels, "annotations": {"checksum/config": seed.hex(64)}},
            "spec": {"containers": [container(seed, "main"), container(seed, "proxy")], "restartPolicy": "Always",
                "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "serviceAccountName": app, "securityContext": {},
                "schedulerName": "default-scheduler"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
        "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
    });
    let condition = |seed: &mut Seed, kind: &str, reason: &str| {
        json!({"type": kind, "status": "True", "lastUpdateTime": seed.moment(), "lastTransitionTime": seed.moment(), "reason": reason,
            "message": format!("ReplicaSet \"{app}-{}\": {reason}.", seed.hex(10))})
    };
    let conditions = [
        condition(seed, "Available", "MinimumReplicasAvailable"),
        condition(seed, "Progressing", "NewReplicaSetAvailable"),
    ];
    let status = json!({"observedGeneration": 3, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
        "availableReplicas": replicas, "conditions": conditions});
    let metadata = Metadata {
        namespace: format!("tenant-{}", seed.below(97)),
        name: app.clone(),
        labels,
        annotations: json!({"deployment.kubernetes.io/revision": (1 + seed.below(30)).to_string()}),
        owners: json!(null),
        generation: json!(3),
        managed: vec![
            ("helm", json!({"spec": spec})),
            ("kube-controller-manager", json!({"status": status})),
        ],
    };
    let metadata = metadata.members(seed, "apps/v1");
    object(&[("metadata", object(&metadata)), ("spec", spec.to_string()), ("status", status.to_string())])
}

fn container(seed: &mut Seed, name: &str) -> Value {
    let env: Vec<Value> = (0..4)
        .map(|index| json!({"name": format!("SETTING_{index}"), "value": format!("{name}-{}", seed.hex(12))}))
        .collect();
    let probe = json!({"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10,
        "successThreshold": 1, "failureThreshold": 3});
    json!({"name": name, "image": format!("registry.example.com/shop/{name}@sha256:{}", seed.hex(64)), "env": env,
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}], "livenessProbe": probe, "readinessProbe": probe,
        "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"})
}
