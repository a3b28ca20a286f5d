//! Where the API server is, and who we are: the only part that knows secrets.
//!
//! A session forms the request of a draft, or says what it needs first. It asks for files, and never opens one: so a rotated token
//! or a new authority is picked up by every host alike.

mod address;
mod config;
mod credentials;
mod source;

use alloc::borrow::Cow;
use core::fmt;

use bytes::Bytes;

pub use config::{Config, MissingCa};

use crate::call::{Draft, Verb};
use crate::error::{ConfigError, Error};
use crate::prelude::*;
use crate::time::Now;
use crate::wire::Wire;
use credentials::Token;
use source::Source;

/// client-go reads the token again after a minute, less ten seconds of leeway.
const TOKEN_LIFE: u64 = 50_000;
/// client-go reads the authority again after five minutes.
const CA_LIFE: u64 = 300_000;

/// The server's address and the caller's credentials, kept fresh. One serves many [drivers](crate::Driver), behind a lock that is
/// never held over IO.
pub struct Session {
    config: Config,
    needs: u32,
    token: Option<Source<Token>>,
    ca: Option<Source<Trust>>,
    namespace: Option<Source<String>>,
}

/// What a session wants of its host before it can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// The content of the file at this path.
    File(String),
}

/// Why a file's content could not be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    NotFound,
    /// Anything else, in the host's words.
    Other(String),
}

/// Which credentials a request carried; see [`Session::reject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u32);

/// Which trust a request needs; a new authority is a new number. See [`Session::tls`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TlsId(u32);

impl TlsId {
    /// The number, for hosts in other languages.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// Whom a host's TLS must trust, and no one else.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// The authorities of this PEM bundle.
    Bundle(Bytes),
    /// The authorities that the host's system trusts, as chosen with [`MissingCa::SystemRoots`].
    SystemRoots,
    /// None: the server is asked over plain http.
    PlainHttp,
}

/// What [`Session::prepare`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub enum Prepared {
    /// The request.
    Ready {
        /// What to send.
        wire: Wire,
        /// The trust to send it with.
        tls: TlsId,
        /// Which credentials it carries.
        ticket: Ticket,
    },
    /// First hand this over, with [`Session::provide`] and the number.
    Need(u32, Need),
    /// Another driver is reading the file; ask again at this time of the monotonic clock.
    Wait(u64),
}

/// What [`Session::warm`] gives.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warm {
    /// All files have been read.
    Ready,
    /// First hand this over, with [`Session::provide`] and the number.
    Need(u32, Need),
    /// Another is reading the file; ask again at this time of the monotonic clock.
    Wait(u64),
}

/// What a source says of itself.
enum Claim {
    Ready,
    Need(u32, String),
    Wait(u64),
}

