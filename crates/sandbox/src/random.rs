//! Randomness from a seed: uids, generated names, how long a watch lasts.

/// SplitMix64, by Steele, Lea and Flood (2014): a few lines, and good enough for names.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

/// apimachinery's alphabet for generated names: no vowels, no look-alikes.
const ALPHABET: [u8; 27] = *b"bcdfghjklmnpqrstvwxz2456789";

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A random uid (RFC 9562, version 4).
    pub(crate) fn uid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }

    /// What a generated name ends in: five letters or digits.
    pub(crate) fn suffix(&mut self) -> String {
        let mut bits = self.next();
        let mut suffix = String::new();
        for _ in 0..5 {
            let index = usize::try_from(bits % 27).unwrap_or_default();
            suffix.extend(ALPHABET.get(index).map(|&byte| char::from(byte)));
            bits /= 27;
        }
        suffix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_it_all() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        let uid = one.uid();
        assert_eq!(uid, two.uid());
        assert_ne!(uid, one.uid());
        assert_eq!((uid.len(), uid.get(14..15)), (36, Some("4")));
        let suffix = one.suffix();
        assert!(suffix.len() == 5 && suffix.bytes().all(|byte| ALPHABET.contains(&byte)));
    }
}
