//! What everyone asks an object first, and what hardly anyone asks for.

use core::ops::Range;

use super::skip::{skip, skip_nested, skip_string, space};
use crate::prelude::*;

/// Where an object's key stands in its bytes. A field that the metadata lacks is an empty range at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: (u32, u32),
    pub(crate) namespace: (u32, u32),
    pub(crate) uid: (u32, u32),
    pub(crate) resource_version: (u32, u32),
}

impl Key {
    fn slot(&mut self, name: &[u8]) -> Option<&mut (u32, u32)> {
        match name {
            b"name" => Some(&mut self.name),
            b"namespace" => Some(&mut self.namespace),
            b"uid" => Some(&mut self.uid),
            b"resourceVersion" => Some(&mut self.resource_version),
            _ => None,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        [self.name, self.namespace, self.uid, self.resource_version].iter().all(|range| range.1 != 0)
    }

    /// The same key in a copy [without](without) what stood in `cut`, of which no part belongs to the key.
    pub(crate) fn without(self, cut: &Range<usize>) -> Self {
        let length = cut.len() as u32;
        let moved = |(start, end): (u32, u32)| {
            if (start as usize) < cut.end { (start, end) } else { (start - length, end - length) }
        };
        Self {
            name: moved(self.name),
            namespace: moved(self.namespace),
            uid: moved(self.uid),
            resource_version: moved(self.resource_version),
        }
    }

    /// Steps over the object that starts at `at`, and reads its key on the way: each byte is looked at once, and what lies behind the key
    /// is not judged. `None` where the object has no end. The key is `None` where something is odd (a backslash in a member's name or in a
    /// wanted text, a `null`, a broken member): then the general reader finds out.
    pub(crate) fn pass(bytes: &[u8], at: usize) -> Option<(usize, Option<Self>)> {
        match walk(bytes, at) {
            Some((end, key)) => Some((end, Some(key))),
            None => Some((skip(bytes, at)?, None)),
        }
    }
}

#[cfg(feature = "std")]
impl Key {
    /// Reads the key of the object that starts at `start`, and not what lies behind it. `None` where something is odd, or it has no metadata.
    pub(crate) fn front(bytes: &[u8], start: usize) -> Option<Self> {
        let mut key = Self::default();
        let opening = metadata_of(bytes, start)?.ok()?;
        metadata(bytes, start, opened(bytes, opening)?, &mut key)?.ok();
        Some(key)
    }
}

/// One member: its name, and where its value starts. `Err` with the position behind the closing brace.
fn member(bytes: &[u8], at: usize, first: bool) -> Option<Result<(&[u8], usize), usize>> {
    let mut at = space(bytes, at);
    match bytes.get(at)? {
        b'}' => return Some(Err(at + 1)),
        b',' if !first => at = space(bytes, at + 1),
        _ if first => {}
        _ => return None,
    }
    let end = skip_string(bytes, at)?;
    let name = bytes.get(at + 1..end - 1)?;
    let colon = space(bytes, end);
    (bytes.get(colon) == Some(&b':')).then(|| Ok((name, space(bytes, colon + 1))))
}

/// [`Key::pass`] where nothing is odd.
fn walk(bytes: &[u8], start: usize) -> Option<(usize, Key)> {
    let mut key = Key::default();
    let value = match metadata_of(bytes, start)? {
        Ok(value) => value,
        Err(end) => return Some((end, key)),
    };
    match metadata(bytes, start, opened(bytes, value)?, &mut key)? {
        Ok(end) => Some((skip_nested(bytes, end, 1)?, key)),
        Err(within) => Some((skip_nested(bytes, within, 2)?, key)),
    }
}

/// Where the metadata of the object at `start` begins: the first of equal members counts, as in the general reader. `Err` with the position behind an object that has
/// none.
fn metadata_of(bytes: &[u8], start: usize) -> Option<Result<usize, usize>> {
    let mut at = opened(bytes, start)?;
    let mut first = true;
    loop {
        let (name, value) = match member(bytes, at, first)? {
            Ok(member) => member,
            Err(end) => return Some(Err(end)),
        };
        if name.contains(&b'\\') {
            return None;
        }
        if name == b"metadata" {
            return Some(Ok(value));
        }
        first = false;
        at = skip(bytes, value)?;
    }
}

/// Reads the metadata's members until the key is full: `Err` with the position there, or `Ok` with that behind its end.
fn metadata(bytes: &[u8], start: usize, mut at: usize, key: &mut Key) -> Option<Result<usize, usize>> {
    let mut first = true;
    loop {
        let (name, value) = match member(bytes, at, first)? {
            Ok(member) => member,
            Err(end) => return Some(Ok(end)),
        };
        if name.contains(&b'\\') {
            return None;
        }
        first = false;
        at = skip(bytes, value)?;
        let Some(slot) = key.slot(name) else { continue };
        if slot.1 != 0 {
            continue;
        }
        let text = bytes.get(value + 1..at - 1).filter(|_| bytes.get(value) == Some(&b'"'))?;
        if text.contains(&b'\\') || core::str::from_utf8(text).is_err() {
            return None;
        }
        *slot = (u32::try_from(value + 1 - start).ok()?, u32::try_from(at - 1 - start).ok()?);
        if key.is_full() {
            return Some(Err(at));
        }
    }
}

/// The position behind the brace that opens an object at `at`.
fn opened(bytes: &[u8], at: usize) -> Option<usize> {
    (bytes.get(at) == Some(&b'{')).then_some(at + 1)
}

/// Where `metadata.managedFields` stands in an object, with the comma that goes with it. `None` where there is none, or where something is odd.
pub(crate) fn managed_fields(object: &[u8]) -> Option<Range<usize>> {
    let (mut metadata, _) = find(object, opened(object, space(object, 0))?, b"metadata")?.1;
    metadata = opened(object, metadata)?;
    let ((before, first), (_, end)) = find(object, metadata, b"managedFields")?;
    // The comma before goes with it, or where it stands first the comma behind.
    let behind = space(object, end);
    let end = if first && object.get(behind) == Some(&b',') { behind + 1 } else { end };
    Some(before..end)
}

/// A copy without what stands in `cut`, of exactly its size.
pub(crate) fn without(object: &[u8], cut: &Range<usize>) -> Vec<u8> {
    let front = object.get(..cut.start).unwrap_or_default();
    let rest = object.get(cut.end..).unwrap_or_default();
    let mut copy = Vec::with_capacity(front.len() + rest.len());
    copy.extend_from_slice(front);
    copy.extend_from_slice(rest);
    copy
}

/// The first member of this name: the position before its comma and whether it is the first of all, then its value's start and end.
#[allow(clippy::type_complexity, reason = "two pairs of positions, read at once")]
fn find(bytes: &[u8], mut at: usize, wanted: &[u8]) -> Option<((usize, bool), (usize, usize))> {
    let mut first = true;
    loop {
        let (name, value) = member(bytes, at, first)?.ok()?;
        if name.contains(&b'\\') {
            return None;
        }
        let end = skip(bytes, value)?;
        if name == wanted {
            return Some(((at, first), (value, end)));
        }
        at = end;
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{list::ListParts, text};
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    /// Texts as they stand in JSON, between the quotes.
    fn inner() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec![
                "a", "é", "}", "{", "]", ",", ":", "\\\"", "\\\\", "\\u0041", "12345678",
            ]),
            0..6,
        )
        .prop_map(|parts| parts.concat())
    }

    fn name() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "name",
            "namespace",
            "uid",
            "resourceVersion",
            "metadata",
            "labels",
            "managedFields",
            "n\\u0061me",
            "met\\u0061data",
            "spec",
            "",
            "😀",
        ])
    }

    /// Values with odd orders, escapes, duplicates, white space and nested `metadata`.
    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            3 => inner().prop_map(|text| ["\"", &text, "\""].concat()),
            1 => prop::sample::select(vec!["null", "true", "-1.5e3", "0", "{}", "[]"]).prop_map(String::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inside| {
            prop_oneof![
                3 => object(inside.clone()),
                1 => prop::collection::vec(inside, 0..4).prop_map(|items| ["[", &items.join(" ,"), "]"].concat()),
            ]
        })
    }

    fn object(inside: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
        let member = (name(), inside, prop::sample::select(vec!["", " ", "\n"]));
        prop::collection::vec(member, 0..7).prop_map(|members| {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value, space)| [space, "\"", name, "\":", space, value].concat())
                .collect();
            ["{", &members.join(","), " }"].concat()
        })
    }

    fn items() -> impl Strategy<Value = Vec<String>> {
        let metadata =
            object(value()).prop_map(|metadata| ["{\"metadata\":", &metadata, ",\"spec\":{}}"].concat());
        prop::collection::vec(prop_oneof![metadata, object(value())], 0..5)
    }

    fn list(items: &[String], front: bool) -> String {
        let metadata = r#""metadata":{"resourceVersion":"7"}"#;
        let items = ["\"items\":[", &items.join(", "), "]"].concat();
        let (first, second) = if front { (metadata, items.as_str()) } else { (items.as_str(), metadata) };
        ["{\"kind\":\"XList\",", first, ",", second, "}"].concat()
    }

    #[derive(serde::Deserialize)]
    struct Listed<'a> {
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }

    fn at(bytes: &[u8], range: (u32, u32)) -> Option<&str> {
        (range.1 != 0).then(|| core::str::from_utf8(&bytes[range.0 as usize..range.1 as usize]).unwrap())
    }

    proptest! {
        #[test]
        fn slices_are_serdes_and_keys_are_the_general_readers(items in items(), front: bool) {
            let list = list(&items, front);
            let parts = ListParts::read(list.as_bytes()).unwrap();
            let wanted: Listed<'_> = serde_json::from_str(&list).unwrap();
            prop_assert_eq!(parts.items.len(), wanted.items.len());
            prop_assert_eq!(text(parts.other("metadata"), &["resourceVersion"]).unwrap(), "7");
            for ((range, key), wanted) in parts.items.iter().zip(&wanted.items) {
                let item = &list.as_bytes()[range.clone()];
                prop_assert_eq!(item, wanted.get().as_bytes());
                let Some(key) = key else {
                    let odd = item.contains(&b'\\') || has_odd_value(item);
                    prop_assert!(odd);
                    continue;
                };
                for (field, range) in [("name", key.name), ("namespace", key.namespace), ("uid", key.uid),
                    ("resourceVersion", key.resource_version)] {
                    let wanted = text(item, &["metadata", field]);
                    prop_assert_eq!(at(item, range), wanted.as_deref());
                }
            }
        }

        #[test]
        fn a_list_cut_off_anywhere_is_none(items in items(), front: bool) {
            let list = list(&items, front);
            for end in 0..list.len() {
                prop_assert!(ListParts::read(&list.as_bytes()[..end]).is_err(), "{} of {}", end, list);
            }
        }

        #[test]
        fn managed_fields_are_cut_and_nothing_else(item in object(object(value()))) {
            let place = managed_fields(item.as_bytes());
            let cut = place.as_ref().map(|place| without(item.as_bytes(), place));
            let members = |json: &[u8]| serde_json::from_slice::<serde_json::Value>(json);
            if let Some(cut) = cut {
                prop_assert_eq!(cut.len(), cut.capacity());
                if let Some((_, Some(key))) = Key::pass(item.as_bytes(), 0) {
                    prop_assert_eq!(Some(key.without(&place.unwrap())), Key::pass(&cut, 0).unwrap().1);
                }
                // Equal members: serde's map keeps the last, the cut takes the first.
                if item.matches("managedFields").count() == 1 && item.matches("met").count() == 1 {
                    let mut wanted = members(item.as_bytes()).unwrap();
                    wanted["metadata"].as_object_mut().unwrap().remove("managedFields");
                    prop_assert_eq!(members(&cut).unwrap(), wanted);
                } else {
                    prop_assert!(members(&cut).is_ok());
                }
            }
        }
    }

    /// A wanted member that is no text, or a `metadata` that is no object.
    fn has_odd_value(item: &[u8]) -> bool {
        let value: serde_json::Value = serde_json::from_slice(item).unwrap();
        !value["metadata"].is_object()
            || item.windows(5).any(|part| part == b"\"name" || part == b"\"uid\"" || part == b"\"reso")
    }
}
