//! A label selector as the query that means the same.
//!
//! Source: `k8s.io/apimachinery/pkg/labels`, `Requirement.String`.

use serde_json::Value;

/// The query of a selector, or of a map of labels; empty where everything is selected.
pub(crate) fn query(selector: &Value) -> String {
    let labels = selector.get("matchLabels").or(Some(selector)).and_then(Value::as_object);
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    let is_label = |(_, value): &(&String, &Value)| value.is_string();
    let mut parts: Vec<(&str, String)> = labels
        .into_iter()
        .flatten()
        .filter(is_label)
        .map(|(key, value)| (key.as_str(), format!("{key}={}", value.as_str().unwrap_or_default())))
        .collect();
    for one in expressions.into_iter().flatten() {
        let text = |field: &str| one.get(field).and_then(Value::as_str).unwrap_or_default();
        let values = one.get("values").and_then(Value::as_array).into_iter().flatten();
        let mut values: Vec<&str> = values.filter_map(Value::as_str).collect();
        values.sort_unstable();
        let (key, values) = (text("key"), values.join(","));
        let text = match text("operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        };
        parts.push((key, text));
    }
    // Of one key's requirements those of labels come first, the others as they were said.
    parts.sort_by_key(|(key, _)| *key);
    parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_are_written_as_queries() {
        let cases = [
            (json!({}), ""),
            (json!({"matchLabels": {"b": "2", "a": "1"}}), "a=1,b=2"),
            (json!({"b": "2"}), "b=2"),
            (
                json!({"matchLabels": {"b": ""}, "matchExpressions": [
                    {"key": "c", "operator": "In", "values": ["y", "x"]}, {"key": "a", "operator": "NotIn", "values": ["z"]},
                    {"key": "d", "operator": "Exists"}, {"key": "b", "operator": "DoesNotExist"},
                ]}),
                "a notin (z),b=,!b,c in (x,y),d",
            ),
        ];
        for (selector, wanted) in cases {
            assert_eq!(query(&selector), wanted);
        }
    }
}
