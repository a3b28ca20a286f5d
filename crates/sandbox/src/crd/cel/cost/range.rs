//! From how little to how much: sizes, and what something costs.
//!
//! Source: `SizeEstimate` and `CostEstimate` in `github.com/google/cel-go/checker/cost.go`.

/// What is too much to be told stays the largest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: u64,
    pub(super) most: u64,
}

impl Range {
    pub(super) const NOTHING: Self = Self::fixed(0);
    pub(super) const UNKNOWN: Self = Self { least: 0, most: u64::MAX };
    /// What takes in any other when the two are joined.
    pub(super) const EMPTY: Self = Self { least: u64::MAX, most: 0 };

    pub(super) const fn fixed(number: u64) -> Self {
        Self { least: number, most: number }
    }

    pub(super) const fn up_to(most: u64) -> Self {
        Self { least: 0, most }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { least: self.least.saturating_add(other.least), most: self.most.saturating_add(other.most) }
    }

    pub(super) fn times(self, other: Self) -> Self {
        Self { least: self.least.saturating_mul(other.least), most: self.most.saturating_mul(other.most) }
    }

    /// So much for each, rounded up.
    pub(super) fn at(self, price: f64) -> Self {
        Self { least: priced(self.least, price), most: priced(self.most, price) }
    }

    /// What takes in both.
    pub(super) fn or(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }
}

/// The server reckons with floating point, and its last digit is told.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the server does the same, and a number that is too large becomes the largest"
)]
fn priced(number: u64, price: f64) -> u64 {
    (number as f64 * price).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_stays_the_largest() {
        assert_eq!(Range::UNKNOWN.plus(Range::fixed(1)), Range { least: 1, most: u64::MAX });
        assert_eq!(Range::UNKNOWN.times(Range::fixed(3)).most, u64::MAX);
        assert_eq!(Range::UNKNOWN.at(2.0).most, u64::MAX);
        assert_eq!(Range::fixed(70).at(0.1), Range::fixed(7));
        assert_eq!(Range::fixed(71).at(0.1), Range::fixed(8));
        assert_eq!(Range::fixed(3).at(0.25), Range::fixed(1));
        assert_eq!(Range::fixed(3).or(Range::fixed(5)), Range { least: 3, most: 5 });
    }
}
