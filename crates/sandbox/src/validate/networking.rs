//! Ingresses, and their classes.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/networking/validation`.

use serde_json::Value;

use super::common::{label, port_name, port_number, prefixed_path, reference, subdomain};
use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::object::annotation;

pub(super) fn create(object: &Value) -> Vec<Fault> {
    const OLDER: &str = "kubernetes.io/ingress.class";
    let mut faults = ingress(object);
    let class = Part::of(object, "spec").field("ingressClassName");
    if let Some(older) = annotation(object, OLDER).and_then(Value::as_str)
        && class.is_there()
        && class.text() != older
    {
        let why = "must match `ingressClassName` when both are specified";
        faults.push(Fault::invalid(&format!("annotations.{OLDER}"), older, why));
    }
    faults
}

pub(super) fn ingress(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let mut faults = Vec::new();
    let (fallback, rules) = (spec.field("defaultBackend"), spec.field("rules"));
    if fallback.is_there() {
        backend(&fallback, &mut faults);
    } else if rules.is_empty() {
        let why = "either `defaultBackend` or `rules` must be specified";
        faults.push(Fault::invalid_value("spec", "null", why));
    }
    for rule in rules.items() {
        host(&rule.field("host"), &mut faults);
        let http = rule.field("http");
        if !http.is_there() {
            continue;
        }
        if http.field("paths").is_empty() {
            faults.push(http.field("paths").required(""));
        }
        for path in http.field("paths").items() {
            self::path(&path, &mut faults);
        }
    }
    for tls in spec.field("tls").items() {
        for host in tls.field("hosts").items() {
            faults.extend(name_of_host(&host));
        }
        if !tls.field("secretName").is_empty() {
            faults.extend(subdomain(&tls.field("secretName")));
        }
    }
    if spec.field("ingressClassName").is_there() {
        faults.extend(subdomain(&spec.field("ingressClassName")));
    }
    faults
}

fn host(host: &Part<'_>, faults: &mut Vec<Fault>) {
    let text = host.text();
    if text.is_empty() {
        return;
    }
    if text.parse::<std::net::IpAddr>().is_ok() {
        faults.push(host.invalid("must be a DNS name, not an IP address"));
    }
    faults.extend(name_of_host(host));
}

/// A name, which may stand for all below it.
fn name_of_host(host: &Part<'_>) -> Vec<Fault> {
    const ALL: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    if !host.text().contains('*') {
        return subdomain(host);
    }
    let below = host.text().strip_prefix("*.").filter(|rest| names::is_subdomain(rest));
    below.is_none().then(|| host.invalid(ALL)).into_iter().collect()
}

/// An object of any kind, by its group, its kind and its name.
fn of_group(part: &Part<'_>, faults: &mut Vec<Fault>) {
    if part.field("apiGroup").is_there() {
        faults.extend(subdomain(&part.field("apiGroup")));
    }
    faults.extend(reference(part));
}

pub(super) fn class_update(object: &Value, old: &Value) -> Vec<Fault> {
    let controller = |object| Part::of(object, "spec").field("controller");
    let (new, was) = (controller(object), controller(old));
    let mut faults = Vec::new();
    if new.value != was.value {
        faults.push(Fault::invalid(&new.path, new.text(), "field is immutable"));
    }
    faults.extend(class(object));
    faults
}

pub(super) fn class(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (controller, parameters) = (spec.field("controller"), spec.field("parameters"));
    let mut faults = Vec::new();
    if controller.text().len() > 250 {
        faults.push(Fault::too_long(&controller.path, 250));
    }
    faults.extend(prefixed_path(&controller));
    if !parameters.is_there() {
        return faults;
    }
    of_group(&parameters, &mut faults);
    let (scope, namespace) = (parameters.field("scope"), parameters.field("namespace"));
    match (scope.text(), namespace.is_there()) {
        ("Namespace", false) => {
            faults.push(namespace.required("`parameters.scope` is set to 'Namespace'"));
        }
        ("Namespace", true) => faults.extend(label(&namespace)),
        ("Cluster", true) => faults.push(namespace.forbidden("`parameters.scope` is set to 'Cluster'")),
        _ => faults.extend(scope.one_of(&["Cluster", "Namespace"])),
    }
    faults
}

fn path(path: &Part<'_>, faults: &mut Vec<Fault>) {
    let (kind, text) = (path.field("pathType"), path.field("path"));
    let absolute = text.text().starts_with('/');
    let no_path = || Fault::invalid(&text.path, text.text(), "must be an absolute path");
    match kind.text() {
        "" => {
            faults.push(kind.required("pathType must be specified"));
            return;
        }
        "Exact" | "Prefix" => {
            if !absolute {
                faults.push(no_path());
            }
            for bad in ["//", "/./", "/../", "%2f", "%2F"] {
                if text.text().contains(bad) {
                    faults.push(text.invalid(format!("must not contain '{bad}'")));
                }
            }
            for bad in ["/..", "/."] {
                if text.text().ends_with(bad) {
                    faults.push(text.invalid(format!("cannot end with '{bad}'")));
                }
            }
        }
        "ImplementationSpecific" if !text.is_empty() && !absolute => faults.push(no_path()),
        "ImplementationSpecific" => {}
        _ => faults.push(kind.not_supported(&["Exact", "ImplementationSpecific", "Prefix"])),
    }
    backend(&path.field("backend"), faults);
}

fn backend(backend: &Part<'_>, faults: &mut Vec<Fault>) {
    let (resource, service) = (backend.field("resource"), backend.field("service"));
    let bad = |why: &str| Fault::invalid(&backend.path, "", why);
    match (resource.is_there(), service.is_there()) {
        (true, true) => faults.push(bad("cannot set both resource and service backends")),
        (true, false) => of_group(&resource, faults),
        (false, false) => faults.push(bad("resource or service backend is required")),
        (false, true) => {
            let name = service.field("name");
            if name.is_empty() {
                faults.push(name.required(""));
            } else {
                faults.extend(label(&name));
            }
            let port = service.field("port");
            let (name, number) = (port.field("name"), port.field("number"));
            match (name.is_empty(), number.number() == 0) {
                (false, false) => faults.push(bad("cannot set both port name & port number")),
                (false, true) => faults.extend(name.all_invalid(port_name(name.text()))),
                (true, false) => faults.extend(port_number(&number)),
                (true, true) => faults.push(backend.required("port name or number is required")),
            }
        }
    }
}
