//! Where names, addresses and digests come from.

/// A small generator of numbers (xorshift64*): the same pods in every run.
pub struct Seed(u64);

impl Seed {
    pub const FIRST: Self = Self(0x9E37_79B9_7F4A_7C15);

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from_digit((self.next() >> 40) as u32 % 16, 16).unwrap_or('0')).collect()
    }

    pub fn uid(&mut self) -> String {
        [8, 4, 4, 4, 12].map(|length| self.hex(length)).join("-")
    }

    /// A moment of this year, as servers write it.
    pub fn moment(&mut self) -> String {
        let (month, day) = (self.below(12) + 1, self.below(28) + 1);
        format!("2026-{month:02}-{day:02}T{:02}:{:02}:17Z", self.below(24), self.below(60))
    }
}
