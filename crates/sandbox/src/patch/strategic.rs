//! Strategic merge patch: a merge patch that knows which lists are sets, and takes directives.
//!
//! Source: `k8s.io/apimachinery/pkg/util/strategicpatch/patch.go`.

use serde_json::{Map, Value};

use super::cannot;
use super::order::{ordered, same};
use crate::schema::{Merge, Typed};
use crate::wire::{Problem, Refusal};

const PATCH: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const DELETE: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

/// Applies a patch to an object.
///
/// # Errors
/// 400 or 422 for directives that are none in form, 500 for others: those of Go's errors that have no Status.
pub(crate) fn strategic(
    shape: Typed<'_>,
    object: Value,
    patch: Map<String, Value>,
) -> Result<Value, Refusal> {
    let Value::Object(object) = object else { return Err(cannot()) };
    map(object, patch, shape).map(Value::Object)
}

fn map(
    mut object: Map<String, Value>,
    mut patch: Map<String, Value>,
    shape: Typed<'_>,
) -> Result<Map<String, Value>, Refusal> {
    if let Some(directive) = patch.get(PATCH) {
        return match directive.as_str() {
            Some("replace") => {
                patch.remove(PATCH);
                Ok(patch)
            }
            Some("delete") => Ok(Map::new()),
            _ => Err(unknown_directive(directive, &patch)),
        };
    }
    retain(&mut object, &mut patch)?;
    reorder(&mut object, &mut patch, shape)?;
    for (name, change) in patch {
        if let Some(field) = name.strip_prefix(DELETE) {
            if let (Some(Value::Array(items)), Value::Array(gone)) = (object.get_mut(field), &change) {
                items.retain(|item| !gone.contains(item));
            }
            continue;
        }
        if change.is_null() {
            object.remove(&name);
            continue;
        }
        let merged = match (object.remove(&name), change) {
            (_, change @ Value::Object(_)) if below(shape, &name).is_replaced() => Some(change),
            (Some(Value::Object(old)), Value::Object(change)) => {
                Some(Value::Object(map(old, change, below(shape, &name))?))
            }
            (Some(Value::Array(old)), Value::Array(change)) => {
                Some(Value::Array(list(old, change, below(shape, &name))?))
            }
            (_, change) => plain(change),
        };
        if let Some(merged) = merged {
            object.insert(name, merged);
        }
    }
    Ok(object)
}

/// What is new, without nulls and directives; `None` where it is to be left out.
fn plain(value: Value) -> Option<Value> {
    match value {
        Value::Object(fields) => {
            if fields.contains_key(PATCH) {
                return None;
            }
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            let kept = kept.filter_map(|(name, value)| Some((name, plain(value)?)));
            Some(Value::Object(kept.collect()))
        }
        Value::Array(items) => Some(items.into_iter().filter_map(plain).collect()),
        other => Some(other),
    }
}

/// `$retainKeys`: all other fields of the object go.
fn retain(object: &mut Map<String, Value>, patch: &mut Map<String, Value>) -> Result<(), Refusal> {
    let Some(keys) = patch.remove(RETAIN) else { return Ok(()) };
    let bad = || Problem::bad_request("invalid patch format of retainKeys");
    let keys = keys.as_array().ok_or_else(bad)?;
    let kept = |name: &str| keys.iter().any(|key| key.as_str() == Some(name));
    let unlisted = patch.iter().any(|(name, value)| {
        !value.is_null() && !name.starts_with(DELETE) && !name.starts_with(ORDER) && !kept(name)
    });
    if unlisted {
        return Err(bad().into());
    }
    object.retain(|name, _| kept(name));
    Ok(())
}

