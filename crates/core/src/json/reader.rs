//! Finds values in JSON bytes without decoding what lies between.
//!
//! The reader tracks strings and nesting, and nothing else: it does not judge literals, escapes, UTF-8 or whether a `]`
//! closes a `[`. Whoever decodes a slice judges that slice. It never panics and never recurses, whatever it is given.

use super::skip::{skip, skip_string, space};
use crate::prelude::*;
use alloc::borrow::Cow;

/// The members of an object, or the elements of an array, one slice after the other.
///
/// Iteration stops at the first thing that is not JSON; [`Elements::complete`] tells that from a proper end.
pub(crate) struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
    close: u8,
    state: State,
}

#[derive(PartialEq)]
enum State {
    First,
    Next,
    Closed,
    Broken,
}

impl<'a> Elements<'a> {
    /// Opens the array or object that starts in `bytes` after white space. `None` where there is neither.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let at = space(bytes, 0);
        let close = match bytes.get(at)? {
            b'{' => b'}',
            b'[' => b']',
            _ => return None,
        };
        Some(Self { bytes, at: at + 1, close, state: State::First })
    }

    fn step(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let mut at = space(self.bytes, self.at);
        let byte = *self.bytes.get(at)?;
        match (byte, &self.state) {
            (_, State::Closed | State::Broken) => return None,
            (byte, _) if byte == self.close => {
                self.at = at + 1;
                self.state = State::Closed;
                return None;
            }
            (b',', State::Next) => at = space(self.bytes, at + 1),
            (_, State::First) => {}
            _ => return None,
        }
        let mut key: &[u8] = &[];
        if self.close == b'}' {
            let end = skip_string(self.bytes, at)?;
            key = self.bytes.get(at + 1..end - 1)?;
            at = space(self.bytes, end);
            if self.bytes.get(at) != Some(&b':') {
                return None;
            }
            at = space(self.bytes, at + 1);
        }
        let end = skip(self.bytes, at)?;
        let value = self.bytes.get(at..end)?;
        self.at = end;
        self.state = State::Next;
        Some((key, value))
    }
}

impl Elements<'_> {
    /// Whether the closing bracket was reached: otherwise the value is cut off or is no JSON.
    pub(crate) fn complete(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether nothing but white space stands behind the closing bracket.
    pub(crate) fn is_all(&self) -> bool {
        self.complete() && space(self.bytes, self.at) == self.bytes.len()
    }
}

impl<'a> Iterator for Elements<'a> {
    /// The raw key between its quotes (empty in an array), and the value.
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.step();
        if found.is_none() && self.state != State::Closed {
            self.state = State::Broken;
        }
        found
    }
}

/// The members of the object in `bytes`; none where it is no object.
fn members(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    Elements::open(bytes).filter(|object| object.close == b'}').into_iter().flatten()
}

/// The value at a path of member names. The first of equal keys wins; `null` counts as absent.
pub(crate) fn find<'a>(bytes: &'a [u8], path: &[&str]) -> Option<&'a [u8]> {
    path.iter()
        .try_fold(bytes, |value, name| {
            members(value).find(|(key, _)| is_key(key, name)).map(|(_, value)| value)
        })
        .filter(|value| !is_null(value))
}

/// The string at a path, unescaped.
pub(crate) fn text<'a>(bytes: &'a [u8], path: &[&str]) -> Option<Cow<'a, str>> {
    string(find(bytes, path)?)
}

/// The whole number at a path. A negative or fractional one counts as absent.
pub(crate) fn number(bytes: &[u8], path: &[&str]) -> Option<u64> {
    crate::text::number(core::str::from_utf8(find(bytes, path)?).ok()?)
}

/// Whether a value is the literal `null`.
fn is_null(value: &[u8]) -> bool {
    value == b"null"
}

/// A string value, unescaped; `None` where it is no string or not valid.
pub(crate) fn string(value: &[u8]) -> Option<Cow<'_, str>> {
    let raw = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let raw = core::str::from_utf8(raw).ok()?;
    if raw.contains('\\') { unescape(raw).map(Cow::Owned) } else { Some(Cow::Borrowed(raw)) }
}

/// Whether a raw key spells `name`, also where it is written with escapes.
pub(super) fn is_key(raw: &[u8], name: &str) -> bool {
    if raw.contains(&b'\\') {
        core::str::from_utf8(raw).ok().and_then(unescape).is_some_and(|key| key == name)
    } else {
        raw == name.as_bytes()
    }
}

/// RFC 8259 section 7.
fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            text.push(next);
            continue;
        }
        text.push(match rest.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode(&mut rest)?,
            plain @ ('"' | '\\' | '/') => plain,
            _ => return None,
        });
    }
    Some(text)
}

/// A `\u` escape, or the pair of them that spells one character beyond the basic plane.
fn unicode(rest: &mut core::str::Chars<'_>) -> Option<char> {
    let first = hex4(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    if rest.next()? != '\\' || rest.next()? != 'u' {
        return None;
    }
    let second = hex4(rest)?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + second)
}

fn hex4(rest: &mut core::str::Chars<'_>) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        value = value << 4 | rest.next()?.to_digit(16)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &[u8] =
        br#" { "kind" : "Pod", "metadata": {"name":"a\"b","n\u0061mespace":"x","labels":null}, "n":[1, {"a":"}"} ,[]] } "#;

    #[test]
    fn finds_by_path() {
        assert_eq!(text(POD, &["kind"]).unwrap(), "Pod");
        assert_eq!(text(POD, &["metadata", "name"]).unwrap(), "a\"b");
        assert_eq!(text(POD, &["metadata", "namespace"]).unwrap(), "x");
        assert_eq!(find(POD, &["metadata", "labels"]), None);
        assert_eq!(find(POD, &["metadata", "uid"]), None);
        assert_eq!(find(POD, &["kind", "x"]), None);
    }

    #[test]
    fn splits_arrays_and_knows_their_end() {
        let array = find(POD, &["n"]).unwrap();
        let mut elements = Elements::open(array).unwrap();
        let values: Vec<_> = elements.by_ref().map(|(_, value)| value).collect();
        assert_eq!(values, [&b"1"[..], br#"{"a":"}"}"#, b"[]"]);
        assert!(elements.complete());
    }

    #[test]
    fn notices_what_is_cut_off_or_malformed() {
        for bad in
            ["[1,", "[1 2]", "[", "[,]", "[1,,2]", "[\"a]", "{\"a\" 1}", "{\"a\":}", "{1:2}", "[{]", "[1,]"]
        {
            let mut elements = Elements::open(bad.as_bytes()).unwrap();
            elements.by_ref().for_each(drop);
            assert!(!elements.complete(), "{bad}");
        }
    }

    #[test]
    fn unescapes() {
        assert_eq!(string(br#""\u00e9\ud83d\ude00\n\/""#).unwrap(), "é😀\n/");
        for bad in [r#""\ud83d""#, r#""\ud83dx""#, r#""\x""#, r#""\u12""#, "\"", "a"] {
            assert_eq!(string(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn reads_whole_numbers() {
        assert_eq!(number(br#"{"a":42}"#, &["a"]), Some(42));
        assert_eq!(number(br#"{"a":-1}"#, &["a"]), None);
        assert_eq!(number(br#"{"a":1.5}"#, &["a"]), None);
    }
}
