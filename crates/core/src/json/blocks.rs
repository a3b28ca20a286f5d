//! Steps over nested values 64 bytes at once.
//!
//! Each block becomes four masks, a bit a byte; which bytes lie in strings is then a matter of a few shifts. The way is
//! [simdjson's](https://arxiv.org/abs/1902.08318).

use wide::u8x16;

use super::bytewise;

const BLOCK: usize = 64;

/// Which bytes of a block are what, the first byte in the lowest bit.
#[derive(Default)]
struct Masks {
    quotes: u64,
    backslashes: u64,
    /// Braces and brackets.
    opens: u64,
    closes: u64,
}

impl Masks {
    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        let mut masks = Self::default();
        let (parts, _) = block.as_chunks::<16>();
        for (part, shift) in parts.iter().zip((0..).step_by(16)) {
            let bytes = u8x16::new(*part);
            // A brace differs from a bracket by this bit alone.
            let braces = bytes | u8x16::splat(0x20);
            let mask = |bytes: u8x16, wanted: u8| {
                u64::from(bytes.simd_eq(u8x16::splat(wanted)).to_bitmask()) << shift
            };
            masks.quotes |= mask(bytes, b'"');
            masks.backslashes |= mask(bytes, b'\\');
            masks.opens |= mask(braces, b'{');
            masks.closes |= mask(braces, b'}');
        }
        masks
    }
}

/// Where a reader stands between two blocks.
#[derive(Default)]
struct State {
    /// All ones within a string.
    inside: u64,
    /// 1 where the next byte is escaped.
    escaped: u64,
}

impl State {
    /// The brackets of a block that are no text: what opens, and what closes. `None` where a backslash is no text either, as in no JSON: then nothing is sure of
    /// what comes behind it.
    #[inline]
    fn brackets(&mut self, masks: &Masks) -> Option<(u64, u64)> {
        let quotes = masks.quotes & !self.escaped(masks.backslashes);
        // Each bit becomes the parity of the quotes up to it.
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.inside;
        self.inside = if inside >> (BLOCK - 1) == 1 { u64::MAX } else { 0 };
        (masks.backslashes & !inside == 0).then_some((masks.opens & !inside, masks.closes & !inside))
    }

    /// What stands behind a backslash that is not itself escaped.
    #[inline]
    fn escaped(&mut self, backslashes: u64) -> u64 {
        let mut escaped = core::mem::take(&mut self.escaped);
        let mut left = backslashes & !escaped;
        while left != 0 {
            let backslash = left & left.wrapping_neg();
            let next = backslash << 1;
            // Behind the block's last byte.
            self.escaped |= u64::from(next == 0);
            escaped |= next;
            left &= !(backslash | next);
        }
        escaped
    }
}

/// From `at`, which lies outside of strings below `depth` open brackets, to behind the bracket that closes them all.
pub(super) fn skip_nested(bytes: &[u8], start: usize, below: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, below);
    let mut state = State::default();
    loop {
        let rest = bytes.get(at..)?;
        let mut last = [b' '; BLOCK];
        let block = match rest.first_chunk() {
            Some(block) => block,
            None if rest.is_empty() => return None,
            None => {
                last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                &last
            }
        };
        let Some((opens, closes)) = state.brackets(&Masks::of(block)) else {
            return bytewise::skip_nested(bytes, start, below);
        };
        let count = closes.count_ones() as usize;
        if count < depth {
            depth = depth + opens.count_ones() as usize - count;
        } else {
            // It may end here.
            let mut brackets = opens | closes;
            while brackets != 0 {
                let place = brackets.trailing_zeros();
                if opens >> place & 1 == 1 {
                    depth += 1;
                } else {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at + place as usize + 1);
                    }
                }
                brackets &= brackets - 1;
            }
        }
        at += BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_ends_where_byte_by_byte_ends(text in "([{}\\[\\]\"\\\\ax]|\\\\\"|\\\\\\\\){0,200}", depth in 1..4usize, at in 0..70usize) {
            let bytes = text.as_bytes();
            prop_assert_eq!(skip_nested(bytes, at, depth), bytewise::skip_nested(bytes, at, depth), "{}", text);
        }
    }
}
