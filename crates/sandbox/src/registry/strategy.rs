//! How the kinds differ, as data. Observed on Kubernetes 1.37.

/// How one kind behaves where kinds differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strategy {
    /// What its objects may be called.
    pub(crate) name: NameRule,
    /// Whether it counts generations.
    pub(crate) generation: bool,
    /// Whether a PUT makes what is not there.
    pub(crate) create_on_update: bool,
    /// Whether a PUT must say a version.
    pub(crate) needs_version: bool,
    /// What a DELETE answers.
    pub(crate) delete: DeleteAnswer,
}

/// A rule for names, of `k8s.io/apimachinery/pkg/api/validation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// A DNS subdomain: most kinds.
    Subdomain,
    /// A DNS label: namespaces, services, stateful sets.
    Label,
    /// Anything that can stand in a path: RBAC, disruption budgets, events, requests for certificates.
    PathSegment,
}

/// What a DELETE of an object that is then gone answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeleteAnswer {
    /// A Status that says Success.
    Status,
    /// The object as it was.
    Object,
}

const GENERATION: [&str; 28] = [
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Ingress",
    "IngressClass",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "PriorityClass",
    "EndpointSlice",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "DeviceClass",
    "DeviceTaintRule",
    "ResourceSlice",
    "CustomResourceDefinition",
];

const CREATE_ON_UPDATE: [&str; 10] = [
    "Service",
    "Endpoints",
    "Event",
    "LimitRange",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "Lease",
    "RuntimeClass",
];

const NEEDS_VERSION: [&str; 19] = [
    "APIService",
    "ClusterTrustBundle",
    "CSIDriver",
    "CSINode",
    "CSIStorageCapacity",
    "LeaseCandidate",
    "PodCertificateRequest",
    "StorageVersionMigration",
    "VolumeAttachment",
    "PodDisruptionBudget",
    "Lease",
    "RuntimeClass",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "CustomResourceDefinition",
];

const DELETE_ANSWERS_OBJECT: [&str; 17] = [
    "DeviceClass",
    "ResourceClaim",
    "ResourceClaimTemplate",
    "ResourceSlice",
    "VolumeAttributesClass",
    "CSIDriver",
    "CSINode",
    "VolumeAttachment",
    "Pod",
    "Service",
    "ServiceAccount",
    "PodTemplate",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Namespace",
    "ResourceQuota",
];

impl Strategy {
    pub(crate) fn of(group: &str, kind: &str) -> Self {
        let name = match (group, kind) {
            ("", "Namespace" | "Service") | ("apps", "StatefulSet") => NameRule::Label,
            ("rbac.authorization.k8s.io" | "policy", _) | ("", "Event") => NameRule::PathSegment,
            // It is called by what it says.
            ("apiregistration.k8s.io", "APIService") => NameRule::PathSegment,
            // Nobody cares what these are called.
            ("certificates.k8s.io", "CertificateSigningRequest") => NameRule::PathSegment,
            _ => NameRule::Subdomain,
        };
        let delete = match DELETE_ANSWERS_OBJECT.contains(&kind) {
            true => DeleteAnswer::Object,
            false => DeleteAnswer::Status,
        };
        Self {
            name,
            delete,
            generation: GENERATION.contains(&kind),
            create_on_update: CREATE_ON_UPDATE.contains(&kind),
            needs_version: NEEDS_VERSION.contains(&kind),
        }
    }
}
