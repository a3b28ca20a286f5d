//! What programs hold.

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kubewire::machine::{self, Candidate, LogFollow, LogStream, OnExpired, Once, WatchStream};
use kubewire::{
    Answer, Config, Error, IntoCall, Item, Listing, Log, Need, Now, ReadError, Session, SharedStore, reading,
};

use crate::conversation::Conversation;
use crate::election::Election;
use crate::events::{FollowedLogs, Informer, Logs, Pages, Watch, Watcher};
use crate::transport::Transport;

/// A connection to one API server as one identity. Clones share it, its connections and its credentials.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    session: Mutex<Session>,
    epoch: tokio::time::Instant,
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
    /// let client = kubewire_tokio::Client::new(config)?;
    /// # Ok::<(), kubewire::Error>(())
    /// ```
    ///
    /// # Errors
    /// As those of [`Client::in_cluster`].
    pub fn new(config: Config) -> Result<Self, Error> {
        let mut session = config.session()?;
        // What is missing shows now, and not at the first call.
        session.warm_by(Now::default(), &|need| match need {
            Need::File(path) => Ok(std::fs::read(path)?.into()),
            _ => Err(ReadError::Other("this host only reads files".into())),
        })?;
        let (session, epoch) = (Mutex::new(session), tokio::time::Instant::now());
        Ok(Self { shared: Arc::new(Shared { session, epoch, transport: Transport::default() }) })
    }

    /// Makes a call and waits for its answer. Dropped before it is there, the request ends.
    ///
    /// # Errors
    /// [`Error::Api`] where the server says no, and the other stages of [`Error`].
    pub async fn run<C: IntoCall>(&self, call: C) -> Result<C::Answer, Error> {
        let call = call.into_call()?;
        let mut conversation = Conversation::new(self.clone(), Once::new(call.draft().clone()));
        let answer = poll_fn(|context| conversation.poll_next(context)).await.unwrap_or_else(|| {
            let problem = "the call ended without an answer".into();
            Err(Error::Protocol { call: call.draft().summary(), problem })
        });
        let (head, body) = answer?;
        C::Answer::decode(call.draft(), &head, body)
    }

    /// The changes of a kind's objects, as a stream. It ends when the server ends the watch, after less than five
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
    /// # async fn show(client: &kubewire_tokio::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// use kubewire::machine::OnExpired;
    /// let mut pages = client.pages(pods.list().limit(100), OnExpired::Fail)?;
    /// while let Some(page) = pages.next().await {
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
    /// # async fn show(client: &kubewire_tokio::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// use kubewire::machine::WatcherEvent;
    /// let mut watcher = client.watcher(pods.list().labels("app=web"))?;
    /// while let Some(event) = watcher.next().await {
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

    /// Keeps a store equal to what a list asks for, and tells each change. Whoever polls the stream keeps it going: give it a task, and the
    /// [store](Informer::store) to the others.
    ///
    /// ```no_run
    /// # async fn show(client: &kubewire_tokio::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// let mut informer = client.informer(pods.list())?;
    /// let store = informer.store();
    /// tokio::spawn(async move { while let Some(event) = informer.next().await { println!("{event:?}") } });
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
        Ok(Informer::new(self, reading::informer(store, lists, entropy())?))
    }

    /// Waits until an object is as `until` wants it, and gives it; `None` where it was wanted that there is none. `until` is asked about the
    /// object as it is, and again after each change; [`conditions`](kubewire::conditions) has kubectl's questions.
    ///
    /// ```no_run
    /// # async fn show(client: &kubewire_tokio::Client, pods: kubewire::Api<kubewire::Object>) -> Result<(), kubewire::Error> {
    /// use kubewire::conditions;
    /// let minute = std::time::Duration::from_secs(60);
    /// let ready = |pod: Option<&kubewire::Object>| pod.is_some_and(|pod| conditions::has(pod, "Ready", "True"));
    /// client.wait(pods.list().named("web"), minute, ready).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Timeout`] after `limit`, [`Error::Build`], and what no patience mends: no rights, no such resource.
    pub async fn wait<L: Listing>(
        &self,
        list: impl IntoCall<Answer = L>,
        limit: Duration,
        until: impl FnMut(Option<&L::Object>) -> bool + Send + 'static,
    ) -> Result<Option<L::Object>, Error> {
        let wait = reading::wait(list, entropy(), limit, until)?;
        let mut conversation = Conversation::new(self.clone(), wait);
        let met = poll_fn(|context| conversation.poll_next(context)).await.unwrap_or(Ok(None))?;
        met.map(L::read).transpose()
    }

    /// Takes part in a leader election, in a task of its own.
    ///
    /// ```no_run
    /// # async fn show(client: &kubewire_tokio::Client) -> Result<(), kubewire::Error> {
    /// use kubewire::machine::Candidate;
    /// let election = client.elect(&Candidate::new(&client.namespace(), "controller", "pod-1"))?;
    /// while !election.is_leader() {
    ///     tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Build`] where a name is none, or the times do not fit.
    pub fn elect(&self, candidate: &Candidate) -> Result<Election, Error> {
        Ok(Election::new(self, machine::Election::new(candidate, entropy())?))
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

    /// A moment on the client's clock. Beyond all that one waits for, a year is as good as any.
    pub(crate) fn instant(&self, at: u64) -> tokio::time::Instant {
        self.shared.epoch + Duration::from_millis(at.min(self.now().mono + 365 * 86_400_000))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.session().fmt(f)
    }
}

/// The standard library's own randomness: enough to spread retries.
pub(crate) fn entropy() -> u64 {
    RandomState::new().hash_one(0)
}
