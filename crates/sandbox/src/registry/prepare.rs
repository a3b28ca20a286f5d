//! What a kind makes of an object that is to be stored, before it is judged.
//!
//! Source: `PrepareForCreate` and `PrepareForUpdate` of the strategies in `k8s.io/kubernetes/pkg/registry`.

use serde_json::{Value, json};

use super::quality::quality;
use super::{Kind, label_keys, level};
use crate::object::{filled, meta, meta_mut, put, set, set_meta, spec_mut};
use crate::schema::Empty;

/// Prepares a new object.
pub(crate) fn create(kind: &Kind, object: &mut Value) {
    if kind.subresource("status").is_some() && kind.kind != "Node" {
        wipe_status(kind, object);
    }
    as_taken(kind, object, None);
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => namespace(object),
        ("", "Pod") => {
            label_keys::apply(object);
            level::apply(object);
            let mut status = json!({"phase": "Pending", "qosClass": quality(object)});
            if object.pointer("/spec/schedulingGates/0").is_some() {
                put(&mut status, "conditions", json!([gated(object)]));
            }
            put(object, "status", status);
        }
        (crate::crd::GROUP, "CustomResourceDefinition") => crate::crd::create(object),
        ("batch", "Job") => job(object),
        ("", "PersistentVolume") => {
            let since = meta(object, "creationTimestamp").to_owned();
            put(object, "status", json!({"phase": "Pending", "lastPhaseTransitionTime": since}));
        }
        ("apps", "StatefulSet") => claims(object),
        ("apps", "DaemonSet") => template_generation(object, 1),
        ("apiregistration.k8s.io", "APIService") if object.pointer("/spec/service").is_none() => {
            let since = meta(object, "creationTimestamp").to_owned();
            let here = "Local APIServices are always available";
            let condition = json!({"type": "Available", "status": "True", "lastTransitionTime": since, "reason": "Local", "message": here});
            put(object, "status", json!({"conditions": [condition]}));
        }
        _ => {}
    }
}

/// Prepares an object that takes the place of another. Its status is kept elsewhere.
pub(crate) fn update(kind: &Kind, object: &mut Value, old: &Value) {
    as_taken(kind, object, Some(old));
    if kind.is("apps", "StatefulSet") {
        claims(object);
    }
    if kind.is("apps", "DaemonSet") {
        let template = |object: &Value| object.pointer("/spec/template").cloned();
        let annotations = old.pointer("/metadata/annotations");
        let before = annotations.and_then(|all| all.get(TEMPLATE)?.as_str()?.parse().ok()).unwrap_or(1);
        template_generation(object, before + i64::from(template(object) != template(old)));
    }
    if kind.is_certificate_request() {
        // Nothing of a request can change but by its subresources.
        put(object, "spec", old.get("spec").cloned().unwrap_or_else(|| json!({})));
    }
    if kind.is("", "Namespace") {
        put(object, "spec", old.get("spec").cloned().unwrap_or_else(|| json!({})));
        label(object);
    }
}

/// Makes of an object what the server takes of it: not what it knows and does not take by default (the signal that stops a container, how a lease
/// chooses its holder), nor what is only there for older versions; and both of two fields that say the same.
fn as_taken(kind: &Kind, object: &mut Value, old: Option<&Value>) {
    if kind.is("", "PersistentVolumeClaim") {
        sources(object, old);
    }
    if kind.is("discovery.k8s.io", "EndpointSlice") {
        let endpoints = object.get_mut("endpoints").and_then(Value::as_array_mut);
        endpoints.into_iter().flatten().for_each(|one| set(one, "deprecatedTopology", None));
    }
    if kind.is("", "Node")
        && let Some(spec) = object.get_mut("spec")
    {
        set(spec, "configSource", None);
    }
    if kind.is("coordination.k8s.io", "Lease")
        && let Some(spec) = object.get_mut("spec")
    {
        ["strategy", "preferredHolder"].iter().for_each(|field| set(spec, field, None));
    }
    let spec = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Pod") => "/spec",
        ("batch", "CronJob") => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let Some(spec) = object.pointer_mut(spec).filter(|_| kind.custom.is_none()) else { return };
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(fields) = container.as_object_mut() else { continue };
            let Some(Value::Object(lifecycle)) = fields.get_mut("lifecycle") else { continue };
            if lifecycle.remove("stopSignal").is_some() && lifecycle.is_empty() {
                fields.remove("lifecycle");
            }
        }
    }
}

/// What a claim is filled from is said twice, as older clients know only the one field, which takes claims and snapshots alone.
fn sources(claim: &mut Value, old: Option<&Value>) {
    let Some(spec) = claim.get_mut("spec") else { return };
    let had = |field: &str| old.and_then(|old| old.get("spec")?.get(field)).is_some();
    let is_older = |source: &Value| {
        let of = |field: &str| source.get(field).and_then(Value::as_str).unwrap_or_default();
        matches!(
            (of("apiGroup"), of("kind")),
            ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
        )
    };
    let there = |spec: &Value, field: &str| spec.get(field).filter(|source| !source.is_null()).cloned();
    let elsewhere = |source: Value| source.get("namespace").is_some_and(|name| name != "");
    if !had("dataSourceRef") && there(spec, "dataSourceRef").is_some_and(elsewhere) {
        set(spec, "dataSourceRef", None);
    }
    match (there(spec, "dataSource"), there(spec, "dataSourceRef")) {
        (Some(source), None) if is_older(&source) || had("dataSource") || had("dataSourceRef") => {
            put(spec, "dataSourceRef", source);
        }
        (Some(_), None) => set(spec, "dataSource", None),
        (None, Some(source)) => put(spec, "dataSource", source),
        _ => {}
    }
}

