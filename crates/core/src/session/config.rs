//! Where a session gets what it needs.

use super::Session;
use super::address::Base;
use super::credentials::{self, Token};
use crate::error::ConfigError;
use crate::prelude::*;
use crate::text::without_last_slashes;

/// Where the kubelet mounts a service account.
const MOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const HOST: &str = "KUBERNETES_SERVICE_HOST";
const PORT: &str = "KUBERNETES_SERVICE_PORT";

/// The server, the files, and the choices of a [`Session`].
///
/// ```
/// use kubewire::Config;
/// let env = |name: &str| match name {
///     "KUBERNETES_SERVICE_HOST" => Some("fd00::1".to_string()),
///     "KUBERNETES_SERVICE_PORT" => Some("443".to_string()),
///     _ => None,
/// };
/// let session = Config::in_cluster(&env)?.session()?;
/// assert_eq!(session.server(), "https://[fd00::1]:443");
/// # Ok::<(), kubewire::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Config {
    pub(super) base: Base,
    pub(super) mount: Option<String>,
    pub(super) token: Option<Token>,
    pub(super) namespace: Option<String>,
    pub(super) missing_ca: MissingCa,
    pub(super) plain_http: bool,
    pub(super) user_agent: String,
}

/// What to do where `ca.crt` does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MissingCa {
    /// Refuse: the server cannot be verified.
    #[default]
    Refuse,
    /// Trust the authorities that the host's system trusts: right where a public one signed the server's certificate.
    SystemRoots,
}

impl Config {
    /// From a pod's environment: the server from `KUBERNETES_SERVICE_HOST` and `_PORT`, the mount at its usual place, and
    /// `POD_NAMESPACE` before the mount's own namespace.
    ///
    /// See [accessing the API from a pod](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
    ///
    /// # Errors
    /// [`ConfigError::NotInCluster`], [`ConfigError::HalfEnvironment`] or [`ConfigError::Address`].
    pub fn in_cluster(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let read = |name| env(name).filter(|value| !value.is_empty());
        let (host, port) = match (read(HOST), read(PORT)) {
            (Some(host), Some(port)) => (host, port),
            (None, None) => return Err(ConfigError::NotInCluster),
            (None, _) => return Err(ConfigError::HalfEnvironment { missing: HOST }),
            (_, None) => return Err(ConfigError::HalfEnvironment { missing: PORT }),
        };
        let mut config = Self::at(Base::in_cluster(&host, &port)?);
        config.namespace = read("POD_NAMESPACE").and_then(|given| credentials::namespace(given.as_bytes()));
        Ok(config.mount(MOUNT))
    }

    /// A server by its URL, asked without credentials until a mount is named: `kubectl proxy`, for instance.
    ///
    /// # Errors
    /// [`ConfigError::Address`].
    pub fn server(url: &str) -> Result<Self, ConfigError> {
        Ok(Self::at(Base::parse(url)?))
    }

    fn at(base: Base) -> Self {
        Self {
            base,
            mount: None,
            token: None,
            namespace: None,
            missing_ca: MissingCa::Refuse,
            plain_http: false,
            user_agent: concat!("kubewire/", env!("CARGO_PKG_VERSION")).into(),
        }
    }

    /// Where `token`, `ca.crt` and `namespace` are.
    pub fn mount(mut self, directory: &str) -> Self {
        self.mount = Some(without_last_slashes(directory).to_owned());
        self
    }

    /// This token, such as a TokenRequest gives, instead of the mount's. The authority is still the mount's; without a mount it is those that
    /// the host's system trusts.
    ///
    /// Nothing renews it: once it is refused (401), create another and make another session. It never prints.
    ///
    /// ```
    /// use kubewire::Config;
    /// let config = Config::server("https://10.0.0.1")?.mount("/mnt").token("abc.def.ghi")?.namespace("shop");
    /// assert!(!format!("{config:?}").contains("abc.def.ghi"));
    /// assert_eq!(config.session()?.namespace(), "shop");
    /// # Ok::<(), kubewire::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError::GivenToken`] where it cannot stand in a header.
    pub fn token(mut self, token: &str) -> Result<Self, ConfigError> {
        self.token = Some(credentials::given(token)?);
        Ok(self)
    }

    /// The namespace that the program counts as its own, instead of the environment's and the mount's. A name that is none is passed over.
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.namespace = credentials::namespace(namespace.as_bytes()).or(self.namespace);
        self
    }

    /// What to do where `ca.crt` does not exist.
    pub fn missing_ca(mut self, choice: MissingCa) -> Self {
        self.missing_ca = choice;
        self
    }

    /// Lets the token travel over plain http, where whoever listens can take it.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// How the program calls itself in the server's logs; a name such as `shop/1.2`.
    ///
    /// # Errors
    /// [`ConfigError::UserAgent`] where it cannot stand in a header.
    pub fn user_agent(mut self, name: &str) -> Result<Self, ConfigError> {
        if name.is_empty() || !name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(ConfigError::UserAgent);
        }
        self.user_agent = name.to_owned();
        Ok(self)
    }

    /// The session.
    ///
    /// # Errors
    /// [`ConfigError::PlainHttp`] where credentials would travel in the clear.
    pub fn session(self) -> Result<Session, ConfigError> {
        let path = match (&self.token, &self.mount) {
            (Some(_), _) => Some("the given token".to_owned()),
            (None, Some(mount)) => Some([mount, "/token"].concat()),
            (None, None) => None,
        };
        if let Some(path) = path.filter(|_| !self.base.is_https() && !self.plain_http) {
            return Err(ConfigError::PlainHttp { path, server: self.base.as_str().into() });
        }
        Ok(Session::new(self))
    }
}
