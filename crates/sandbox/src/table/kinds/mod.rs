//! What the tables of all kinds show. The printers take objects as they are served; those of the server take its internal types.
//!
//! Source: `k8s.io/kubernetes/pkg/printers/internalversion`, and `k8s.io/apiserver/pkg/registry/rest/table.go` for the kinds that it does not print.

mod admission;
mod cells;
mod certificates;
mod custom;
mod devices;
mod events;
mod extension;
mod generated;
mod jobs;
mod metrics;
mod networking;
mod nodes;
mod path;
mod pods;
mod policy;
mod rbac;
mod services;
mod storage;
mod workloads;

use serde_json::Value;

use super::printer::Printer;
use super::row::Row;
use crate::registry::Kind;
use crate::wire::Place;

pub(super) use custom::defined;
pub(super) use path::Path;

/// Parts of objects that the server makes no tables of, though they are whole objects.
const PARTS: [(&str, &str); 4] = [
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("resource.k8s.io", "DeviceTaintRule"),
    ("resource.k8s.io", "ResourceClaim"),
];

/// Whether a place has tables.
pub(super) fn is_shown(place: &Place) -> bool {
    let kind = &place.kind;
    match place.subresource.as_str() {
        "" => kind.is_stored() && printer(place).is_some(),
        "status" => !PARTS.contains(&(kind.group.as_str(), kind.kind.as_str())) && printer(place).is_some(),
        "scale" => kind.custom.is_none(),
        _ => false,
    }
}

/// What the tables of a place show.
pub(super) fn printer(place: &Place) -> Option<Printer> {
    let kind = &place.kind;
    if place.subresource == "scale" {
        return Some(Printer::new(&workloads::SCALE, workloads::scale));
    }
    if let Some(custom) = &kind.custom {
        return custom::printer(custom);
    }
    let columns = super::columns::of(kind).or_else(|| generated::of(kind))?;
    let cells = cells_of(kind);
    let mut printer = Printer::new(columns, cells.unwrap_or(created_at));
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => printer.conditions = Some(pods::conditions),
        ("apps", "DaemonSet") => printer.hidden = Some("deprecated.daemonset.template.generation"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => printer.sort = Some(policy::sort_flow_schemas),
        // Its printer adds rows to none, too.
        ("apiextensions.k8s.io", "CustomResourceDefinition") => printer.null = true,
        _ => printer.null = cells.is_none(),
    }
    Some(printer)
}

fn cells_of(kind: &Kind) -> Option<fn(&Row<'_>) -> Vec<Value>> {
    Some(match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => pods::pod,
        ("", "PodTemplate") => pods::template,
        ("apps", "Deployment") => workloads::deployment,
        ("apps", "ReplicaSet") => workloads::replica_set,
        ("apps", "StatefulSet") => workloads::stateful_set,
        ("apps", "DaemonSet") => workloads::daemon_set,
        ("apps", "ControllerRevision") => workloads::controller_revision,
        ("", "ReplicationController") => workloads::replication_controller,
        ("batch", "Job") => jobs::job,
        ("batch", "CronJob") => jobs::cron_job,
        ("", "Service") => services::service,
        ("", "Endpoints") => services::endpoints,
        ("discovery.k8s.io", "EndpointSlice") => services::endpoint_slice,
        ("", "ServiceAccount") | ("resource.k8s.io", "DeviceClass" | "ResourceClaimTemplate") => aged,
        ("", "Node") => nodes::node,
        ("coordination.k8s.io", "Lease") => nodes::lease,
        ("node.k8s.io", "RuntimeClass") => nodes::runtime_class,
        ("" | "events.k8s.io", "Event") => events::event,
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => rbac::binding,
        ("networking.k8s.io", "Ingress") => networking::ingress,
        ("networking.k8s.io", "IngressClass") => networking::ingress_class,
        ("networking.k8s.io", "NetworkPolicy") => networking::network_policy,
        ("networking.k8s.io", "IPAddress") => networking::ip_address,
        ("networking.k8s.io", "ServiceCIDR") => networking::service_cidr,
        ("", "PersistentVolume") => storage::volume,
        ("", "PersistentVolumeClaim") => storage::claim,
        ("storage.k8s.io", "StorageClass") => storage::class,
        ("storage.k8s.io", "CSIDriver") => storage::driver,
        ("storage.k8s.io", "CSINode") => storage::node,
        ("storage.k8s.io", "VolumeAttachment") => storage::attachment,
        ("storage.k8s.io", "VolumeAttributesClass") => storage::attributes_class,
        ("autoscaling", "HorizontalPodAutoscaler") => metrics::autoscaler,
        ("policy", "PodDisruptionBudget") => policy::disruption_budget,
        ("", "ResourceQuota") => policy::quota,
        ("scheduling.k8s.io", "PriorityClass") => policy::priority_class,
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => policy::flow_schema,
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => policy::priority_level,
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => admission::webhooks,
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => admission::validating,
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => admission::mutating,
        (
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicyBinding" | "MutatingAdmissionPolicyBinding",
        ) => admission::binding,
        ("certificates.k8s.io", "CertificateSigningRequest") => certificates::request,
        ("certificates.k8s.io", "ClusterTrustBundle") => certificates::bundle,
        ("certificates.k8s.io", "PodCertificateRequest") => certificates::of_pod,
        ("resource.k8s.io", "ResourceClaim") => devices::claim,
        ("resource.k8s.io", "ResourceSlice") => devices::slice,
        ("resource.k8s.io", "DeviceTaintRule") => devices::taint_rule,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => extension::definition,
        ("apiregistration.k8s.io", "APIService") => extension::service,
        ("storagemigration.k8s.io", "StorageVersionMigration") => extension::migration,
        _ => return None,
    })
}

/// Those of kinds that show nothing but how old they are.
fn aged(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), row.age()]
}

/// Those of kinds that the server has no printer for.
fn created_at(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), cells::created(row)]
}
