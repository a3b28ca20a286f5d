//! Steps over nested values by a table of byte classes.

use super::skip::skip_string;

const PLAIN: u8 = 0;
const QUOTE: u8 = 1;
const OPEN: u8 = 2;
const CLOSE: u8 = 3;

/// What a byte means outside of strings.
#[allow(clippy::indexing_slicing, reason = "a byte's index into 256 places, when the program is compiled")]
const CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    classes[b'"' as usize] = QUOTE;
    classes[b'{' as usize] = OPEN;
    classes[b'[' as usize] = OPEN;
    classes[b'}' as usize] = CLOSE;
    classes[b']' as usize] = CLOSE;
    classes
};

fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(PLAIN)
}

/// From `at`, which lies outside of strings below `depth` open brackets, to behind the bracket that closes them all.
pub(super) fn skip_nested(bytes: &[u8], mut at: usize, mut depth: usize) -> Option<usize> {
    loop {
        let class = class(*bytes.get(at)?);
        if class == QUOTE {
            at = skip_string(bytes, at)?;
            continue;
        }
        at += 1;
        if class == OPEN {
            depth += 1;
        } else if class == CLOSE {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
}
