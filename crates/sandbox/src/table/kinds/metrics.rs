//! Autoscalers, and what they measure.

use serde_json::{Value, json};

use super::cells::{int, list, quantity};
use crate::object::text;
use crate::table::row::Row;

/// So many metrics are shown.
const MOST: usize = 2;

pub(super) fn autoscaler(row: &Row<'_>) -> Vec<Value> {
    let least = row.object.pointer("/spec/minReplicas").and_then(Value::as_i64);
    let target =
        format!("{}/{}", row.text("/spec/scaleTargetRef/kind"), row.text("/spec/scaleTargetRef/name"));
    vec![
        row.name(),
        target.into(),
        targets(row.object).into(),
        least.map_or_else(|| "<unset>".to_owned(), |least| least.to_string()).into(),
        int(row.object, "/spec/maxReplicas").into(),
        int(row.object, "/status/currentReplicas").into(),
        row.age(),
    ]
}

fn targets(autoscaler: &Value) -> String {
    // In version 1 there is one metric, with fields of its own.
    if let Some(wanted) = autoscaler.pointer("/spec/targetCPUUtilizationPercentage") {
        let current = autoscaler.pointer("/status/currentCPUUtilizationPercentage");
        let metric = |field: &str, value| json!({"type": "Resource", "resource": {"name": "cpu", field: {"averageUtilization": value}}});
        return metric_cell(
            &metric("target", wanted),
            current.map(|current| metric("current", current)).as_ref(),
        );
    }
    let metrics = list(autoscaler, "/spec/metrics");
    let statuses = list(autoscaler, "/status/currentMetrics");
    let cells = metrics.iter().enumerate().map(|(index, metric)| metric_cell(metric, statuses.get(index)));
    let shown = cells.take(MOST).collect::<Vec<_>>().join(", ");
    match metrics.len() {
        0 => "<none>".to_owned(),
        all if all > MOST => format!("{shown} + {} more...", all - MOST),
        _ => shown,
    }
}

/// One metric: its value and the one that is wanted.
fn metric_cell(metric: &Value, status: Option<&Value>) -> String {
    let kind = text(metric, "/type");
    let field = match kind {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let (Some(metric), status) = (metric.get(field), status.and_then(|status| status.get(field))) else {
        return "<unknown>".to_owned();
    };
    let unknown = || "<unknown>".to_owned();
    let current = |pointer: &str| status.map(|status| quantity(status, pointer).to_owned());
    // What need not be there, though there is a status.
    let optional = |pointer: &str| Some(text(status?, pointer).to_owned()).filter(|value| !value.is_empty());
    let percent = |value: Option<&Value>, pointer: &str| {
        value?.pointer(pointer)?.as_i64().map(|percent| format!("{percent}%"))
    };
    let average = metric.pointer("/target/averageValue").and_then(Value::as_str);
    let name = text(metric, "/name");
    match (kind, average) {
        ("Pods", _) => {
            format!(
                "{}/{}",
                current("/current/averageValue").unwrap_or_else(unknown),
                quantity(metric, "/target/averageValue")
            )
        }
        ("External" | "Object", Some(average)) => {
            format!("{}/{average} (avg)", optional("/current/averageValue").unwrap_or_else(unknown))
        }
        ("External" | "Object", None) => {
            format!(
                "{}/{}",
                current("/current/value").unwrap_or_else(unknown),
                quantity(metric, "/target/value")
            )
        }
        (_, Some(average)) => {
            format!("{name}: {}/{average}", current("/current/averageValue").unwrap_or_else(unknown))
        }
        (_, None) => {
            let current = percent(status, "/current/averageUtilization").unwrap_or_else(unknown);
            let wanted = percent(Some(metric), "/target/averageUtilization");
            format!("{name}: {current}/{}", wanted.unwrap_or_else(|| "<auto>".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_say_what_is_and_what_is_wanted() {
        let cpu = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}});
        let pods = json!({"type": "Pods", "pods": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "5"}}});
        let now = json!({"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 12, "averageValue": "1m"}}});
        let cases = [
            (json!({}), "<none>"),
            (json!({"spec": {"metrics": [cpu]}}), "cpu: <unknown>/80%"),
            (json!({"spec": {"metrics": [cpu]}, "status": {"currentMetrics": [now]}}), "cpu: 12%/80%"),
            (json!({"spec": {"metrics": [pods, cpu, cpu]}}), "<unknown>/5, cpu: <unknown>/80% + 1 more..."),
            (json!({"spec": {"targetCPUUtilizationPercentage": 50}}), "cpu: <unknown>/50%"),
            (
                json!({"spec": {"targetCPUUtilizationPercentage": 50}, "status": {"currentCPUUtilizationPercentage": 3}}),
                "cpu: 3%/50%",
            ),
        ];
        for (autoscaler, wanted) in cases {
            assert_eq!(targets(&autoscaler), wanted, "{autoscaler}");
        }
    }
}
