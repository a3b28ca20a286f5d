//! Values as the server writes them: `kind`, `apiVersion` and `metadata` first, and a line's end behind.

use bytes::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// A whole object, a list or a Status.
pub(crate) fn encode(value: &Value) -> Bytes {
    let mut out = object_bytes(value);
    out.push(b'\n');
    out.into()
}

/// An object without a line's end.
pub(crate) fn object_bytes(value: &Value) -> Vec<u8> {
    // Values always serialize: their keys are text.
    serde_json::to_vec(&InOrder(value)).unwrap_or_default()
}

/// A list: what stands before its items, and these. Only those of custom kinds say `typed` what they are. No item is copied but into the answer.
pub(crate) fn list_bytes<'v>(head: &Value, typed: bool, items: impl Iterator<Item = &'v Value>) -> Bytes {
    let mut out = object_bytes(head);
    out.pop();
    out.extend(b",\"items\":[");
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        // Writing to memory does not fail.
        let _ = match typed {
            true => serde_json::to_writer(&mut out, &InOrder(item)),
            false => serde_json::to_writer(&mut out, &Item(item)),
        };
    }
    out.extend(b"]}\n");
    out.into()
}

struct Item<'v>(&'v Value);

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(fields) = self.0 else { return self.0.serialize(serializer) };
        let mut map = serializer.serialize_map(None)?;
        if let Some(metadata) = fields.get("metadata") {
            map.serialize_entry("metadata", metadata)?;
        }
        for (name, value) in fields.iter().filter(|(name, _)| !FIRST.contains(&name.as_str())) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

struct InOrder<'v>(&'v Value);

const FIRST: [&str; 3] = ["kind", "apiVersion", "metadata"];

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(fields) = self.0 else { return self.0.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for name in FIRST {
            if let Some(value) = fields.get(name) {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in fields.iter().filter(|(name, _)| !FIRST.contains(&name.as_str())) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_look_for_stands_first() {
        let value =
            serde_json::json!({"data": {"kind": "x"}, "apiVersion": "v1", "metadata": {}, "kind": "K"});
        let wanted = "{\"kind\":\"K\",\"apiVersion\":\"v1\",\"metadata\":{},\"data\":{\"kind\":\"x\"}}\n";
        assert_eq!(encode(&value), wanted);
        let head = serde_json::json!({"metadata": {}, "kind": "KList"});
        let wanted = "{\"kind\":\"KList\",\"metadata\":{},\"items\":[{\"metadata\":{},\"data\":{\"kind\":\"x\"}},{}]}\n";
        assert_eq!(list_bytes(&head, false, [&value, &serde_json::json!({})].into_iter()), wanted);
        assert_eq!(
            list_bytes(&head, false, std::iter::empty()),
            "{\"kind\":\"KList\",\"metadata\":{},\"items\":[]}\n"
        );
    }
}
