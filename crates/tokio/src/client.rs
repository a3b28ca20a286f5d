//! What programs hold.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kubewire::host::{ForTrust, SharedSession};
use kubewire::machine::{Candidate, OnExpired};
use kubewire::reading::{self, Asking, Awaiting, Reading};
use kubewire::{Config, Error, IntoCall, Item, Listing, Log, Now, SharedStore};
use tokio::time::Instant;

use crate::election::Election;
use crate::events::{Events, FollowedLogs, Informer, Logs, Pages, Watch, Watcher};
use crate::transport::Pool;

/// A connection to one API server as one identity. Clones share it, its connections and its credentials.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) session: SharedSession,
    pub(crate) pools: Arc<ForTrust<Arc<Pool>>>,
    epoch: Instant,
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
        let session = SharedSession::new(config, |path| std::fs::read(path))?;
        Ok(Self { session, pools: Arc::default(), epoch: Instant::now() })
    }

    /// Makes a call and waits for its answer. Dropped before it is there, the request ends.
    ///
    /// # Errors
    /// [`Error::Api`] where the server says no, and the other stages of [`Error`].
    pub async fn run<C: IntoCall>(&self, call: C) -> Result<C::Answer, Error> {
        self.only::<Asking<C::Answer>>(reading::ask(call)?).await
    }

    /// The changes of a kind's objects, as a stream. It ends when the server ends the watch, after less than five
    /// minutes; dropping it ends the request.
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn watch<K: Item>(&self, watch: impl IntoCall<Answer = K>) -> Result<Watch<K>, Error> {
        Ok(Events::new(self, reading::watch(watch, entropy())?))
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
        Ok(Events::new(self, reading::pages(list, on_expired)?))
    }

    /// The lines of a log, as they come; at most a mebibyte of each is kept.
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn logs(&self, log: impl IntoCall<Answer = Log>) -> Result<Logs, Error> {
        Ok(Events::new(self, reading::logs(log)?))
    }

    /// The lines of a log as its container writes them, until it ends; each with its time. A lost connection is told as an error, and the log goes on
    /// where it was: no line is lost, and none comes twice.
    ///
    /// # Errors
    /// [`Error::Build`]. What goes wrong later comes as an item.
    pub fn follow_logs(&self, log: impl IntoCall<Answer = Log>) -> Result<FollowedLogs, Error> {
        Ok(Events::new(self, reading::follow_logs(log, entropy())?))
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
        Ok(Events::new(self, reading::watcher(list, entropy())?))
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
        Ok(Events::new(self, reading::informer(store, lists, entropy())?))
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
        self.only::<Awaiting<L>>(reading::wait(list, entropy(), limit, until)?).await
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
        Ok(Election::new(self, reading::elect(candidate, entropy())?))
    }

    /// The namespace that the program lives in: `POD_NAMESPACE`, else the mount's, else `default`.
    #[must_use]
    pub fn namespace(&self) -> String {
        self.session.namespace()
    }

    /// The one answer of a machine that tells one.
    async fn only<R: Reading>(&self, machine: R::Machine) -> Result<R::Item, Error> {
        Events::<R>::new(self, machine).next().await.unwrap_or_else(|| Err(reading::unanswered()))
    }

    pub(crate) fn now(&self) -> Now {
        Now::of(self.epoch.elapsed(), SystemTime::now())
    }

    /// A moment on the client's clock. Beyond all that one waits for, a year is as good as any.
    pub(crate) fn instant(&self, at: u64) -> Instant {
        self.epoch + Duration::from_millis(at.min(self.now().mono + 365 * 86_400_000))
    }
}

/// The standard library's own randomness: enough to spread retries.
pub(crate) fn entropy() -> u64 {
    RandomState::new().hash_one(0)
}
