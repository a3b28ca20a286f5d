//! What the server writes in protobuf.

use bytes::Bytes;
use serde_json::Value;

/// A list's metadata: `k8s\0`, then Unknown {1: TypeMeta, 2: raw}.
pub fn metadata(list: &[u8]) -> Vec<u8> {
    let list: Value = serde_json::from_slice(list).expect("a list");
    let mut raw = field(1, &text(2, "4711000"));
    for pod in list["items"].as_array().expect("items") {
        raw.extend(field(2, &field(1, &object_meta(&pod["metadata"]))));
    }
    let kind = [text(1, "meta.k8s.io/v1"), text(2, "PartialObjectMetadataList")].concat();
    [b"k8s\0".to_vec(), field(1, &kind), field(2, &raw)].concat()
}

/// A watch of these objects' metadata.
pub fn metadata_stream(items: &[Bytes], end: &str) -> Vec<u8> {
    let kind = [text(1, "meta.k8s.io/v1"), text(2, "PartialObjectMetadata")].concat();
    let object = |metadata: &[u8]| {
        [b"k8s\0".to_vec(), field(1, &kind), field(2, &field(1, metadata))].concat()
    };
    let mut stream = Vec::new();
    for item in items {
        let item: Value = serde_json::from_slice(item).expect("an object");
        event("ADDED", &object(&object_meta(&item["metadata"])), &mut stream);
    }
    let end = [text(6, end), field(12, &[text(1, "k8s.io/initial-events-end"), text(2, "true")].concat())];
    event("BOOKMARK", &object(&end.concat()), &mut stream);
    stream
}

fn object_meta(metadata: &Value) -> Vec<u8> {
    let own = |number, name: &str| text(number, metadata[name].as_str().expect("a text"));
    let pairs = |number, name: &str| -> Vec<u8> {
        let pairs = metadata[name].as_object().expect("a map").iter();
        pairs
            .flat_map(|(key, value)| {
                field(number, &[text(1, key), text(2, value.as_str().expect("a text"))].concat())
            })
            .collect()
    };
    let owner = &metadata["ownerReferences"][0];
    let of_owner = |number, name: &str| text(number, owner[name].as_str().expect("a text"));
    let owner = [
        of_owner(1, "kind"),
        of_owner(3, "name"),
        of_owner(4, "uid"),
        of_owner(5, "apiVersion"),
        vec![6 << 3, 1, 7 << 3, 1],
    ];
    let managed = metadata["managedFields"].as_array().expect("a list").iter().flat_map(|entry| {
        let own = |number, name: &str| text(number, entry[name].as_str().unwrap_or_default());
        let fields = field(7, &text(1, &entry["fieldsV1"].to_string()));
        let entry =
            [own(1, "manager"), own(2, "operation"), own(3, "apiVersion"), own(6, "fieldsType"), fields];
        field(17, &entry.concat())
    });
    // 2026, to the second, as five bytes of a number.
    let time = field(8, &[1 << 3, 0x80, 0xb0, 0xd6, 0xca, 0x06]);
    let front = [
        own(1, "name"),
        own(2, "generateName"),
        own(3, "namespace"),
        own(5, "uid"),
        own(6, "resourceVersion"),
        vec![7 << 3, 1],
        time,
    ];
    let back = [pairs(11, "labels"), pairs(12, "annotations"), field(13, &owner.concat()), managed.collect()];
    [front.concat(), back.concat()].concat()
}

fn text(number: u8, text: &str) -> Vec<u8> {
    field(number, text.as_bytes())
}

pub fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = Vec::new();
    for mut value in [(u64::from(number) << 3) | 2, bytes.len() as u64] {
        while value >= 0x80 {
            field.push(value as u8 | 0x80);
            value >>= 7;
        }
        field.push(value as u8);
    }
    field.extend_from_slice(bytes);
    field
}

/// An event of a watch: its length, then a WatchEvent {1: type, 2: RawExtension {1: raw}}.
pub fn event(event_type: &str, object: &[u8], to: &mut Vec<u8>) {
    let message = [text(1, event_type), field(2, &field(1, object))].concat();
    to.extend_from_slice(&u32::try_from(message.len()).expect("a small event").to_be_bytes());
    to.extend_from_slice(&message);
}
