//! A host without sockets: Kubewire's own driver runs straight into a sandbox, with a clock that moves only when someone waits.

mod conversation;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kubewire::machine::{Machine, Once};
use kubewire::{Answer, Config, Error, IntoCall, Now, Session};

pub use conversation::Conversation;

use crate::sandbox::Sandbox;

/// A program's connection to a sandbox. Clones share the sandbox and the clock.
///
/// ```
/// use kubewire::{Api, Builtin, Catalog, Object};
/// use kubewire_sandbox::{Client, Sandbox};
/// use serde_json::json;
///
/// let client = Client::new(Sandbox::new())?;
/// let maps = Api::<Object>::dynamic(Builtin.find(None, "configmaps").unwrap()).within("default");
/// client.run(maps.create(&json!({"metadata": {"name": "settings"}, "data": {"colour": "blue"}})))?;
/// assert_eq!(client.run(maps.list())?.items.len(), 1);
/// # Ok::<(), kubewire::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Mutex<World>>,
    session: Arc<Mutex<Session>>,
}

/// The sandbox and its time.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: Now,
}

impl World {
    /// Moves the clock on; it never goes back.
    pub(crate) fn advance_to(&mut self, mono: u64) {
        while let Some(due) = self.sandbox.next().filter(|&due| due < mono) {
            self.tick(due);
        }
        self.tick(mono);
    }

    fn tick(&mut self, mono: u64) {
        let step = mono.saturating_sub(self.now.mono);
        self.now.mono += step;
        self.now.wall += step;
        self.sandbox.pass(self.now);
    }
}

impl Client {
    /// Takes a sandbox, as its administrator, to whom everything is allowed. The clock begins at 2026-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Those of a session, none of which can arise here.
    pub fn new(sandbox: Sandbox) -> Result<Self, Error> {
        let session = session(sandbox.admin(), "default")?;
        let world = World { sandbox, now: Now { mono: 0, wall: 1_767_225_600_000 } };
        Ok(Self { shared: Arc::new(Mutex::new(world)), session: Arc::new(Mutex::new(session)) })
    }

    /// The same sandbox and clock, as a service account with what its pods find; see [`Sandbox::mount`]. Its namespace is the client's.
    ///
    /// ```
    /// use kubewire::{Api, Builtin, Catalog, Object};
    /// use kubewire_sandbox::{Client, Sandbox};
    ///
    /// let admin = Client::new(Sandbox::new())?;
    /// let web = admin.as_account("default", "web")?;
    /// let me = web.run(kubewire::rights::whoami())?;
    /// assert_eq!(me.username, "system:serviceaccount:default:web");
    /// # Ok::<(), kubewire::Error>(())
    /// ```
    ///
    /// # Errors
    /// As those of [`Client::new`].
    pub fn as_account(&self, namespace: &str, account: &str) -> Result<Self, Error> {
        let mount = self.world().sandbox.mount(namespace, account);
        Ok(self.with_session(session(&mount.token, namespace)?))
    }

    /// The same sandbox and clock, as a user in these groups; see [`Sandbox::user`].
    ///
    /// # Errors
    /// As those of [`Client::new`].
    pub fn as_user(&self, name: &str, groups: &[&str]) -> Result<Self, Error> {
        let token = self.world().sandbox.user(name, groups);
        Ok(self.with_session(session(&token, "default")?))
    }

    fn with_session(&self, session: Session) -> Self {
        Self { shared: Arc::clone(&self.shared), session: Arc::new(Mutex::new(session)) }
    }

    /// Makes a call. Where the call waits, the clock moves on.
    ///
    /// # Errors
    /// As those of every host: [`Error::Api`] where the sandbox says no.
    pub fn run<C: IntoCall>(&self, call: C) -> Result<C::Answer, Error> {
        let call = call.into_call()?;
        let mut conversation = self.converse(Once::new(call.draft().clone()));
        let answer = conversation.next().unwrap_or_else(|| {
            let problem = "the call ended without an answer".into();
            Err(Error::Protocol { call: call.draft().summary(), problem })
        });
        let (head, body) = answer?;
        C::Answer::decode(call.draft(), &head, body)
    }

    /// Runs any machine: a watch, a watcher, an informer, an election.
    pub fn converse<M: Machine>(&self, machine: M) -> Conversation<M> {
        Conversation::new(self.clone(), machine)
    }

    /// What the clock says.
    #[must_use]
    pub fn now(&self) -> Now {
        self.world().now
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let mut world = self.world();
        let until = world.now.mono.saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
        world.advance_to(until);
    }

    /// Looks into the sandbox, or changes it past the API.
    pub fn with<T>(&self, look: impl FnOnce(&mut Sandbox) -> T) -> T {
        look(&mut self.world().sandbox)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn session(token: &str, namespace: &str) -> Result<Session, Error> {
    let config = Config::server("https://sandbox.invalid").and_then(|config| config.token(token))?;
    Ok(config.namespace(namespace).session()?)
}
