//! Merge patch (RFC 7396).

use serde_json::{Map, Value};

/// The object with the patch merged into it.
pub(crate) fn merge(object: Value, patch: Value) -> Value {
    let (mut fields, changes) = match (object, patch) {
        (Value::Object(fields), Value::Object(changes)) => (fields, changes),
        (Value::Object(_), patch) => return patch,
        (_, patch) => return without_nulls(patch),
    };
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(&name);
        } else {
            let old = fields.remove(&name).unwrap_or(Value::Null);
            fields.insert(name, merge(old, change));
        }
    }
    Value::Object(fields)
}

/// What is new loses its nulls, those of what lies in lists too, where the RFC would keep them: so does Go's library.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, without_nulls(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_the_rfc() {
        for (object, patch, wanted) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
            // Beyond the RFC.
            (json!({}), json!({"a": [null, {"b": null}]}), json!({"a": [null, {}]})),
            (json!({"a": {}}), json!({"a": [{"b": null}]}), json!({"a": [{"b": null}]})),
        ] {
            assert_eq!(merge(object, patch.clone()), wanted, "{patch}");
        }
    }
}
