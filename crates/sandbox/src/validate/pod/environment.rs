//! The variables of a container.
//!
//! Source: `ValidateEnv` and `ValidateEnvFrom` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeMap;

use super::super::common::subdomain;
use super::super::fault::Fault;
use super::super::names;
use super::super::part::Part;
use super::super::path::forward;
use super::fields;

pub(super) fn all(container: &Part<'_>, faults: &mut Vec<Fault>) {
    for variable in container.field("env").items() {
        let name = variable.field("name");
        if name.is_empty() {
            faults.push(name.required(""));
        } else {
            faults.extend(spelt(&name));
        }
        source(&variable, faults);
    }
    let list = container.field("envFrom");
    for source in list.items() {
        faults.extend(spelt(&source.field("prefix")));
        let parts = ["configMapRef", "secretRef"].map(|field| source.field(field));
        let given: Vec<&Part<'_>> = parts.iter().filter(|part| part.is_there()).collect();
        for part in &given {
            let name = part.field("name");
            if name.is_empty() {
                faults.push(name.required(""));
            } else {
                faults.extend(subdomain(&name));
            }
        }
        match given.len() {
            0 => faults.push(Fault::invalid(
                &list.path,
                "",
                "must specify one of: `configMapRef` or `secretRef`",
            )),
            1 => {}
            _ => faults.push(Fault::invalid(
                &list.path,
                "",
                "may not have more than one field specified at a time",
            )),
        }
    }
}

/// How variables may be called.
fn spelt(name: &Part<'_>) -> Option<Fault> {
    const WHY: &str =
        "a valid environment variable name must consist only of printable ASCII characters other than '='";
    let odd = name.text().chars().any(|c| !(' '..='~').contains(&c) || c == '=');
    odd.then(|| name.invalid(WHY))
}

fn source(variable: &Part<'_>, faults: &mut Vec<Fault>) {
    let from = variable.field("valueFrom");
    let Some(sources) = from.map() else { return };
    let (field, resource) = (from.field("fieldRef"), from.field("resourceFieldRef"));
    if field.is_there() {
        fields::of_pod(&field, &fields::IN_VARIABLES, faults);
    }
    if resource.is_there() {
        fields::of_container(&resource, false, faults);
    }
    let keys = ["configMapKeyRef", "secretKeyRef"].map(|field| from.field(field));
    for part in keys.iter().filter(|part| part.is_there()) {
        let (name, key) = (part.field("name"), part.field("key"));
        // There it counts as a name that is none.
        let name = if name.is_there() { name } else { Part { value: &EMPTY, ..name } };
        faults.extend(subdomain(&name));
        if key.is_empty() {
            faults.push(key.required(""));
        } else {
            faults.extend(key.all_invalid(names::config_key(key.text())));
        }
    }
    if from.field("fileKeyRef").is_there() {
        file(&from.field("fileKeyRef"), faults);
    }
    let why = match sources.len() {
        0 => {
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        }
        _ if !variable.field("value").is_empty() => "may not be specified when `value` is not empty",
        1 => "",
        _ => "may not have more than one field specified at a time",
    };
    if !why.is_empty() {
        faults.push(Fault::invalid(&from.path, "", why));
    }
}

static EMPTY: serde_json::Value = serde_json::Value::String(String::new());

fn file(part: &Part<'_>, faults: &mut Vec<Fault>) {
    let (key, volume, path) = (part.field("key"), part.field("volumeName"), part.field("path"));
    if key.is_empty() {
        faults.push(key.required(""));
    } else {
        faults.extend(spelt(&key));
    }
    if volume.is_empty() {
        faults.push(volume.required(""));
    }
    if path.is_empty() {
        faults.push(path.required(""));
    }
    faults.extend(forward(&path));
}

/// Files of variables are in an `emptyDir`. It is the last that the server looks at.
pub(super) fn files(spec: &Part<'_>, faults: &mut Vec<Fault>) {
    let volumes = spec.field("volumes").items();
    let volumes: BTreeMap<&str, &Part<'_>> =
        volumes.iter().rev().map(|volume| (volume.field("name").text(), volume)).collect();
    let variables = super::containers(spec).flat_map(|container| container.field("env").items());
    let files = variables.map(|variable| variable.field("valueFrom").field("fileKeyRef"));
    for name in files.filter(Part::is_there).map(|file| file.field("volumeName")) {
        match volumes.get(name.text()) {
            None => faults.push(Fault::not_found(&name.path, &crate::object::quote(name.text()))),
            Some(volume) if !volume.field("emptyDir").is_there() => {
                faults.push(name.invalid("referenced volume must be of type emptyDir"));
            }
            Some(_) => {}
        }
    }
}
