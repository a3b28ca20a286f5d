//! Whether a custom object is as its schema says, in the server's words.
//!
//! Source: `validate` of kube-openapi, and `validation` and `listtype` in `k8s.io/apiextensions-apiserver/pkg/apiserver`.

mod format;
mod lists;
mod logic;
mod number;
mod outcome;
mod pattern;
mod value;

use serde_json::Value;

use super::{Custom, below, flag};
use crate::object::{join, text};
use crate::registry::Kind;
use crate::validate::Fault;

pub(crate) use format::is_known as is_format;
pub(crate) use pattern::pattern;
pub(super) use value::is_recognized;

/// What is wrong with an object; its metadata are looked at elsewhere.
pub(crate) fn validate(kind: &Kind, custom: &Custom, object: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = misnamed(kind, object).into_iter().collect();
    if faults.is_empty() {
        faults = value::check(object, &custom.schema, "").faults;
        faults.extend(custom.scale.iter().flat_map(|scale| scale.faults(object)));
    }
    lists::check(object, &custom.schema, "", &mut faults);
    faults
}

/// Whether an object says that it is of another kind. Its metadata are not looked at then.
pub(crate) fn misnamed(kind: &Kind, object: &Value) -> Option<Fault> {
    let (said, version, own) = (text(object, "/kind"), text(object, "/apiVersion"), kind.api_version());
    if said != kind.kind {
        return Some(Fault::invalid("kind", said, format!("must be {}", kind.kind)));
    }
    (version != own).then(|| Fault::invalid("apiVersion", version, format!("must be {own}")))
}

/// What is wrong with an object's status, which is written alone: its paths begin there, but for those of the causes.
pub(crate) fn validate_status(custom: &Custom, object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some((status, schema)) = object.get("status").zip(below(&custom.schema, "status")) {
        faults = value::check(status, schema, "").faults;
        lists::check(status, schema, "", &mut faults);
    }
    for fault in &mut faults {
        fault.field = if fault.field.is_empty() { "status".to_owned() } else { join("status", &fault.field) };
    }
    faults.extend(custom.scale.iter().flat_map(|scale| scale.status_faults(object)));
    faults
}

/// What is wrong with a default, beside the schema that has it.
pub(super) fn check_default(default: &Value, schema: &Value, path: &str) -> Vec<Fault> {
    let mut faults = value::check(default, schema, "").faults;
    faults
        .iter_mut()
        .for_each(|fault| fault.field = join(path, &fault.field).trim_end_matches('.').to_owned());
    faults
}
