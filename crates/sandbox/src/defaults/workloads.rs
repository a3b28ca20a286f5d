//! Deployments, sets, jobs, and what scales them.

use serde_json::{Map, Value, json};

use super::fields::{made, map, put, text};

pub(super) fn apply(name: &str, object: &mut Map<String, Value>) {
    match name {
        "DeploymentSpec" => {
            put(object, "replicas", 1);
            rolling(object, "strategy", &[("maxUnavailable", json!("25%")), ("maxSurge", json!("25%"))]);
            put(object, "revisionHistoryLimit", 10);
            put(object, "progressDeadlineSeconds", 600);
        }
        "ReplicaSetSpec" => put(object, "replicas", 1),
        "DaemonSetSpec" => {
            rolling(object, "updateStrategy", &[("maxUnavailable", json!(1)), ("maxSurge", json!(0))]);
            let update = map(object, "updateStrategy").and_then(|strategy| map(strategy, "rollingUpdate"));
            if let Some(update) = update {
                put(update, "maxUnavailable", 0);
                put(update, "maxSurge", 0);
            }
            put(object, "revisionHistoryLimit", 10);
        }
        // Its template's generation, which was a field once, is written as an annotation.
        "DaemonSet" => {
            if let Some(annotations) =
                made(object, "metadata").and_then(|metadata| made(metadata, "annotations"))
            {
                put(annotations, "deprecated.daemonset.template.generation", "0");
            }
        }
        "StatefulSetSpec" => stateful_set(object),
        "Job" => job(object),
        "CronJobSpec" => {
            put(object, "concurrencyPolicy", "Allow");
            put(object, "suspend", false);
            put(object, "successfulJobsHistoryLimit", 3);
            put(object, "failedJobsHistoryLimit", 1);
        }
        "PodFailurePolicyOnPodConditionsPattern" if text(object, "status").is_empty() => {
            object.insert("status".into(), "True".into());
        }
        _ => {}
    }
}

/// Rolling updates are the rule, and go so far at once.
fn rolling(spec: &mut Map<String, Value>, strategy: &str, limits: &[(&str, Value)]) {
    let Some(strategy) = made(spec, strategy) else { return };
    put(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate"
        && let Some(update) = made(strategy, "rollingUpdate")
    {
        for (name, limit) in limits {
            put(update, name, limit.clone());
        }
    }
}

fn stateful_set(spec: &mut Map<String, Value>) {
    put(spec, "podManagementPolicy", "OrderedReady");
    if let Some(strategy) = made(spec, "updateStrategy") {
        if text(strategy, "type").is_empty() {
            put(strategy, "type", "RollingUpdate");
            put(strategy, "rollingUpdate", Map::new());
        }
        if text(strategy, "type") == "RollingUpdate"
            && let Some(update) = map(strategy, "rollingUpdate")
        {
            put(update, "partition", 0);
            put(update, "maxUnavailable", 1);
        }
    }
    if let Some(policy) = made(spec, "persistentVolumeClaimRetentionPolicy") {
        put(policy, "whenDeleted", "Retain");
        put(policy, "whenScaled", "Retain");
    }
    put(spec, "replicas", 1);
    put(spec, "revisionHistoryLimit", 10);
}

fn job(job: &mut Map<String, Value>) {
    let Some(spec) = map(job, "spec") else { return };
    if !spec.contains_key("parallelism") {
        put(spec, "completions", 1);
    }
    put(spec, "parallelism", 1);
    let limit = if spec.contains_key("backoffLimitPerIndex") { i32::MAX } else { 6 };
    put(spec, "backoffLimit", limit);
    put(spec, "completionMode", "NonIndexed");
    put(spec, "suspend", false);
    let replaced = if spec.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    put(spec, "podReplacementPolicy", replaced);
    put(spec, "manualSelector", false);
    let labels = job.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels")).cloned();
    if let Some(labels) = labels
        && let Some(metadata) = made(job, "metadata")
    {
        put(metadata, "labels", labels);
    }
}

pub(super) fn autoscaling(name: &str, object: &mut Map<String, Value>) {
    if name != "HorizontalPodAutoscalerSpec" {
        return;
    }
    put(object, "minReplicas", 1);
    put(
        object,
        "metrics",
        json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]),
    );
    let Some(behaviour) = map(object, "behavior") else { return };
    let up = json!([{"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]);
    let down = json!([{"type": "Percent", "value": 100, "periodSeconds": 15}]);
    for (name, window, policies) in [("scaleUp", Some(0), up), ("scaleDown", None, down)] {
        if let Some(rules) = made(behaviour, name) {
            put(rules, "selectPolicy", "Max");
            if let Some(window) = window {
                put(rules, "stabilizationWindowSeconds", window);
            }
            put(rules, "policies", policies);
        }
    }
}
