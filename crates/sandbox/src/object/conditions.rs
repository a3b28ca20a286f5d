//! The conditions of an object: what its status says of it, one by one.

use kubewire::Now;
use serde_json::{Value, json};

use super::{put, text, timestamp};

pub(crate) fn conditions(object: &Value) -> impl Iterator<Item = &Value> {
    object.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten()
}

/// Whether an object has a condition that is true.
pub(crate) fn holds(object: &Value, condition: &str) -> bool {
    conditions(object).any(|one| text(one, "/type") == condition && text(one, "/status") == "True")
}

/// Writes a condition; its time is that at which its status changed. False where nothing is new.
pub(crate) fn set_condition(object: &mut Value, mut condition: Value, now: Now) -> bool {
    let Some(Value::Object(status)) = object.get_mut("status") else { return false };
    let all = status.entry("conditions").or_insert_with(|| json!([]));
    if all.is_null() {
        *all = json!([]);
    }
    let Value::Array(all) = all else { return false };
    let there = all.iter_mut().find(|one| one.get("type") == condition.get("type"));
    let same = there.as_ref().filter(|one| one.get("status") == condition.get("status"));
    let since = same.and_then(|one| one.get("lastTransitionTime").cloned());
    put(&mut condition, "lastTransitionTime", since.unwrap_or_else(|| timestamp(now)));
    match there {
        Some(there) if *there == condition => return false,
        Some(there) => *there = condition,
        None => all.push(condition),
    }
    true
}
