//! The faults that a sandbox was told of.

use kubewire::Verb;

use super::{Effect, Fault};
use crate::random::Random;
use crate::wire::Place;

/// In the order in which they were told; the first that fits a request befalls it.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    rules: Vec<Fault>,
    /// Dice of their own: what else the sandbox rolls does not depend on the faults.
    random: Random,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rules: Vec::new(), random: Random::new(!seed) }
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.rules.push(fault);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What befalls a request.
    pub(crate) fn befall(&mut self, verb: Verb, place: &Place) -> Option<Effect> {
        for rule in self.rules.iter_mut().filter(|rule| rule.fits(verb, place)) {
            if rule.times == Some(0) || rule.chance < 100 && self.random.next() % 100 >= rule.chance.into() {
                continue;
            }
            if rule.spared > 0 {
                rule.spared -= 1;
                continue;
            }
            rule.times = rule.times.map(|times| times - 1);
            return Some(rule.effect);
        }
        None
    }
}