/// What an object must have, even one that a test has made up.
pub(crate) fn complete(kind: &Kind, object: &mut Value) {
    if kind.is("", "Namespace") {
        namespace(object);
    }
}

/// That a pod is not scheduled yet, for it has gates.
fn gated(pod: &Value) -> Value {
    json!({
        "type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "lastProbeTime": null,
        "lastTransitionTime": meta(pod, "creationTimestamp"), "message": "Scheduling is blocked due to non-empty scheduling gates",
    })
}

/// The claims of a set say what they are.
fn claims(object: &mut Value) {
    let claims = spec_mut(object).and_then(|spec| spec.get_mut("volumeClaimTemplates"));
    for claim in claims.and_then(Value::as_array_mut).into_iter().flatten() {
        put(claim, "apiVersion", "v1");
        put(claim, "kind", "PersistentVolumeClaim");
    }
}

/// How often a daemon set's template has changed; it was a field once.
const TEMPLATE: &str = "deprecated.daemonset.template.generation";

fn template_generation(object: &mut Value, number: i64) {
    if let Some(metadata) = meta_mut(object)
        && let Value::Object(annotations) = metadata.entry("annotations").or_insert_with(|| json!({}))
    {
        annotations.insert(TEMPLATE.into(), number.to_string().into());
    }
}

/// Only the status subresource writes it.
fn wipe_status(kind: &Kind, object: &mut Value) {
    let shape = kind.shape().named("status");
    let Some(fields) = object.as_object_mut() else { return };
    match shape {
        Some(shape) if shape.empty() == Empty::Zero => fields.insert("status".into(), filled(shape)),
        _ => fields.remove("status"),
    };
}

/// The finalizer of whoever empties a namespace.
pub(crate) const EMPTIED: &str = "kubernetes";

/// A namespace has its name as a label, its finalizer, and a phase.
fn namespace(object: &mut Value) {
    label(object);
    let Some(fields) = object.as_object_mut() else { return };
    for (part, field, value) in [("spec", "finalizers", json!([])), ("status", "phase", json!("Active"))] {
        let part = fields.entry(part).or_insert_with(|| json!({}));
        if let Value::Object(part) = part {
            part.entry(field).or_insert(value);
        }
    }
    // Whatever else it waits for, it waits to be emptied.
    let finalizers = spec_mut(object).and_then(|spec| spec.get_mut("finalizers"));
    if let Some(Value::Array(finalizers)) = finalizers
        && !finalizers.iter().any(|one| one == EMPTIED)
    {
        finalizers.push(EMPTIED.into());
    }
}

fn label(object: &mut Value) {
    let name = meta(object, "name").to_owned();
    if let Some(metadata) = meta_mut(object) {
        let labels = metadata.entry("labels").or_insert_with(|| json!({}));
        if let Value::Object(labels) = labels {
            labels.insert("kubernetes.io/metadata.name".into(), name.into());
        }
    }
}

/// A job marks its pods with its name and uid, and selects them by the uid.
fn job(object: &mut Value) {
    const UID: &str = "batch.kubernetes.io/controller-uid";
    let (name, uid) = (meta(object, "name").to_owned(), meta(object, "uid").to_owned());
    let own = object.pointer("/metadata/labels").cloned();
    let Some(spec) = spec_mut(object) else { return };
    if spec.get("manualSelector").and_then(Value::as_bool) == Some(true) {
        return;
    }
    let mut marked = None;
    let template = spec.get_mut("template").and_then(meta_mut);
    if let Some(Value::Object(labels)) =
        template.map(|meta| meta.entry("labels").or_insert_with(|| json!({})))
    {
        // Those that a job has from its pods by default are the very same map to the server.
        let shared = own.is_some_and(|own| own.as_object() == Some(labels));
        for (label, value) in [
            ("job-name", &name),
            ("batch.kubernetes.io/job-name", &name),
            ("controller-uid", &uid),
            (UID, &uid),
        ] {
            labels.entry(label).or_insert_with(|| value.as_str().into());
        }
        marked = Some(labels.clone()).filter(|_| shared);
    }
    if let Value::Object(selector) = spec.entry("selector").or_insert_with(|| json!({}))
        && let Value::Object(labels) = selector.entry("matchLabels").or_insert_with(|| json!({}))
    {
        labels.entry(UID).or_insert_with(|| uid.into());
    }
    if let Some(labels) = marked {
        set_meta(object, "labels", Some(labels.into()));
    }
}

/// Whether the template of a job has only the labels that the server gave it. Such a job is written anew by the first update that changes nothing.
pub(crate) fn is_labelled_by_server(kind: &Kind, job: &Value) -> bool {
    let labels = job.pointer("/spec/template/metadata/labels").and_then(Value::as_object);
    let given = |label: &String| {
        label.starts_with("batch.kubernetes.io/") || matches!(label.as_str(), "controller-uid" | "job-name")
    };
    kind.is("batch", "Job") && labels.is_some_and(|labels| labels.keys().all(given))
}
