//! A session that many conversations share.

use alloc::sync::Arc;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::prelude::*;
use crate::session::{Config, Session};
use crate::time::Now;

/// A [`Session`] behind a lock: clones are the same session.
#[derive(Clone)]
pub struct SharedSession(Arc<Mutex<Session>>);

impl SharedSession {
    /// Makes a session. `read` reads files, which are all read once at the start: what is missing shows now, and not at the first call.
    ///
    /// # Errors
    /// [`Error::Config`] for a file that is missing or broken; the error says which, and how to mend it.
    pub fn new(config: Config, read: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, Error> {
        let mut session = config.session()?;
        session.warm_by(Now::default(), &|need| need.read_by(&read))?;
        Ok(Self(Arc::new(Mutex::new(session))))
    }

    /// The session, never to be held over IO.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The namespace that the program lives in: see [`Session::namespace`].
    #[must_use]
    pub fn namespace(&self) -> String {
        self.lock().namespace().to_owned()
    }
}

impl core::fmt::Debug for SharedSession {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.lock().fmt(f)
    }
}
