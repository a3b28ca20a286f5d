//! Replication controllers.
//!
//! Source: `ValidateReplicationControllerSpec` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use serde_json::Value;

use super::fault::Fault;
use super::part::Part;
use super::pod;
use super::workload::{always, endless};

pub(super) fn judge(object: &Value) -> Vec<Fault> {
    let spec = Part::of(object, "spec");
    let (own, template) = (spec.field("selector"), spec.field("template"));
    let mut faults: Vec<Fault> = spec.field("minReadySeconds").not_negative().into_iter().collect();
    if own.is_empty() {
        faults.push(own.required(""));
    }
    faults.extend(spec.field("replicas").not_negative());
    if !template.is_there() {
        faults.push(template.required(""));
        return faults;
    }
    let labels = template.field("metadata").field("labels");
    let matches = own.entries().iter().all(|(key, value)| labels.value.get(key) == Some(value.value));
    if !own.is_empty() && !matches {
        faults.push(labels.invalid("`selector` does not match template `labels`"));
    }
    faults.extend(pod::template(&template));
    always(&template, &mut faults);
    endless(&template, "ReplicationController", &mut faults);
    faults
}