/// `$setElementOrder/FIELD`: the list is merged, and then stands in that order.
fn reorder(
    object: &mut Map<String, Value>,
    patch: &mut Map<String, Value>,
    shape: Typed<'_>,
) -> Result<(), Refusal> {
    let directives: Vec<String> = patch.keys().filter(|name| name.starts_with(ORDER)).cloned().collect();
    for directive in directives {
        let Some(Value::Array(order)) = patch.remove(&directive) else {
            return Err(Problem::bad_request("invalid patch format of setElementOrder list").into());
        };
        let field = directive.strip_prefix(ORDER).unwrap_or_default();
        let inner = below(shape, field);
        let key = match inner.merge() {
            Merge::Keyed(key) => Some(&**key),
            _ => None,
        };
        let old = object.get(field).and_then(Value::as_array).cloned();
        let change = match patch.remove(field) {
            Some(Value::Array(change)) => Some(change),
            Some(other) => {
                patch.insert(field.to_owned(), other);
                continue;
            }
            None => None,
        };
        let merged = match (old.clone(), change) {
            (Some(old), None) => Some(old),
            (None, Some(change)) => plain(Value::Array(change)).and_then(|value| value.as_array().cloned()),
            (Some(old), Some(change)) => Some(list(old, change, inner)?),
            (None, None) => None,
        };
        if let Some(merged) = merged {
            let sorted = ordered(merged, &order, &old.unwrap_or_default(), key);
            object.insert(field.to_owned(), Value::Array(sorted));
        }
    }
    Ok(())
}

/// The type of a field.
fn below<'t>(shape: Typed<'t>, field: &str) -> Typed<'t> {
    shape.field(field).unwrap_or_else(Typed::any)
}

fn list(old: Vec<Value>, change: Vec<Value>, shape: Typed<'_>) -> Result<Vec<Value>, Refusal> {
    match shape.merge() {
        Merge::Replace => Ok(change),
        Merge::Set => {
            let before = old.clone();
            let mut merged: Vec<Value> = Vec::new();
            for item in old.into_iter().chain(change.iter().cloned()) {
                if !merged.contains(&item) {
                    merged.push(item);
                }
            }
            Ok(ordered(merged, &change, &before, None))
        }
        Merge::Keyed(key) => keyed(old, change, key, shape.items().unwrap_or_else(Typed::any)),
    }
}

fn keyed(old: Vec<Value>, change: Vec<Value>, key: &str, shape: Typed<'_>) -> Result<Vec<Value>, Refusal> {
    if !change.iter().all(Value::is_object) {
        return Err(unlike(&old, &change));
    }
    let mut merged = old;
    let mut items = Vec::new();
    let mut replace = false;
    for item in change {
        let Value::Object(fields) = item else { return Err(cannot()) };
        let Some(directive) = fields.get(PATCH) else {
            items.push(fields);
            continue;
        };
        match directive.as_str() {
            Some("delete") => {
                let gone = Value::Object(fields.clone());
                if fields.get(key).is_none() {
                    return Err(without_key(&fields, key));
                }
                merged.retain(|item| !same(item, &gone, Some(key)));
            }
            Some("replace") => replace = true,
            Some("merge") => {
                return Err(Problem::plain("merging lists cannot yet be specified in the patch").into());
            }
            _ => return Err(unknown_directive(directive, &fields)),
        }
    }
    if replace {
        return Ok(items.into_iter().map(Value::Object).collect());
    }
    // What a directive has taken away is no more among what stood before.
    let before = merged.clone();
    let wanted: Vec<Value> = items.iter().cloned().map(Value::Object).collect();
    for (fields, item) in items.into_iter().zip(&wanted) {
        if fields.get(key).is_none() {
            return Err(without_key(&fields, key));
        }
        match merged.iter_mut().find(|there| same(there, item, Some(key))) {
            Some(there) => {
                if let Value::Object(old) = there.take() {
                    *there = Value::Object(map(old, fields, shape)?);
                }
            }
            None => merged.push(Value::Object(fields)),
        }
    }
    Ok(ordered(merged, &wanted, &before, Some(key)))
}

/// Go's `%v` of a map.
fn map_text(fields: &Map<String, Value>) -> String {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}:{}", shown(value))).collect();
    format!("map[{}]", pairs.join(" "))
}

/// Go's `%v`.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(inner) => map_text(inner),
        Value::Array(items) => list_text(items),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

