//! Pods, and templates of pods.

use serde_json::{Map, Value};

use super::fields::{items, made, map, put, put_number, text};

const MODE: i64 = 0o644;

pub(super) fn apply(name: &str, object: &mut Map<String, Value>) {
    match name {
        "Pod" => {
            if let Some(spec) = map(object, "spec") {
                pod(spec);
            }
        }
        "PodSpec" => spec(object),
        "Container" | "EphemeralContainer" => {
            container(object);
        }
        "Probe" => {
            for (field, value) in [
                ("timeoutSeconds", 1),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("failureThreshold", 3),
            ] {
                put_number(object, field, value);
            }
        }
        "HTTPGetAction" => {
            put(object, "path", "/");
            put(object, "scheme", "HTTP");
        }
        "Volume" if object.len() == 1 && object.contains_key("name") => put(object, "emptyDir", Map::new()),
        "ImageVolumeSource" => put(object, "pullPolicy", pull_policy(text(object, "reference"))),
        "SecretVolumeSource"
        | "ConfigMapVolumeSource"
        | "DownwardAPIVolumeSource"
        | "ProjectedVolumeSource" => {
            put(object, "defaultMode", MODE);
        }
        "ServiceAccountTokenProjection" => put(object, "expirationSeconds", 3600),
        "HostPathVolumeSource" => put(object, "type", ""),
        "ObjectFieldSelector" => put(object, "apiVersion", "v1"),
        _ => {}
    }
}

fn spec(spec: &mut Map<String, Value>) {
    if text(spec, "serviceAccountName").is_empty() && !text(spec, "serviceAccount").is_empty() {
        let name = text(spec, "serviceAccount").to_owned();
        spec.insert("serviceAccountName".into(), name.into());
    }
    let name = text(spec, "serviceAccountName").to_owned();
    if !name.is_empty() {
        spec.insert("serviceAccount".into(), name.into());
    }
    put(spec, "dnsPolicy", "ClusterFirst");
    put(spec, "restartPolicy", "Always");
    put(spec, "securityContext", Map::new());
    put(spec, "terminationGracePeriodSeconds", 30);
    put(spec, "schedulerName", "default-scheduler");
}

fn container(object: &mut Map<String, Value>) {
    put(object, "imagePullPolicy", pull_policy(text(object, "image")));
    put(object, "terminationMessagePath", "/dev/termination-log");
    put(object, "terminationMessagePolicy", "File");
}

/// An image without a tag is the latest, which is always pulled.
fn pull_policy(image: &str) -> &'static str {
    let (image, digest) = image.split_once('@').map_or((image, false), |(image, _)| (image, true));
    let last = image.rsplit('/').next().unwrap_or_default();
    let tag = last.split_once(':').map(|(_, tag)| tag);
    let bad = image.is_empty() || last.split(':').next().unwrap_or_default().contains(|c: char| !is_name(c));
    match tag {
        _ if bad => "IfNotPresent",
        Some("latest") => "Always",
        None if !digest => "Always",
        _ => "IfNotPresent",
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '.' | '_' | '-')
}

/// What pods have and their templates have not.
fn pod(spec: &mut Map<String, Value>) {
    if spec.get("terminationGracePeriodSeconds").and_then(Value::as_i64).is_some_and(|grace| grace < 0) {
        spec.insert("terminationGracePeriodSeconds".into(), 1.into());
    }
    let on_host = spec.get("hostNetwork").and_then(Value::as_bool).unwrap_or_default();
    for list in ["containers", "initContainers"] {
        for container in items(spec, list) {
            if let Some(resources) = map(container, "resources") {
                requests(resources);
            }
            for port in items(container, "ports").filter(|_| on_host) {
                let number = port.get("containerPort").and_then(Value::as_i64).unwrap_or_default();
                put_number(port, "hostPort", number);
            }
        }
    }
    put(spec, "enableServiceLinks", true);
}

/// What is limited is requested, unless something else is.
fn requests(resources: &mut Map<String, Value>) {
    let Some(limits) = map(resources, "limits").cloned() else { return };
    if let Some(requests) = made(resources, "requests") {
        for (name, limit) in limits {
            requests.entry(name).or_insert(limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_image_is_always_pulled() {
        for (image, wanted) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.2", "IfNotPresent"),
            ("host:5000/nginx", "Always"),
            ("host:5000/nginx:1", "IfNotPresent"),
            ("nginx@sha256:00", "IfNotPresent"),
            ("", "IfNotPresent"),
            ("Nginx", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), wanted, "{image}");
        }
    }
}
