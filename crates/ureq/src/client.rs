//! What programs hold.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kubewire::machine::{Once, WatchStream};
use kubewire::{Answer, Config, Error, IntoCall, Now, Op, Session, Warm};

use crate::conversation::Conversation;
use crate::transport::{self, Transport};
use crate::watch::Watch;

/// A connection to one API server as one identity. Clones share it, its connections and its credentials.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    session: Mutex<Session>,
    epoch: Instant,
    pub(crate) transport: Transport,
}

impl Client {
    /// The client of the pod that the program runs in.
    ///
    /// # Errors
    /// [`Error::Config`]: not in a pod, no mount, or a file that is broken; the error says which, and how to mend it.
    pub fn in_cluster() -> Result<Self, Error> {
        Self::new(Config::in_cluster(&|name| std::env::var(name).ok())?)
    }

    /// A client with choices of its own.
    ///
    /// ```no_run
    /// use kubewire::Config;
    /// let config = Config::server("https://127.0.0.1:6443")?.mount("/tmp/mount");
    /// let client = kubewire_ureq::Client::new(config)?;
    /// # Ok::<(), kubewire::Error>(())
    /// ```
    ///
    /// # Errors
    /// As those of [`Client::in_cluster`].
    pub fn new(config: Config) -> Result<Self, Error> {
        let session = Mutex::new(config.session()?);
        let client = Self {
            shared: Arc::new(Shared { session, epoch: Instant::now(), transport: Transport::default() }),
        };
        client.warm()?;
        Ok(client)
    }

    /// Reads every file, so that what is missing shows now and not at the first call.
    fn warm(&self) -> Result<(), Error> {
        loop {
            let warm = self.session().warm(self.now())?;
            match warm {
                Warm::Need(number, need) => {
                    self.session().provide(number, transport::provide(&need), self.now());
                }
                Warm::Wait(until) => self.sleep_until(until),
                _ => return Ok(()),
            }
        }
    }

    /// Makes a call and waits for its answer.
    ///
    /// # Errors
    /// [`Error::Api`] where the server says no, and the other stages of [`Error`].
    pub fn run<C: IntoCall>(&self, call: C) -> Result<C::Answer, Error> {
        let call = call.into_call()?;
        let mut conversation = Conversation::new(self.clone(), Once::new(call.draft().clone()));
        let answer = conversation.next().unwrap_or_else(|| {
            let problem = "the call ended without an answer".into();
            Err(Error::Protocol { call: call.draft().summary(), problem })
        });
        let (head, body) = answer?;
        C::Answer::decode(call.draft(), &head, body)
    }

    /// The changes of a kind's objects, as an iterator that blocks. It ends when the server ends the watch, after less than five
    /// minutes; dropping it ends the request.
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn watch<K>(&self, watch: Op<K>) -> Result<Watch<K>, Error> {
        let call = watch.call()?;
        Ok(Watch::new(Conversation::new(self.clone(), WatchStream::new(call.draft(), entropy()))))
    }

    /// The namespace that the program lives in: `POD_NAMESPACE`, else the mount's, else `default`.
    #[must_use]
    pub fn namespace(&self) -> String {
        self.session().namespace().to_owned()
    }

    /// The session, which is never held over IO.
    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.shared.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // 64 bits of milliseconds last half a billion years.
        Now { mono: self.shared.epoch.elapsed().as_millis() as u64, wall: wall.as_millis() as u64 }
    }

    pub(crate) fn sleep_until(&self, until: u64) {
        std::thread::sleep(Duration::from_millis(until.saturating_sub(self.now().mono)));
    }
}

/// The standard library's own randomness: enough to spread retries.
pub(crate) fn entropy() -> u64 {
    RandomState::new().hash_one(0)
}
