//! Steps over values; within strings eight bytes at a time.

/// The first position at or behind `at` that is no white space.
#[inline]
pub(super) fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

/// The position behind the value that starts at `at`.
#[inline]
pub(super) fn skip(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => skip_string(bytes, at),
        b'{' | b'[' => skip_nested(bytes, at + 1, 1),
        b',' | b':' | b'}' | b']' => None,
        _ => {
            let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b'"' | b' ' | b'\n' | b'\t' | b'\r');
            let rest = bytes.get(at..)?;
            Some(at + rest.iter().position(ends).unwrap_or(rest.len()))
        }
    }
}

/// The position behind the value that `bytes` begin with, white space aside.
pub(crate) fn end(bytes: &[u8]) -> Option<usize> {
    skip(bytes, space(bytes, 0))
}

#[cfg(feature = "simd")]
pub(super) use super::blocks::skip_nested;
#[cfg(not(feature = "simd"))]
pub(super) use super::bytewise::skip_nested;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The high bit of the first byte of `word` that is `byte`, and perhaps of later ones: only the lowest counts.
#[inline]
fn marks(word: u64, byte: u8) -> u64 {
    let other = word ^ (LOW * byte as u64);
    other.wrapping_sub(LOW) & !other & HIGH
}

/// The position behind the string that starts at `at`.
#[inline]
pub(super) fn skip_string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*word);
            let found = marks(word, b'"') | marks(word, b'\\');
            if found != 0 {
                at += (found.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
