//! The selectors of an access review. RBAC decides without them; they are only read.
//!
//! Source: `BuildEvaluationError` and what it asks in `pkg/registry/authorization/util/helpers.go` of Kubernetes.

use serde_json::Value;

use crate::object::text;
use crate::select::{Fields, Labels};
use crate::validate::{Fault, label_key, label_value};

const SELECTORS: [&str; 2] = ["fieldSelector", "labelSelector"];

/// What is wrong with them.
pub(super) fn faults(resource: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in SELECTORS {
        let Some(selector) = resource.get(name).filter(|selector| !selector.is_null()) else { continue };
        let path = format!("spec.resourceAttributes.{name}");
        let raw = text(selector, "/rawSelector");
        match (raw.is_empty(), requirements(selector).is_empty()) {
            (false, false) => {
                let why = "may not specified at the same time as requirements";
                faults.push(Fault::invalid(&format!("{path}.rawSelector"), raw, why));
            }
            (true, true) => {
                let why = format!("when {path} is specified, requirements or rawSelector is required");
                faults.push(Fault::required(&format!("{path}.requirements"), &why));
            }
            _ => {}
        }
    }
    faults
}

/// Which of them could not be read, in the words of `evaluationError`.
pub(super) fn ignored(resource: &Value) -> Vec<String> {
    let mut ignored = Vec::new();
    for name in SELECTORS {
        let Some(selector) = resource.get(name) else { continue };
        let fields = name == "fieldSelector";
        let raw = text(selector, "/rawSelector");
        let read = if fields { Fields::parse(raw).is_ok() } else { Labels::parse(raw).is_ok() };
        let good = |requirement: &&Value| if fields { is_field(requirement) } else { is_label(requirement) };
        let requirements = requirements(selector);
        let kept = requirements.iter().filter(good).count();
        let partly = match (read, kept) {
            (true, kept) if kept == requirements.len() => continue,
            (_, 0) => "",
            _ => "partially ",
        };
        ignored.push(format!("spec.resourceAttributes.{name} {partly}ignored due to parse error"));
    }
    ignored
}

fn requirements(selector: &Value) -> &[Value] {
    selector.get("requirements").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn values(requirement: &Value) -> Vec<String> {
    super::texts(requirement.get("values"))
}

fn is_field(requirement: &Value) -> bool {
    matches!(text(requirement, "/operator"), "In" | "NotIn") && values(requirement).len() == 1
}

fn is_label(requirement: &Value) -> bool {
    let values = values(requirement);
    let counts = match text(requirement, "/operator") {
        "In" | "NotIn" => !values.is_empty(),
        "Exists" | "DoesNotExist" => values.is_empty(),
        _ => false,
    };
    counts
        && label_key(text(requirement, "/key")).is_empty()
        && values.iter().all(|value| label_value(value).is_empty())
}
