//! Small words for what defaults do.

use serde_json::{Map, Value};

/// Sets a field that is not there, or null.
pub(super) fn put(object: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    if object.get(name).is_none_or(Value::is_null) {
        object.insert(name.to_owned(), value.into());
    }
}

/// Sets a number that is not there, or zero.
pub(super) fn put_number(object: &mut Map<String, Value>, name: &str, value: i64) {
    if object.get(name).and_then(Value::as_i64).unwrap_or_default() == 0 {
        object.insert(name.to_owned(), value.into());
    }
}

/// The text of a field, empty where there is none.
pub(super) fn text<'v>(object: &'v Map<String, Value>, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The map under a field, if there is one.
pub(super) fn map<'v>(object: &'v mut Map<String, Value>, name: &str) -> Option<&'v mut Map<String, Value>> {
    object.get_mut(name).and_then(Value::as_object_mut)
}

/// The map under a field, which is made where there is none.
pub(super) fn made<'v>(object: &'v mut Map<String, Value>, name: &str) -> Option<&'v mut Map<String, Value>> {
    put(object, name, Map::new());
    map(object, name)
}

/// The maps in the list under a field.
pub(super) fn items<'v>(
    object: &'v mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'v mut Map<String, Value>> {
    let items = object.get_mut(name).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}
