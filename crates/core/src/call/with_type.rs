//! Kinds and versions that objects do not say themselves.

use crate::json::{self, Elements};
use crate::prelude::*;

/// `json` with `apiVersion` and `kind` put in front where it lacks them. `None` where it lacks nothing, or is no object.
pub(crate) fn with_type(json: &[u8], api_version: &str, kind: &str) -> Option<Vec<u8>> {
    let mut members = Elements::open(json)?;
    let (mut has_version, mut has_kind, mut empty) = (false, false, true);
    for (key, _) in members.by_ref() {
        empty = false;
        has_version |= key == b"apiVersion";
        has_kind |= key == b"kind";
    }
    if !members.complete() || (has_version && has_kind) {
        return None;
    }
    let start =
        json.iter().position(|byte| !byte.is_ascii_whitespace()).filter(|at| json.get(*at) == Some(&b'{'))?;
    let mut front = String::from("{");
    for (name, value, there) in [("apiVersion", api_version, has_version), ("kind", kind, has_kind)] {
        if !there && !value.is_empty() {
            json::push_string(&mut front, name);
            front.push(':');
            json::push_string(&mut front, value);
            front.push(',');
        }
    }
    if empty && front.len() > 1 {
        front.pop();
    }
    let mut out = front.into_bytes();
    out.extend_from_slice(json.get(start + 1..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::with_type;

    #[test]
    fn fills_in_what_is_missing_and_nothing_else() {
        let cases = [
            ("{}", r#"{"apiVersion":"v1","kind":"Pod"}"#),
            (r#"{"a":1}"#, r#"{"apiVersion":"v1","kind":"Pod","a":1}"#),
            (r#"{"kind":"X","a":1}"#, r#"{"apiVersion":"v1","kind":"X","a":1}"#),
        ];
        for (given, wanted) in cases {
            assert_eq!(with_type(given.as_bytes(), "v1", "Pod").unwrap(), wanted.as_bytes(), "{given}");
        }
        assert_eq!(with_type(br#"{"kind":"X","apiVersion":"y"}"#, "v1", "Pod"), None);
        assert_eq!(with_type(b"[]", "v1", "Pod"), None);
        assert_eq!(with_type(b"{\"a\":", "v1", "Pod"), None);
    }
}
