//! Sessions as the cases write them, and a host that has their files.

use std::collections::BTreeMap;

use kubewire::{Config, Error, MissingCa, Need, Now, ReadError, Session};
use serde::Deserialize;

use crate::bytes::Bytes;

const MOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n";
pub(crate) const NOW: Now = Now { mono: 1_000, wall: 1_800_000_000_000 };

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Setup {
    env: Option<BTreeMap<String, String>>,
    server: Option<String>,
    mount: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, Option<File>>,
    missing_ca: Option<Choice>,
    #[serde(default)]
    allow_plain_http: bool,
    user_agent: Option<String>,
}

#[derive(Deserialize, Debug)]
enum Choice {
    SystemRoots,
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
enum File {
    Unreadable { error: String },
    Content(Bytes),
}

/// The session of cases that do not say theirs.
impl Default for Setup {
    fn default() -> Self {
        let env = [("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("KUBERNETES_SERVICE_PORT", "443")];
        let files = [("token", "TOKEN"), ("ca.crt", AUTHORITY), ("namespace", "shop")];
        let file = |text: &str| Some(File::Content(Bytes::Text(text.into())));
        Self {
            env: Some(env.into_iter().map(|(name, value)| (name.into(), value.into())).collect()),
            server: None,
            mount: None,
            files: files.into_iter().map(|(name, text)| (name.into(), file(text))).collect(),
            missing_ca: None,
            allow_plain_http: false,
            user_agent: None,
        }
    }
}

impl Setup {
    pub(crate) fn session(&self) -> Result<Session, Error> {
        let mut config = match (&self.env, &self.server) {
            (Some(env), None) => Config::in_cluster(&|name| env.get(name).cloned())?,
            (None, Some(server)) => Config::server(server)?,
            _ => panic!("a session has either env or server"),
        };
        if let Some(mount) = &self.mount {
            config = config.mount(mount);
        }
        if let Some(Choice::SystemRoots) = self.missing_ca {
            config = config.missing_ca(MissingCa::SystemRoots);
        }
        if self.allow_plain_http {
            config = config.allow_plain_http();
        }
        if let Some(name) = &self.user_agent {
            config = config.user_agent(name)?;
        }
        Ok(config.session()?)
    }

    pub(crate) fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or(concat!("kubewire/", env!("CARGO_PKG_VERSION")))
    }

    /// Does what a host does about a need.
    pub(crate) fn read(&self, need: &Need) -> Result<bytes::Bytes, ReadError> {
        let Need::File(path) = need else { panic!("the session needs {need:?}") };
        let mount = self.mount.as_deref().unwrap_or(MOUNT).trim_end_matches('/');
        let name = path.strip_prefix(mount).and_then(|path| path.strip_prefix('/'));
        match name.and_then(|name| self.files.get(name)).and_then(Option::as_ref) {
            Some(File::Content(content)) => Ok(content.read().into()),
            Some(File::Unreadable { error }) => Err(ReadError::Other(error.clone())),
            None => Err(ReadError::NotFound),
        }
    }
}
