//! What a call carries.

use bytes::Bytes;

use super::parameters::{self, Value};
use super::{Operation, PatchType};
use crate::json::push_string;
use crate::prelude::*;

/// The API's usual encoding.
pub(super) const JSON: &str = "application/json";

/// The body and its media type; both empty where there is none.
pub(super) fn body(operation: &Operation) -> (&'static str, Bytes) {
    if let Some(body) = &operation.body {
        return (operation.patch_type.map_or(JSON, PatchType::content_type), body.clone());
    }
    match delete_options(operation) {
        Some(options) => (JSON, options.into()),
        None => ("", Bytes::new()),
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
