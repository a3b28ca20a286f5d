//! `fieldPath`: where in a value a rule finds its fault.

use serde_json::Value;

/// `.spec.labels['a.b']` as faults write it, `spec.labels[a.b]`; `None` where the schema has no such field.
pub(super) fn normal(path: &str, schema: &Value) -> Option<String> {
    let (mut rest, mut schema, mut shown) = (path, schema, String::new());
    while !rest.is_empty() {
        let name;
        (name, rest) = if let Some(after) = rest.strip_prefix("['") {
            let end = ends(after)?;
            let (name, after) = after.split_at_checked(end)?;
            (unescaped(name)?, after.strip_prefix("']")?)
        } else {
            let after = rest.strip_prefix('.')?;
            let (name, after) = after.split_at_checked(after.find(['.', '[']).unwrap_or(after.len()))?;
            (name.to_owned(), after)
        };
        if let Some(properties) = schema.get("properties") {
            schema = properties.get(&name)?;
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(&name);
        } else {
            schema = schema.get("additionalProperties").filter(|values| values.is_object())?;
            shown.push_str(&format!("[{name}]"));
        }
    }
    Some(shown)
}

/// Where a quoted name ends.
fn ends(text: &str) -> Option<usize> {
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        if letter == '\'' && before != '\\' {
            return Some(at);
        }
        before = letter;
    }
    None
}

fn unescaped(text: &str) -> Option<String> {
    let (mut whole, mut letters) = (String::new(), text.chars());
    while let Some(letter) = letters.next() {
        whole.push(match letter {
            '\\' => match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                quoted @ ('\'' | '\\') => quoted,
                _ => return None,
            },
            other => other,
        });
    }
    Some(whole)
}
