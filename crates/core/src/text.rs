//! Small work on text.

use crate::prelude::*;

/// The text on one line, fit to be shown: control characters could forge others.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|next| if next.is_control() { '\u{fffd}' } else { next }).collect()
}

/// The text as JSON would escape it, where a character is none that is seen: control characters, which a terminal obeys and which could
/// forge lines, and those that turn the direction of what follows.
pub(crate) fn printable(text: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut out = String::with_capacity(text.len());
    for next in text.chars() {
        let turns = matches!(next, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match next {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if turns || next.is_control() => {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    out.extend(HEX.get((next as usize >> shift) & 0xf));
                }
            }
            _ => out.push(next),
        }
    }
    out
}

/// What stands before and behind the first `mark`.
///
/// `str` has it too, with a searcher that costs the WebAssembly file three kilobytes.
pub(crate) fn split_once<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    // The table of built-in resources is searched so, at each call: by bytes it is several times as fast as by windows.
    let at = match mark.as_bytes() {
        [mark] => text.bytes().position(|byte| byte == *mark)?,
        mark => text.as_bytes().windows(mark.len()).position(|window| window == mark)?,
    };
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

/// The parts between the marks, as `str` has them: one where there is no mark.
pub(crate) fn split<'a>(text: &'a str, mark: &'static str) -> impl Iterator<Item = &'a str> {
    let mut left = Some(text);
    core::iter::from_fn(move || {
        let (part, rest) = split_once(left?, mark).map_or((left?, None), |(part, rest)| (part, Some(rest)));
        left = rest;
        Some(part)
    })
}

/// What stands before and behind the last `mark`, which is ASCII. `str` has it too, as above.
pub(crate) fn split_last(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The text without the slashes at its end.
pub(crate) fn without_last_slashes(mut text: &str) -> &str {
    while let Some(less) = text.strip_suffix('/') {
        text = less;
    }
    text
}

/// The number that the text is: decimal digits, and no sign.
pub(crate) fn number(text: &str) -> Option<u64> {
    let add = |sum: u64, byte: u8| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(digit.into())
    };
    if text.is_empty() { None } else { text.bytes().try_fold(0, add) }
}

/// Appends a number in decimal digits. (`Display` has it too, with signs and padding, for two kilobytes of the WebAssembly file.)
pub(crate) fn push_number(text: &mut String, number: u64) {
    if number > 9 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// A number in decimal digits.
pub(crate) fn digits(number: u64) -> String {
    let mut text = String::new();
    push_number(&mut text, number);
    text
}

#[cfg(test)]
mod tests {
    use super::{digits, number, printable, split, split_last, split_once};
    use crate::prelude::*;

    #[test]
    fn numbers() {
        for value in [0, 9, 10, 204, 120_000, u64::MAX] {
            assert_eq!(digits(value), value.to_string());
        }
        for (text, wanted) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("99999999999999999999", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1.5", None),
            ("a", None),
        ] {
            assert_eq!(number(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_not_seen_is_escaped() {
        let given = "a\n\t\u{1b}[31m\u{7f}\u{9b}\u{202e}é\\n";
        assert_eq!(printable(given), r"a\n\t\u001b[31m\u007f\u009b\u202eé\n");
    }

    #[test]
    fn as_str_has_it() {
        for (text, mark) in
            [("a://b://c", "://"), ("é, ü", ", "), ("", "x"), ("ab", "abc"), ("x", "x"), ("/a//b/", "/")]
        {
            assert_eq!(split_once(text, mark), text.split_once(mark), "{text} {mark}");
            assert!(split(text, mark).eq(text.split(mark)), "{text} {mark}");
            assert_eq!(split_last(text, b':'), text.rsplit_once(':'), "{text}");
        }
    }
}
