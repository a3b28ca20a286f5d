//! Who wants to lead, and by which times.

use core::time::Duration;

use crate::error::BuildError;
use crate::prelude::*;
use crate::text::digits;

/// Who wants to lead: the Lease, our name in it, and the times. client-go's `LeaderElectionConfig`, with its defaults.
///
/// ```
/// use core::time::Duration;
/// use kubewire::machine::{Candidate, Election};
///
/// let candidate = Candidate::new("shop", "controller", "controller-7d4f").lease_duration(Duration::from_secs(30));
/// assert!(Election::new(&candidate, 1).is_ok());
/// let hasty = candidate.renew_deadline(Duration::from_secs(40));
/// assert!(Election::new(&hasty, 1).is_err_and(|error| error.to_string().contains("renewDeadline")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) identity: String,
    pub(super) lease: u64,
    pub(super) deadline: u64,
    pub(super) retry: u64,
}

impl Candidate {
    /// Wants the Lease `name` in `namespace`, as `identity`: a name that no other candidate has, such as the pod's.
    #[must_use]
    pub fn new(namespace: &str, name: &str, identity: &str) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
            identity: identity.into(),
            lease: 15_000,
            deadline: 10_000,
            retry: 2_000,
        }
    }

    /// How long others wait, after the last renewal that they saw, before they take over. 15 s; whole seconds, rounded up.
    #[must_use]
    pub fn lease_duration(mut self, duration: Duration) -> Self {
        self.lease = millis(duration).div_ceil(1000).saturating_mul(1000);
        self
    }

    /// How long a leader leads without a renewal. 10 s. What lies between this and the lease's duration is what clocks may differ in speed.
    #[must_use]
    pub fn renew_deadline(mut self, duration: Duration) -> Self {
        self.deadline = millis(duration);
        self
    }

    /// How often a leader renews, and, with some chance, how often the others look. 2 s.
    #[must_use]
    pub fn retry_period(mut self, duration: Duration) -> Self {
        self.retry = millis(duration);
        self
    }

    /// client-go's rules: lease > deadline > 1.2 × retry.
    pub(super) fn check(&self) -> Result<(), BuildError> {
        let seconds = |millis: u64| [&*digits(millis), " ms"].concat();
        if self.identity.is_empty() {
            let expected = "a name that no other candidate has, such as the pod's";
            return Err(BuildError::value("identity", "", expected));
        }
        if self.retry == 0 || self.deadline <= self.retry.saturating_add(self.retry / 5) {
            let expected = "more than 1.2 times the retryPeriod, which is more than 0";
            return Err(BuildError::value("renewDeadline", &seconds(self.deadline), expected));
        }
        if self.lease <= self.deadline {
            return Err(BuildError::value(
                "renewDeadline",
                &seconds(self.deadline),
                "less than the leaseDuration",
            ));
        }
        Ok(())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