impl Session {
    /// The session of the pod that we are in. See [`Config::in_cluster`] for other choices.
    ///
    /// # Errors
    /// [`Error::Config`] that says what is missing.
    pub fn in_cluster(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Config::in_cluster(env)?.session()?)
    }

    pub(crate) fn new(config: Config) -> Self {
        let file = |name| config.mount.as_ref().map(|mount| [mount, "/", name].concat());
        let token = match &config.token {
            Some(token) => Some(Source::fixed(token.clone())),
            None => file("token").map(|path| Source::new(path, TOKEN_LIFE)),
        };
        let ca = file("ca.crt").filter(|_| config.base.is_https()).map(|path| Source::new(path, CA_LIFE));
        let namespace = file("namespace")
            .filter(|_| config.namespace.is_none())
            .map(|path| Source::new(path, u64::MAX / 2));
        Self { config, needs: 0, token, ca, namespace }
    }

    /// The server's base URL.
    #[must_use]
    pub fn server(&self) -> &str {
        self.config.base.as_str()
    }

    /// The file that the token is read from, where there is one.
    #[must_use]
    pub fn token_path(&self) -> Option<&str> {
        self.token.as_ref().filter(|source| source.is_file()).map(|source| source.path.as_str())
    }

    /// The file that the authority is read from, where there is one.
    #[must_use]
    pub fn ca_path(&self) -> Option<&str> {
        self.ca.as_ref().map(|source| source.path.as_str())
    }

    /// The namespace that the program lives in: `POD_NAMESPACE`, else the mount's (once [warm](Session::warm)), else `default`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        let mounted = self.namespace.as_ref().and_then(Source::content).map(String::as_str);
        self.config.namespace.as_deref().or(mounted).unwrap_or("default")
    }

    /// Asks for every file before the first call, so that a missing mount shows at the start.
    ///
    /// # Errors
    /// [`Error::Config`] for a file that is missing or broken.
    pub fn warm(&mut self, now: Now) -> Result<Warm, Error> {
        if let Some(namespace) = &mut self.namespace {
            match namespace.ask(&mut self.needs, now) {
                Ok(Claim::Need(number, path)) => return Ok(Warm::Need(number, Need::File(path))),
                Ok(Claim::Wait(until)) => return Ok(Warm::Wait(until)),
                // A mount without a namespace is one of the default namespace.
                Ok(Claim::Ready) | Err(_) => {}
            }
        }
        Ok(match self.fresh(now)? {
            Claim::Ready => Warm::Ready,
            Claim::Need(number, path) => Warm::Need(number, Need::File(path)),
            Claim::Wait(until) => Warm::Wait(until),
        })
    }

    /// [`Session::warm`] for hosts that block: `read` gives each file's content.
    ///
    /// # Errors
    /// As those of [`Session::warm`].
    pub fn warm_by(
        &mut self,
        now: Now,
        read: &dyn Fn(&Need) -> Result<Bytes, ReadError>,
    ) -> Result<(), Error> {
        while let Warm::Need(number, need) = self.warm(now)? {
            self.provide(number, read(&need), now);
        }
        Ok(())
    }

    /// Forms the request of a draft, or says what it needs first.
    ///
    /// # Errors
    /// [`Error::Config`] where there are no credentials to be had.
    pub fn prepare(&mut self, draft: &Draft, now: Now) -> Result<Prepared, Error> {
        match self.fresh(now)? {
            Claim::Need(number, path) => return Ok(Prepared::Need(number, Need::File(path))),
            Claim::Wait(until) => return Ok(Prepared::Wait(until)),
            Claim::Ready => {}
        }
        let mut headers = self.headers(draft);
        if let Some(token) = self.token.as_ref().and_then(Source::content) {
            headers.push(("authorization".into(), token.header()));
        }
        let wire = Wire { method: draft.method(), url: self.url(draft), headers, body: draft.body.clone() };
        let tls = TlsId(self.ca.as_ref().map_or(0, Source::number));
        let ticket = Ticket(self.token.as_ref().map_or(0, Source::number));
        Ok(Prepared::Ready { wire, tls, ticket })
    }

    /// The headers of a call, the credentials left out.
    pub(crate) fn headers(&self, draft: &Draft) -> Vec<(Cow<'static, str>, String)> {
        let mut headers: Vec<(Cow<'static, str>, String)> = vec![("accept".into(), draft.accept.into())];
        if draft.attributes.verb == Verb::Watch || draft.attributes.subresource == "log" {
            // A server may compress each flush by itself, and many decoders stop after the first.
            headers.push(("accept-encoding".into(), "identity".into()));
        }
        if !draft.content_type.is_empty() {
            headers.push(("content-type".into(), draft.content_type.into()));
        }
        headers.push(("user-agent".into(), self.config.user_agent.clone()));
        headers
    }

    /// The whole URL of a call.
    pub(crate) fn url(&self, draft: &Draft) -> String {
        [self.config.base.as_str(), &draft.target].concat()
    }

    fn fresh(&mut self, now: Now) -> Result<Claim, ConfigError> {
        // The token first: where both are missing, its error says more.
        if let Some(token) = &mut self.token {
            match token.ask(&mut self.needs, now)? {
                Claim::Ready => {}
                claim => return Ok(claim),
            }
        }
        if let Some(ca) = &mut self.ca {
            return ca.ask(&mut self.needs, now);
        }
        Ok(Claim::Ready)
    }

    /// Takes what was needed. A number that is no longer waited for is ignored.
    pub fn provide(&mut self, number: u32, read: Result<Bytes, ReadError>, now: Now) {
        if let Some(token) = self.token.as_mut().filter(|token| token.is_claimed_by(number)) {
            let path = token.path.clone();
            let content = match read {
                Ok(content) => credentials::token(&path, &content),
                Err(ReadError::NotFound) => Err(ConfigError::NoMount { path }),
                Err(ReadError::Other(why)) => Err(ConfigError::Unreadable { path, why }),
            };
            token.provide(content, now);
        } else if let Some(ca) = self.ca.as_mut().filter(|ca| ca.is_claimed_by(number)) {
            let path = ca.path.clone();
            let content = match read {
                Ok(content) => credentials::bundle(&path, &content).map(Trust::Bundle),
                Err(ReadError::NotFound) => self.config.without_ca(path),
                Err(ReadError::Other(why)) => Err(ConfigError::Unreadable { path, why }),
            };
            // A bundle that is gone later is a failed reading, not a choice: the old one stays.
            let content = match (content, ca.content()) {
                (Ok(Trust::SystemRoots), Some(Trust::Bundle(_))) => {
                    Err(ConfigError::NoCa { path: ca.path.clone() })
                }
                (content, _) => content,
            };
            ca.provide(content, now);
        } else if let Some(namespace) = self.namespace.as_mut().filter(|source| source.is_claimed_by(number))
        {
            let content = read.ok().and_then(|content| credentials::namespace(&content));
            namespace.provide(Ok(content.unwrap_or_else(|| "default".into())), now);
        }
    }

    /// What was needed will not be given: who asked for it is gone, or its host stopped. The next who asks is told the need, instead of
    /// waiting until the claim runs out after ten seconds. [`Driver::release`](crate::Driver::release) does this for a driver.
    pub fn release(&mut self, number: u32) {
        if let Some(token) = &mut self.token {
            token.release(number);
        }
        if let Some(ca) = &mut self.ca {
            ca.release(number);
        }
        if let Some(namespace) = &mut self.namespace {
            namespace.release(number);
        }
    }

    /// The server refused the credentials (401) of a request formed at `since` of the monotonic clock: they are read again before the
    /// next request. Where the next [`Prepared::Ready`] carries an equal ticket, the file still holds what was refused.
    pub fn reject(&mut self, ticket: Ticket, since: u64) {
        if let Some(token) = &mut self.token {
            token.doubt(ticket.0, since);
        }
    }

    /// The server's certificate was not trusted: the authority is read again before the next request. As [`Session::reject`], with
    /// the number of the trust.
    pub fn distrust(&mut self, tls: TlsId, since: u64) {
        if let Some(ca) = &mut self.ca {
            ca.doubt(tls.0, since);
        }
    }

    /// What a request's number stands for; `None` for a number that has passed.
    #[must_use]
    pub fn tls(&self, id: TlsId) -> Option<Trust> {
        match &self.ca {
            Some(ca) => ca.content().filter(|_| ca.number() == id.0).cloned(),
            None if self.config.base.is_https() => Some(Trust::SystemRoots),
            None => Some(Trust::PlainHttp),
        }
    }
}

impl Config {
    fn without_ca(&self, path: String) -> Result<Trust, ConfigError> {
        match self.missing_ca {
            MissingCa::SystemRoots => Ok(Trust::SystemRoots),
            MissingCa::Refuse => Err(ConfigError::NoCa { path }),
        }
    }
}

/// Prints no secret.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("server", &self.server())
            .field("token", &self.token_path())
            .field("ca", &self.ca_path())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle(pem) => write!(f, "Bundle({} bytes)", pem.len()),
            Self::SystemRoots => f.write_str("SystemRoots"),
            Self::PlainHttp => f.write_str("PlainHttp"),
        }
    }
}
