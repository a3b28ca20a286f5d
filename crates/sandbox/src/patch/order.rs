//! In which order the items of a merged list stand.
//!
//! Source: `normalizeElementOrder` and `mergeSortedSlice` in `k8s.io/apimachinery/pkg/util/strategicpatch`.

use serde_json::Value;

/// Puts the items that the patch (or its `$setElementOrder`) names into its order, and the others between them as they stood before: an
/// item goes first where both were there and it stood first; else the patch's does.
pub(super) fn ordered(
    merged: Vec<Value>,
    wanted: &[Value],
    before: &[Value],
    key: Option<&str>,
) -> Vec<Value> {
    let place = |list: &[Value], item: &Value| list.iter().position(|other| same(other, item, key));
    let (mut named, others): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|item| place(wanted, item).is_some());
    named.sort_by_key(|item| place(wanted, item));
    let (mut sorted, mut unknown): (Vec<Value>, Vec<Value>) =
        others.into_iter().partition(|item| place(before, item).is_some());
    sorted.sort_by_key(|item| place(before, item));
    sorted.append(&mut unknown);
    let mut result = Vec::new();
    let (mut named, mut others) = (named.into_iter().peekable(), sorted.into_iter().peekable());
    loop {
        let other_first = match (others.peek(), named.peek()) {
            (None, None) => return result,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(own)) => match (place(before, other), place(before, own)) {
                (Some(other), Some(own)) => other < own,
                _ => false,
            },
        };
        result.extend(if other_first { others.next() } else { named.next() });
    }
}

/// Whether two items are the same: by their key, or as a whole.
pub(super) fn same(one: &Value, two: &Value, key: Option<&str>) -> bool {
    match key {
        Some(key) => match (one.get(key), two.get(key)) {
            (Some(one), Some(two)) => one == two,
            _ => false,
        },
        None => one == two,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_new_comes_first() {
        let list = |text: &str| -> Vec<Value> { text.chars().map(|c| json!(c.to_string())).collect() };
        let text = |list: Vec<Value>| list.iter().filter_map(Value::as_str).collect::<String>();
        for (merged, wanted, before, result) in [
            ("abc", "c", "ab", "cab"),
            ("abc", "ca", "abc", "bca"),
            ("abx", "xb", "ab", "xab"),
            ("ab", "", "ab", "ab"),
        ] {
            let found = ordered(list(merged), &list(wanted), &list(before), None);
            assert_eq!(text(found), result, "{merged} {wanted} {before}");
        }
    }
}
