//! `kubectl explain`: types and fields of every shape, and what does not exist.

/// What is explained, each with the exit code that it brings.
const PATHS: &[(i32, &[&str])] = &[
    (0, &["pods"]),
    (0, &["pods", "--recursive"]),
    (0, &["pods.spec"]),
    (0, &["pods.spec.containers"]),
    (0, &["pod.spec.containers.env.valueFrom.secretKeyRef"]),
    (0, &["po.spec.containers.resources.limits"]),
    (0, &["pods.spec.containers.imagePullPolicy"]),
    (0, &["pods.spec.containers.ports.protocol"]),
    (0, &["pods.spec.volumes", "--recursive"]),
    (0, &["pods.metadata"]),
    (0, &["pods.metadata.managedFields.fieldsV1"]),
    (0, &["pods.metadata.creationTimestamp"]),
    (0, &["pods.status.conditions"]),
    (0, &["deployment.spec.strategy", "--recursive"]),
    (0, &["deploy.spec.strategy.rollingUpdate.maxSurge"]),
    (0, &["sts.spec.updateStrategy.type"]),
    (0, &["cm"]),
    (0, &["cm.binaryData"]),
    (0, &["secrets"]),
    (0, &["svc.spec.ports.targetPort"]),
    (0, &["pvc.spec.accessModes"]),
    (0, &["pv.spec"]),
    (0, &["nodes.status.capacity"]),
    (0, &["events"]),
    (0, &["crd"]),
    (0, &["crd.spec.versions.schema.openAPIV3Schema"]),
    (0, &["crd.spec.versions.schema", "--recursive"]),
    (0, &["job.spec"]),
    (0, &["cj.spec.jobTemplate.spec.completionMode"]),
    (0, &["ingress.spec.rules"]),
    (0, &["netpol.spec.policyTypes"]),
    (0, &["leases.spec.renewTime"]),
    (0, &["clusterroles.rules"]),
    (0, &["controllerrevisions.data"]),
    (0, &["validatingwebhookconfigurations.webhooks.rules.operations"]),
    (0, &["hpa", "--api-version=autoscaling/v1"]),
    (0, &["hpa.spec.metrics", "--api-version=autoscaling/v2"]),
    (0, &["deployments.apps", "--output=plaintext"]),
    (1, &["hpa", "--api-version=autoscaling/v7"]),
    (1, &["pods.spec.nothing"]),
    (1, &["nothings"]),
    (1, &["pods", "--output=nothing"]),
];

#[test]
fn kubectl_explains_through_the_listener_as_through_the_server() {
    let words: Vec<(i32, Vec<&str>)> =
        PATHS.iter().map(|(code, words)| (*code, [&["explain"], *words].concat())).collect();
    let words: Vec<(i32, &[&str])> = words.iter().map(|(code, words)| (*code, &**words)).collect();
    crate::side::compare("kubectl-explain", &[], &words);
}
