//! Patterns in schemas: they are written in Go's language, and said here in that of the library which knows no Unicode.
//!
//! Source: <https://github.com/google/re2/wiki/Syntax>.

use std::iter::Peekable;
use std::str::Chars;

use regex_lite::Regex;
use serde_json::Value;

/// The characters of category C but for those that nobody has assigned: controls, formats, private ones.
///
/// Source: the Unicode Character Database, `DerivedGeneralCategory.txt`.
const OTHER: [(u32, u32); 24] = [
    (0x0, 0x1f),
    (0x7f, 0x9f),
    (0xad, 0xad),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x890, 0x891),
    (0x8e2, 0x8e2),
    (0x180e, 0x180e),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x2064),
    (0x2066, 0x206f),
    (0xe000, 0xf8ff),
    (0xfeff, 0xfeff),
    (0xfff9, 0xfffb),
    (0x1_10bd, 0x1_10cd),
    (0x1_3430, 0x1_343f),
    (0x1_bca0, 0x1_bca3),
    (0x1_d173, 0x1_d17a),
    (0xe_0001, 0xe_007f),
    (0xf_0000, 0xf_fffd),
    (0x10_0000, 0x10_fffd),
];

/// The pattern of a schema, if it has one.
///
/// # Errors
/// The pattern and what of it is not known here: classes of Unicode but C, and rarities.
pub(crate) fn pattern(schema: &Value) -> Option<Result<Regex, String>> {
    let pattern = schema.get("pattern").and_then(Value::as_str)?;
    Some(Regex::new(&said(pattern)).map_err(|error| format!("{pattern} ({error})")))
}

/// Go's pattern in the other language: there a bracket within a class begins another, and two of some signs join classes.
fn said(pattern: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(pattern.len()), pattern.chars().peekable());
    while let Some(next) = rest.next() {
        match next {
            '\\' => escape(&mut out, &mut rest, false),
            '[' => class(&mut out, &mut rest),
            other => out.push(other),
        }
    }
    out
}

fn class(out: &mut String, rest: &mut Peekable<Chars<'_>>) {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    while let Some(next) = rest.next() {
        match next {
            ']' if !first => break,
            '\\' => escape(out, rest, true),
            '[' => match named(rest) {
                Some(name) => out.push_str(&name),
                None => out.push_str("\\["),
            },
            '&' | '~' | ']' => out.extend(['\\', next]),
            other => out.push(other),
        }
        first = false;
    }
    out.push(']');
}

/// A class within a class that has a name, such as `[:alpha:]`.
fn named(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut ahead = rest.clone();
    let mut name = String::from("[");
    name.extend(ahead.next_if_eq(&':'));
    while let Some(letter) = ahead.next_if(|next| next.is_ascii_lowercase() || *next == '^') {
        name.push(letter);
    }
    name.extend(ahead.next_if_eq(&':'));
    name.extend(ahead.next_if_eq(&']'));
    let whole = name.starts_with("[:") && name.ends_with(":]");
    whole.then(|| {
        *rest = ahead;
        name
    })
}

fn escape(out: &mut String, rest: &mut Peekable<Chars<'_>>, within: bool) {
    let Some(next) = rest.next() else { return out.push('\\') };
    let negated = match next {
        'p' => false,
        'P' => true,
        _ => return out.extend(['\\', next]),
    };
    let mut ahead = rest.clone();
    let braced = ahead.next_if_eq(&'{').is_some();
    let known = ahead.next() == Some('C') && (!braced || ahead.next() == Some('}'));
    if !known {
        return out.extend(['\\', next]);
    }
    *rest = ahead;
    let ranges = |out: &mut String| {
        let mut from = 0;
        for (first, last) in OTHER {
            match negated {
                false => out.push_str(&range(first, last)),
                true if from < first => out.push_str(&range(from, first - 1)),
                true => {}
            }
            from = last + 1;
        }
    };
    if within {
        return ranges(out);
    }
    out.push('[');
    ranges(out);
    out.push(']');
}

/// Characters from one to another. Those that stand for halves of others are none.
fn range(first: u32, last: u32) -> String {
    let (low, high) = (0xd800, 0xdfff);
    if first < low && last >= low {
        let rest = if last > high { range(high + 1, last) } else { String::new() };
        return range(first, low - 1) + &rest;
    }
    format!("\\x{{{first:x}}}-\\x{{{last:x}}}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Some(super::pattern(&json!({"pattern": pattern}))?.ok()?.is_match(text))
    }

    #[test]
    fn patterns_are_read_as_by_go() {
        let cases = [
            (r#"^[^()<>@,;:\\"\/[\]?={} \t\x7f]+$"#, "Content-Type", Some(true)),
            (r#"^[^()<>@,;:\\"\/[\]?={} \t\x7f]+$"#, "a[b", Some(false)),
            ("^[[:alpha:]_[]+$", "a_[", Some(true)),
            ("^[[:^alpha:]]+$", "12", Some(true)),
            ("^[]a]+$", "]a", Some(true)),
            ("^[^]a]+$", "b", Some(true)),
            ("^[&&~~a]+$", "&~a", Some(true)),
            ("^[a--]+$", "a", None),
            (r"^\[[0-9]+-[0-9]+\]$", "[1-2]", Some(true)),
            (r"^\PC*$", "k8s é 中", Some(true)),
            (r"^\PC*$", "a\u{200b}", Some(false)),
            (r"^\P{C}*$", "\u{110bd}", Some(false)),
            (r"^\pC$", "\u{7}", Some(true)),
            (r"^[\PC\n]*$", "a\nb", Some(true)),
            (r"^[\PC\n]*$", "a\tb", Some(false)),
            (r"^\pL$", "a", None),
            ("[", "a", None),
            (r"\", "a", None),
        ];
        for (pattern, text, wanted) in cases {
            assert_eq!(matches(pattern, text), wanted, "{pattern} and {text:?}");
        }
    }
}
