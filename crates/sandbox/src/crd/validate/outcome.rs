//! What came out of a check.

use crate::validate::Fault;

/// The faults that were found, each once; and how many checks were passed, by which the server chooses whose faults it tells where a value could
/// have been one of several things.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) faults: Vec<Fault>,
    pub(super) passed: usize,
}

impl Outcome {
    pub(super) fn of(fault: Fault) -> Self {
        Self { faults: vec![fault], passed: 0 }
    }

    pub(super) fn add(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.passed += other.passed;
        other.faults.into_iter().for_each(|fault| self.add(fault));
    }

    /// Merges what one check of several says, which counts as one itself.
    pub(super) fn count(&mut self, other: Self) {
        self.merge(other);
        self.passed += 1;
    }

    pub(super) fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }
}
