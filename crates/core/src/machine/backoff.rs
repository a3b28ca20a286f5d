//! How long a conversation waits after a failure.

use crate::random::Random;

/// client-go's for its reflectors: 800 ms, doubled to 30 s, up to as much again by chance, forgotten after two minutes of peace.
const FIRST: u64 = 800;
const LONGEST: u64 = 30_000;
const PEACE: u64 = 120_000;
/// So long at most a server can ask us to wait.
const LONGEST_ASKED: u64 = 600_000;

/// Longer and longer waits, until there is peace.
#[derive(Debug)]
pub(crate) struct Backoff {
    random: Random,
    full: u64,
    /// When the last wait ends.
    until: u64,
}

impl Backoff {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), full: FIRST, until: 0 }
    }

    /// When to try again: after what the server asks for, if that is longer.
    pub(crate) fn until(&mut self, now: u64, asked: u64) -> u64 {
        if now.saturating_sub(self.until) > PEACE {
            self.full = FIRST;
        }
        let wait = self.full + self.random.below(self.full + 1);
        self.full = (self.full * 2).min(LONGEST);
        self.until = now.saturating_add(wait.max(asked.min(LONGEST_ASKED)));
        self.until
    }

    /// A number by chance, from 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.random.below(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_are_forgotten_in_peace() {
        let mut backoff = Backoff::new(7);
        let (mut now, mut full) = (1_000_000, FIRST);
        for _ in 0..10 {
            let until = backoff.until(now, 0);
            assert!((now + full..=now + 2 * full).contains(&until), "{}", until - now);
            (now, full) = (until, (2 * full).min(LONGEST));
        }
        assert_eq!(backoff.until(now, 90_000), now + 90_000);
        assert_eq!(backoff.until(now, u64::MAX), now + LONGEST_ASKED);
        now += LONGEST_ASKED + PEACE + 1;
        assert!(backoff.until(now, 0) <= now + 2 * FIRST);
    }
}
