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
    /// Whether a status brings no metadata along.
    pub(crate) status_alone: bool,
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
    /// Anything that can stand in a path: RBAC, disruption budgets, events, requests for certificates, API services.
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
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "DeviceClass",
    "DeviceTaintRule",
    "EndpointSlice",
    "FlowSchema",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "Job",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "NetworkPolicy",
    "Pod",
    "PodDisruptionBudget",
    "PodTemplate",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ReplicaSet",
    "ReplicationController",
    "ResourceSlice",
    "StatefulSet",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

const CREATE_ON_UPDATE: [&str; 10] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "Endpoints",
    "Event",
    "Lease",
    "LimitRange",
    "Role",
    "RoleBinding",
    "RuntimeClass",
    "Service",
];

const NEEDS_VERSION: [&str; 19] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CSIStorageCapacity",
    "ClusterTrustBundle",
    "CustomResourceDefinition",
    "DeviceTaintRule",
    "Lease",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "PodCertificateRequest",
    "PodDisruptionBudget",
    "RuntimeClass",
    "StorageVersionMigration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

const DELETE_ANSWERS_OBJECT: [&str; 17] = [
    "CSIDriver",
    "CSINode",
    "DeviceClass",
    "Namespace",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodTemplate",
    "ResourceClaim",
    "ResourceClaimTemplate",
    "ResourceQuota",
    "ResourceSlice",
    "Service",
    "ServiceAccount",
    "StorageClass",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

const STATUS_ALONE: [&str; 11] = [
    "APIService",
    "CSINode",
    "DeviceTaintRule",
    "FlowSchema",
    "PodCertificateRequest",
    "PriorityLevelConfiguration",
    "ResourceClaim",
    "ServiceCIDR",
    "StorageVersionMigration",
    "ValidatingAdmissionPolicy",
    "VolumeAttachment",
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
            status_alone: STATUS_ALONE.contains(&kind),
        }
    }
}
