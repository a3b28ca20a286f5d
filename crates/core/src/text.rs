//! Small work on text.

use crate::prelude::*;

/// The text on one line, fit to be shown: control characters could forge others.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|next| if next.is_control() { '\u{fffd}' } else { next }).collect()
}

/// What stands before and behind the first `mark`.
///
/// `str` has it too, with a searcher that costs the WebAssembly file three kilobytes.
pub(crate) fn split_once<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = text.as_bytes().windows(mark.len()).position(|window| window == mark.as_bytes())?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
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
    use super::{digits, split_once};
    use crate::prelude::*;

    #[test]
    fn numbers_as_display_has_them() {
        for number in [0, 9, 10, 204, 120_000, u64::MAX] {
            assert_eq!(digits(number), number.to_string());
        }
    }

    #[test]
    fn as_str_has_it() {
        for (text, mark) in [("a://b://c", "://"), ("é, ü", ", "), ("", "x"), ("ab", "abc"), ("x", "x")] {
            assert_eq!(split_once(text, mark), text.split_once(mark), "{text} {mark}");
        }
    }
}
