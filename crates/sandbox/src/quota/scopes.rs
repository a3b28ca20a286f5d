//! Scopes: of which pods a quota counts anything.
//!
//! Source: `podMatchesScopeFunc` in `pkg/quota/v1/evaluator/core/pods.go` of Kubernetes.

use serde_json::Value;

use crate::object::text;
use crate::registry::{Kind, quality};

/// Whether an object is of all the scopes of a quota. Only pods have any.
pub(crate) fn covers(quota: &Value, kind: &Kind, object: &Value) -> bool {
    let list = |pointer: &str| quota.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let scopes = list("/spec/scopes").map(|scope| (scope.as_str().unwrap_or_default(), "Exists", None));
    let selected = list("/spec/scopeSelector/matchExpressions")
        .map(|one| (text(one, "/scopeName"), text(one, "/operator"), one.get("values")));
    let is_pod = kind.is("", "Pod");
    scopes.chain(selected).all(|(scope, operator, values)| is_pod && is_of(object, scope, operator, values))
}

fn is_of(pod: &Value, scope: &str, operator: &str, values: Option<&Value>) -> bool {
    let ends =
        pod.pointer("/spec/activeDeadlineSeconds").and_then(Value::as_i64).is_some_and(|after| after >= 0);
    match scope {
        "Terminating" => ends,
        "NotTerminating" => !ends,
        "BestEffort" => quality(pod) == "BestEffort",
        "NotBestEffort" => quality(pod) != "BestEffort",
        "CrossNamespacePodAffinity" => looks_elsewhere(pod),
        "PriorityClass" => {
            let class = text(pod, "/spec/priorityClassName");
            let mut values = values.and_then(Value::as_array).into_iter().flatten();
            let named = !class.is_empty() && values.any(|value| value == class);
            match operator {
                "In" => named,
                "NotIn" => !named,
                "DoesNotExist" => class.is_empty(),
                _ => !class.is_empty(),
            }
        }
        _ => false,
    }
}

/// Whether a pod's affinities name namespaces.
fn looks_elsewhere(pod: &Value) -> bool {
    let affinity = |pointer: &str| pod.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    let terms = affinity("/spec/affinity/podAffinity").chain(affinity("/spec/affinity/podAntiAffinity"));
    terms.filter_map(|(_, terms)| terms.as_array()).flatten().any(|term| {
        let term = term.get("podAffinityTerm").unwrap_or(term);
        let some = |list: Option<&Value>| list.and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        some(term.get("namespaces")) || term.get("namespaceSelector").is_some()
    })
}
