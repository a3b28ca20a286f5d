//! What a host keeps for an authority.

use std::sync::{Mutex, PoisonError};

use super::SharedSession;
use crate::error::{Failure, FailureKind};
use crate::session::{TlsId, Trust};

/// What a host keeps for the trust of the moment, such as its idle connections: made when it is first wanted, and forgotten when the authority
/// changes. One slot, for a number that has passed never comes again.
pub struct ForTrust<T>(Mutex<Option<(TlsId, T)>>);

impl<T: Clone> ForTrust<T> {
    /// What belongs to a request's number; `make` makes it, of whom to trust.
    ///
    /// # Errors
    /// Those of `make`, and a failure that is tried again where the number has just passed.
    pub fn get(
        &self,
        session: &SharedSession,
        tls: TlsId,
        make: impl FnOnce(Trust) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let trust = session.lock().tls(tls);
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kept)) = slot.as_ref().filter(|(number, _)| *number == tls) {
            return Ok(kept.clone());
        }
        let passed = || Failure::unsent(FailureKind::Reset, "the authority was changed just now");
        let made = make(trust.ok_or_else(passed)?)?;
        *slot = Some((tls, made.clone()));
        Ok(made)
    }
}

impl<T> Default for ForTrust<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> core::fmt::Debug for ForTrust<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ForTrust")
    }
}
