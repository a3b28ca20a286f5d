//! What programs hold.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kubewire::machine::{self, Candidate, LogFollow, LogStream, OnExpired, Once, WatchStream};
use kubewire::{Answer, Config, Error, IntoCall, Item, Listing, Log, Now, Session, SharedStore, reading};

use crate::conversation::Conversation;
use crate::election::Election;
use crate::events::{FollowedLogs, Informer, Logs, Pages, Watch, Watcher};
use crate::transport::{self, Transport};

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
        let mut session = config.session()?;
        // What is missing shows now, and not at the first call.
        session.warm_by(Now::default(), &transport::provide)?;
        let (session, epoch) = (Mutex::new(session), Instant::now());
        Ok(Self { shared: Arc::new(Shared { session, epoch, transport: Transport::default() }) })
    }

    /// Makes a call and waits for its answer.
    ///
    /// # Errors
    /// [`Error::Api`] where the server says no, and the other stages of [`Error`].
    pub fn run<C: IntoCall>(&self, call: C) -> Result<C::Answer, Error> {
        let call = call.into_call()?;
        let mut conversation = Conversation::new(self.clone(), Once::new(call.draft().clone()), false);
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
    pub fn watch<K: Item>(&self, watch: impl IntoCall<Answer = K>) -> Result<Watch<K>, Error> {
        Ok(Watch::new(self, WatchStream::new(watch.into_call()?.draft(), entropy())))
    }

    /// The pages of a list, each asked for when it is wanted: 500 objects, or the call's `limit`. A list that is long to read may
    /// [expire](OnExpired) on the way.
    ///
    /// ```no_run
    /// # fn show(client: &kubewire_ureq::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// use kubewire::machine::OnExpired;
    /// for page in client.pages(pods.list().limit(100), OnExpired::Fail)? {
    ///     println!("{} more pods", page?.list.items.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn pages<C: IntoCall>(&self, list: C, on_expired: OnExpired) -> Result<Pages<C::Answer>, Error> {
        Ok(Pages::new(self, machine::Pages::new(list.into_call()?.draft(), on_expired)))
    }

    /// The lines of a log, as they come; at most a mebibyte of each is kept.
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn logs(&self, log: impl IntoCall<Answer = Log>) -> Result<Logs, Error> {
        Ok(Logs::new(self, LogStream::new(log.into_call()?.draft().clone())))
    }

    /// The lines of a log as its container writes them, until it ends; each with its time. A lost connection is told as an error, and the log goes on
    /// where it was: no line is lost, and none comes twice.
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn follow_logs(&self, log: impl IntoCall<Answer = Log>) -> Result<FollowedLogs, Error> {
        Ok(FollowedLogs::new(self, LogFollow::new(log.into_call()?.draft(), entropy())))
    }

    /// What a list asks for, and every change since, through whatever happens to the connection. It never ends by itself: errors come as
    /// items, and it tries again.
    ///
    /// ```no_run
    /// # fn show(client: &kubewire_ureq::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// use kubewire::machine::WatcherEvent;
    /// for event in client.watcher(pods.list().labels("app=web"))? {
    ///     match event {
    ///         Ok(WatcherEvent::InitApply(pod) | WatcherEvent::Apply(pod)) => println!("{} is there", pod.name()),
    ///         Ok(WatcherEvent::Delete(pod)) => println!("{} is gone", pod.name()),
    ///         Ok(_) => {}
    ///         Err(error) => eprintln!("{error}; going on"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn watcher<L: Listing>(&self, list: impl IntoCall<Answer = L>) -> Result<Watcher<L>, Error> {
        Ok(Watcher::new(self, reading::watcher(list, entropy())?))
    }

    /// Keeps a store equal to what a list asks for, and tells each change. Whoever pulls the iterator keeps it going: give it a thread, and
    /// the [store](Informer::store) to the others.
    ///
    /// ```no_run
    /// # fn show(client: &kubewire_ureq::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// let informer = client.informer(pods.list())?;
    /// let store = informer.store();
    /// std::thread::spawn(move || informer.for_each(|event| println!("{event:?}")));
    /// println!("{} pods", store.read().len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::watcher`].
    pub fn informer<L: Listing>(&self, list: impl IntoCall<Answer = L>) -> Result<Informer<L>, Error> {
        self.informer_over(SharedStore::default(), [list])
    }

    /// As [`Client::informer`], into a store of the caller's, which may have indexes, and over several lists: an object that several of
    /// them have is kept once.
    ///
    /// # Errors
    /// As [`Client::watcher`].
    pub fn informer_over<L: Listing>(
        &self,
        store: SharedStore<L::Kept>,
        lists: impl IntoIterator<Item = impl IntoCall<Answer = L>>,
    ) -> Result<Informer<L>, Error> {
        Ok(Informer::threaded(self, reading::informer(store, lists, entropy())?))
    }

    /// Waits until an object is as `until` wants it, and gives it; `None` where it was wanted that there is none. `until` is asked about the
    /// object as it is, and again after each change; [`conditions`](kubewire::conditions) has kubectl's questions.
    ///
    /// ```no_run
    /// # fn show(client: &kubewire_ureq::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// use kubewire::conditions;
    /// let minute = std::time::Duration::from_secs(60);
    /// let ready = |pod: Option<&kubewire::Object>| pod.is_some_and(|pod| conditions::has(pod, "Ready", "True"));
    /// client.wait(pods.list().named("web"), minute, ready)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Timeout`] after `limit`, [`Error::Build`], and what no patience mends: no rights, no such resource.
    pub fn wait<L: Listing>(
        &self,
        list: impl IntoCall<Answer = L>,
        limit: Duration,
        until: impl FnMut(Option<&L::Object>) -> bool + Send + 'static,
    ) -> Result<Option<L::Object>, Error> {
        let wait = reading::wait(list, entropy(), limit, until)?;
        // A read that blocks would keep it from looking at the clock.
        let met = Conversation::new(self.clone(), wait, true).next().unwrap_or(Ok(None))?;
        met.map(L::read).transpose()
    }

    /// Takes part in a leader election, in a thread of its own.
    ///
    /// ```no_run
    /// # fn show(client: &kubewire_ureq::Client) -> Result<(), kubewire::Error> {
    /// use kubewire::machine::Candidate;
    /// let election = client.elect(&Candidate::new(&client.namespace(), "controller", "pod-1"))?;
    /// while !election.is_leader() {
    ///     std::thread::sleep(std::time::Duration::from_millis(100));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Build`] where a name is none, or the times do not fit.
    pub fn elect(&self, candidate: &Candidate) -> Result<Election, Error> {
        Election::new(self, machine::Election::new(candidate, entropy())?)
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

    pub(crate) fn until(&self, until: u64) -> Duration {
        Duration::from_millis(until.saturating_sub(self.now().mono))
    }

    pub(crate) fn sleep_until(&self, until: u64) {
        std::thread::sleep(self.until(until));
    }
}

/// The standard library's own randomness: enough to spread retries.
pub(crate) fn entropy() -> u64 {
    RandomState::new().hash_one(0)
}
