//! What a call carries.

use bytes::Bytes;

use super::parameters::{self, Value};
use super::{Operation, PatchType, Verb, with_type};
use crate::json::push_string;
use crate::prelude::*;
use crate::resource::Resource;

/// The API's usual encoding.
pub(super) const JSON: &str = "application/json";

/// The body and its media type; both empty where there is none.
pub(super) fn body(operation: &Operation, resource: &Resource) -> (&'static str, Bytes) {
    if let Some(body) = &operation.body {
        let content_type = operation.patch_type.map_or(JSON, PatchType::content_type);
        let typed =
            is_object(operation).then(|| with_type(body, &resource.api_version(), &resource.kind)).flatten();
        return (content_type, typed.map_or_else(|| body.clone(), Bytes::from));
    }
    match delete_options(operation) {
        Some(options) => (JSON, options.into()),
        None => ("", Bytes::new()),
    }
}

/// Whether the body is the resource's own object: the API server wants to read its kind and version there, and Rust types often leave them out.
/// Other subresources' objects are of another kind, and other patches say only what changes.
fn is_object(operation: &Operation) -> bool {
    let part = operation.subresource.as_str();
    match operation.verb {
        Verb::Create => part.is_empty(),
        Verb::Patch if operation.patch_type != Some(PatchType::Apply) => false,
        Verb::Replace | Verb::Patch => {
            matches!(part, "" | "status" | "resize" | "ephemeralcontainers" | "approval" | "finalize")
        }
        _ => false,
    }
}

/// The [DeleteOptions](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/), where any is given.
fn delete_options(operation: &Operation) -> Option<String> {
    let mut json = String::new();
    let mut preconditions = String::new();
    for (name, value) in &operation.parameters {
        let parameter = parameters::find(name).filter(|parameter| parameter.is_in_body(operation.verb));
        let Some(parameter) = parameter else { continue };
        let (out, name) = match name.strip_prefix("preconditions.") {
            Some(name) => (&mut preconditions, name),
            None => (&mut json, *name),
        };
        if !out.is_empty() {
            out.push(',');
        }
        push_string(out, name);
        out.push(':');
        match parameter.value {
            Value::Integer | Value::Boolean => out.push_str(value),
            _ if name == "dryRun" => out.push_str("[\"All\"]"),
            _ => push_string(out, value),
        }
    }
    if json.is_empty() && preconditions.is_empty() {
        return None;
    }
    let mut options = String::from("{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"");
    if !json.is_empty() {
        options.push(',');
        options.push_str(&json);
    }
    if !preconditions.is_empty() {
        options.push_str(",\"preconditions\":{");
        options.push_str(&preconditions);
        options.push('}');
    }
    options.push('}');
    Some(options)
}
