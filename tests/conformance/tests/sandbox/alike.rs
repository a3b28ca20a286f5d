//! What the answers to several actors say in other words on each side, written alike.

use serde_json::Value;

/// What is written alike on both sides, beyond what always is.
pub(crate) fn form(value: Value) -> Value {
    match value {
        // Compared elsewhere; here it counts that it is told.
        Value::Object(fields) if fields.contains_key("gitVersion") => "a version".into(),
        Value::Object(mut fields) => {
            let token = fields.get("kind").is_some_and(|kind| kind == "TokenRequest");
            // Who asked for a token is not told.
            if let Some(metadata) =
                fields.get_mut("metadata").and_then(Value::as_object_mut).filter(|_| token)
            {
                metadata.remove("managedFields");
            }
            let mut out = serde_json::Map::new();
            for (name, value) in fields {
                let value = match name.as_str() {
                    "storageVersionHash" | "serverAddress" => continue,
                    "expirationTimestamp" => "a time".into(),
                    // In the order of a map of Go.
                    "resourceRules" | "nonResourceRules" => sorted(form(value)),
                    _ => form(value),
                };
                out.insert(name, value);
            }
            out.into()
        }
        Value::Array(items) => items.into_iter().map(form).collect(),
        Value::String(text) if text.starts_with("eyJ") => "a token".into(),
        Value::String(text) if text.starts_with("JTI=") => "an id".into(),
        // Which of several bindings is found first is the order of a map of Go.
        Value::String(text) if text.starts_with("RBAC: allowed by ") => "RBAC: allowed".into(),
        Value::String(text) => errors(&text).into(),
        other => other,
    }
}

fn sorted(value: Value) -> Value {
    let Value::Array(mut items) = value else { return value };
    items.sort_by_key(ToString::to_string);
    items.into()
}

/// `RBAC: [A, B]`, or such a list alone, sorted.
fn errors(text: &str) -> String {
    let Some((start, rest)) = text.split_once("RBAC: [").or_else(|| Some(("", text.strip_prefix('[')?)))
    else {
        return text.to_owned();
    };
    let mut parts: Vec<_> = rest.trim_end_matches(']').split(", ").collect();
    parts.sort_unstable();
    format!("{start}RBAC: [{}]", parts.join(", "))
}
