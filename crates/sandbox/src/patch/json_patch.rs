//! JSON patch (RFC 6902), as Go's `evanphx/json-patch` v4 has it, which is not quite the RFC: `replace` of a key that is missing adds it, `copy`
//! of one gives null, `test` for null passes where there is nothing, and indices may count from the end.

use serde_json::{Map, Value};

use super::cannot;
use crate::wire::{Problem, Refusal};

const OPERATIONS: usize = 10_000;

pub(super) fn apply(mut object: Value, patch: &Value) -> Result<Value, Refusal> {
    let operations = patch.as_array().map(Vec::as_slice).unwrap_or_default();
    if operations.len() > OPERATIONS {
        return Err(Problem::too_many_operations(OPERATIONS, operations.len()).into());
    }
    for operation in operations {
        step(&mut object, operation).ok_or_else(cannot)?;
    }
    Ok(object)
}

/// One operation; `None` where it cannot be done.
fn step(object: &mut Value, operation: &Value) -> Option<()> {
    let text = |field: &str| operation.get(field).and_then(Value::as_str);
    let value = || operation.get("value").cloned().unwrap_or(Value::Null);
    let path = text("path");
    match text("op")? {
        "add" => add(object, path?, value()),
        "remove" => remove(object, path?).map(|_| ()),
        "replace" => replace(object, path?, value()),
        "move" => {
            let moved = remove(object, text("from")?)?;
            add(object, path?, moved)
        }
        "copy" => {
            let (parent, key) = find(object, text("from")?)?;
            let copied = get(parent, &key)?.cloned().unwrap_or(Value::Null);
            add(object, path?, copied)
        }
        "test" => test(object, path?, &value()),
        _ => None,
    }
}

/// The container that a path leads into, and the key in it. The whole document has none.
fn find<'o>(object: &'o mut Value, path: &str) -> Option<(&'o mut Value, String)> {
    let mut parts: Vec<String> =
        path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let key = parts.pop()?;
    let mut at = object;
    for part in parts {
        at = match at {
            Value::Object(fields) => fields.get_mut(&part)?,
            Value::Array(items) => {
                let index = index(&part, items.len())?;
                items.get_mut(index)?
            }
            _ => return None,
        };
    }
    matches!(at, Value::Object(_) | Value::Array(_)).then_some((at, key))
}

/// An index of an item that is there; negative ones count from the end.
fn index(text: &str, length: usize) -> Option<usize> {
    let number: i64 = text.parse().ok()?;
    let length = i64::try_from(length).ok()?;
    let number = if number < 0 { number + length } else { number };
    (0..length).contains(&number).then(|| usize::try_from(number).ok())?
}

/// What is under a key: an object may have nothing there, an array must have something.
fn get<'o>(parent: &'o Value, key: &str) -> Option<Option<&'o Value>> {
    match parent {
        Value::Object(fields) => Some(fields.get(key)),
        Value::Array(items) => Some(Some(items.get(index(key, items.len())?)?)),
        _ => None,
    }
}

fn add(object: &mut Value, path: &str, value: Value) -> Option<()> {
    let (parent, key) = find(object, path)?;
    match parent {
        Value::Object(fields) => {
            fields.insert(key, value);
        }
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            let at = index(&key, items.len() + 1)?;
            items.insert(at, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(object: &mut Value, path: &str) -> Option<Value> {
    let (parent, key) = find(object, path)?;
    match parent {
        Value::Object(fields) => fields.remove(&key),
        Value::Array(items) => {
            let at = index(&key, items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}

fn replace(object: &mut Value, path: &str, value: Value) -> Option<()> {
    if path.is_empty() {
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            return None;
        }
        *object = value;
        return Some(());
    }
    let (parent, key) = find(object, path)?;
    match parent {
        Value::Object(fields) => {
            fields.insert(key, value);
        }
        Value::Array(items) => {
            let at = index(&key, items.len())?;
            *items.get_mut(at)? = value;
        }
        _ => return None,
    }
    Some(())
}

fn test(object: &mut Value, path: &str, wanted: &Value) -> Option<()> {
    if path.is_empty() {
        return (object == wanted).then_some(());
    }
    let (parent, key) = find(object, path)?;
    let found = get(parent, &key)?;
    (found.unwrap_or(&Value::Null) == wanted).then_some(())
}

/// The operations' fields that nobody knows, and those that stand twice, as strict decoding tells them.
pub(crate) fn unknown(patch: &Value) -> Vec<String> {
    const KNOWN: [&str; 4] = ["op", "path", "from", "value"];
    let mut found = Vec::new();
    for (index, operation) in patch.as_array().into_iter().flatten().enumerate() {
        let fields: Option<&Map<String, Value>> = operation.as_object();
        for field in fields.into_iter().flat_map(Map::keys).filter(|field| !KNOWN.contains(&field.as_str())) {
            found.push(format!("json patch unknown field \"[{index}].{field}\""));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operations_do_what_gos_library_does() {
        let object = json!({"a": {"b": "c"}, "l": [1, 2, 3], "x/y": 1});
        let cases = [
            (json!([{"op": "add", "path": "/a/d", "value": 1}]), Some(("/a/d", json!(1)))),
            (json!([{"op": "add", "path": "/l/1", "value": 9}]), Some(("/l", json!([1, 9, 2, 3])))),
            (json!([{"op": "add", "path": "/l/-", "value": 9}]), Some(("/l", json!([1, 2, 3, 9])))),
            (json!([{"op": "add", "path": "/l/-1", "value": 9}]), Some(("/l", json!([1, 2, 3, 9])))),
            (json!([{"op": "add", "path": "/l/5", "value": 9}]), None),
            (json!([{"op": "remove", "path": "/a/b"}]), Some(("/a", json!({})))),
            (json!([{"op": "remove", "path": "/a/none"}]), None),
            (json!([{"op": "remove", "path": "/l/-1"}]), Some(("/l", json!([1, 2])))),
            (json!([{"op": "replace", "path": "/a/none", "value": 1}]), Some(("/a/none", json!(1)))),
            (json!([{"op": "replace", "path": "/l/7", "value": 1}]), None),
            (json!([{"op": "copy", "from": "/a/none", "path": "/n"}]), Some(("/n", json!(null)))),
            (json!([{"op": "move", "from": "/a/b", "path": "/m"}]), Some(("/m", json!("c")))),
            (json!([{"op": "test", "path": "/a/none", "value": null}]), Some(("/a/b", json!("c")))),
            (json!([{"op": "test", "path": "/a/b", "value": "d"}]), None),
            (json!([{"op": "test", "path": "/x~1y", "value": 1}]), Some(("/a/b", json!("c")))),
            (json!([{"op": "test", "path": "", "value": {}}]), None),
            (json!([{"op": "bogus", "path": "/a"}]), None),
            (json!([{"op": "add", "path": "/none/x", "value": 1}]), None),
        ];
        for (patch, wanted) in cases {
            let found = apply(object.clone(), &patch).ok();
            let found = found.map(|found| wanted.as_ref().map(|(path, _)| found.pointer(path).cloned()));
            assert_eq!(found, wanted.as_ref().map(|(_, value)| Some(Some(value.clone()))), "{patch}");
        }
        assert_eq!(unknown(&json!([{"op": "x", "zz": 1}])), ["json patch unknown field \"[0].zz\""]);
    }
}