fn list_text(items: &[Value]) -> String {
    format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" "))
}

/// Two lists, of which one holds something else.
fn unlike(old: &[Value], change: &[Value]) -> Refusal {
    let lists = format!("[{} {}]", list_text(old), list_text(change));
    Problem::plain(format!("list element types are not identical: {lists}")).into()
}

fn unknown_directive(directive: &Value, fields: &Map<String, Value>) -> Refusal {
    let text = directive.as_str().map_or_else(|| directive.to_string(), str::to_owned);
    Problem::plain(format!("unknown patch type: {text} in map: {}", map_text(fields))).into()
}

fn without_key(fields: &Map<String, Value>, key: &str) -> Refusal {
    Problem::plain(format!("map: {} does not contain declared merge key: {key}", map_text(fields))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::builtin;
    use serde_json::json;

    fn patched(object: &Value, patch: &Value) -> Result<Value, String> {
        let Value::Object(patch) = patch.clone() else { panic!("{patch}") };
        strategic(builtin().kind("v1", "Pod").unwrap(), object.clone(), patch).map_err(
            |refusal| match refusal {
                Refusal::Status(problem) => problem.message,
                other => format!("{other:?}"),
            },
        )
    }

    #[test]
    fn lists_and_directives() {
        let object = json!({
            "metadata": {"finalizers": ["a/a", "b/b"], "labels": {"x": "1", "y": "2"}},
            "spec": {"containers": [{"name": "one", "image": "i"}, {"name": "two", "image": "j"}], "tolerations": [1, 2]},
        });
        let cases = [
            (json!({"metadata": {"labels": {"x": null}}}), "/metadata/labels", json!({"y": "2"})),
            (
                json!({"metadata": {"finalizers": ["c/c"]}}),
                "/metadata/finalizers",
                json!(["c/c", "a/a", "b/b"]),
            ),
            (
                json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a/a"]}}),
                "/metadata/finalizers",
                json!(["b/b"]),
            ),
            (
                json!({"metadata": {"labels": {"$patch": "replace", "z": "3"}}}),
                "/metadata/labels",
                json!({"z": "3"}),
            ),
            (json!({"metadata": {"labels": {"$patch": "delete"}}}), "/metadata/labels", json!({})),
            (json!({"metadata": {"labels": {"$retainKeys": ["x"]}}}), "/metadata/labels", json!({"x": "1"})),
            (json!({"spec": {"tolerations": [3]}}), "/spec/tolerations", json!([3])),
            (
                json!({"spec": {"containers": [{"name": "two", "image": "k"}]}}),
                "/spec/containers",
                json!([{"name": "one", "image": "i"}, {"name": "two", "image": "k"}]),
            ),
            (json!({"spec": {"containers": [{"name": "new"}]}}), "/spec/containers/0/name", json!("new")),
            (
                json!({"spec": {"containers": [{"name": "one", "$patch": "delete"}]}}),
                "/spec/containers",
                json!([{"name": "two", "image": "j"}]),
            ),
            (
                json!({"spec": {"$setElementOrder/containers": [{"name": "two"}, {"name": "one"}]}}),
                "/spec/containers/0/name",
                json!("two"),
            ),
        ];
        for (patch, pointer, wanted) in cases {
            let found = patched(&object, &patch).unwrap();
            assert_eq!(found.pointer(pointer), Some(&wanted), "{patch}");
        }
    }

    #[test]
    fn bad_directives_are_refused_in_the_servers_words() {
        let object = json!({"spec": {"containers": [{"name": "one"}], "securityContext": {}}});
        for (patch, wanted) in [
            (json!({"$patch": "bogus"}), "unknown patch type: bogus in map: map[$patch:bogus]"),
            (
                json!({"spec": {"containers": [{"image": "q"}]}}),
                "map: map[image:q] does not contain declared merge key: name",
            ),
            (json!({"spec": {"securityContext": {"$retainKeys": 1}}}), "invalid patch format of retainKeys"),
        ] {
            assert_eq!(patched(&object, &patch).unwrap_err(), wanted);
        }
    }
}
