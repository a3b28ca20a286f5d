//! Who is asked before an object is written.

use serde_json::Value;

use super::cells::{entries, list, texts};
use crate::object::text;
use crate::table::row::Row;

pub(super) fn webhooks(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), list(row.object, "/webhooks").len().into(), row.age()]
}

pub(super) fn validating(row: &Row<'_>) -> Vec<Value> {
    policy(row, "/spec/validations")
}

pub(super) fn mutating(row: &Row<'_>) -> Vec<Value> {
    policy(row, "/spec/mutations")
}

pub(super) fn binding(row: &Row<'_>) -> Vec<Value> {
    let parameter = row.object.pointer("/spec/paramRef").and_then(|parameter| {
        match (text(parameter, "/namespace"), text(parameter, "/name")) {
            (_, "") => parameter.get("selector").filter(|selector| selector.is_object()).map(selector),
            ("", name) => Some(format!("*/{name}")),
            (namespace, name) => Some(format!("{namespace}/{name}")),
        }
    });
    let parameter = parameter.unwrap_or_else(|| "<unset>".to_owned());
    vec![row.name(), row.text("/spec/policyName").into(), parameter.into(), row.age()]
}

fn policy(row: &Row<'_>, rules: &str) -> Vec<Value> {
    let parameter = match row.object.pointer("/spec/paramKind") {
        None | Some(Value::Null) => "<unset>".to_owned(),
        Some(parameter) => format!("{}/{}", text(parameter, "/apiVersion"), text(parameter, "/kind")),
    };
    vec![row.name(), list(row.object, rules).len().into(), parameter.into(), row.age()]
}

/// A selector as Go prints it.
fn selector(selector: &Value) -> String {
    let mut labels = entries(selector.get("matchLabels"), ": ");
    labels.sort();
    let labels: String = labels.into_iter().map(|label| label + ",").collect();
    let expression = |expression: &Value| {
        let (key, operator) = (text(expression, "/key"), text(expression, "/operator"));
        let values = texts(expression, "/values").join(" ");
        format!("LabelSelectorRequirement{{Key:{key},Operator:{operator},Values:[{values}],}},")
    };
    let expressions: String = list(selector, "/matchExpressions").iter().map(expression).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}
