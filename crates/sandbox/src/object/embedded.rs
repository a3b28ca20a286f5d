//! Go structs within others, of which JSON knows nothing and Go's errors do.
//!
//! Source: the types of `k8s.io/api`, and the path of `encoding/json.UnmarshalTypeError`.

/// The struct within a struct that a field is of.
pub(super) fn within(name: &str, field: &str) -> Option<&'static str> {
    const VOLUME: [&str; 9] = [
        "capacity",
        "accessModes",
        "claimRef",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "mountOptions",
        "volumeMode",
        "nodeAffinity",
        "volumeAttributesClassName",
    ];
    Some(match (name, field) {
        ("Volume", field) if field != "name" => "VolumeSource",
        ("PersistentVolumeSpec", field) if !VOLUME.contains(&field) => "PersistentVolumeSource",
        ("Probe", "exec" | "httpGet" | "tcpSocket" | "grpc") => "ProbeHandler",
        ("EphemeralContainer", field) if field != "targetContainerName" => "EphemeralContainerCommon",
        ("IngressRule", "http") => "IngressRuleValue",
        ("RuleWithOperations", "apiGroups" | "apiVersions" | "resources" | "scope") => "Rule",
        (
            "ConfigMapEnvSource"
            | "ConfigMapKeySelector"
            | "ConfigMapProjection"
            | "ConfigMapVolumeSource"
            | "SecretEnvSource"
            | "SecretKeySelector"
            | "SecretProjection",
            "name",
        ) => "LocalObjectReference",
        _ => return None,
    })
}
