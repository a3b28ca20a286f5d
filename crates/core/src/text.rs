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

#[cfg(test)]
mod tests {
    use super::split_once;

    #[test]
    fn as_str_has_it() {
        for (text, mark) in [("a://b://c", "://"), ("é, ü", ", "), ("", "x"), ("ab", "abc"), ("x", "x")] {
            assert_eq!(split_once(text, mark), text.split_once(mark), "{text} {mark}");
        }
    }
}
