//! `cluster.json`: what a test has to know of a running cluster.

use crate::{Binaries, Error, Result, STATE_VARIABLE, certificates::write};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// Where a running cluster is, and where its files are. Every path is absolute.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct State {
    /// The API server's base URL.
    pub server: String,
    /// The host in it.
    pub host: String,
    /// The port in it.
    pub port: u16,
    /// The certificate authority that signed the serving certificate, and nothing else.
    pub ca: PathBuf,
    /// A folder shaped as a service account mount (`token`, `ca.crt`, `namespace`) for a member of `system:masters`.
    pub admin_mount: PathBuf,
    /// The base URL of etcd, whose JSON gateway can compact the history.
    pub etcd: String,
    /// The private key that signs service account tokens.
    pub service_account_key: PathBuf,
    /// Its public half.
    pub service_account_public_key: PathBuf,
    /// The API server's file of static tokens.
    pub tokens: PathBuf,
    /// The folder of all these files, and of the logs.
    pub dir: PathBuf,
    /// The programs that run.
    pub binaries: Binaries,
    /// The process ids, by the name of the program.
    pub pids: BTreeMap<String, u32>,
}

impl State {
    /// The cluster that [`STATE_VARIABLE`] names.
    ///
    /// # Errors
    /// When the variable is not set, or what it names cannot be read.
    pub fn from_env() -> Result<Self> {
        let path = env::var_os(STATE_VARIABLE).ok_or_else(|| {
            Error::failed(format!(
                "no API server to test against: {STATE_VARIABLE} is not set. Run `cargo xtask test`, or \
                 `cargo xtask apiserver start` and the export that it prints"
            ))
        })?;
        Self::read(path.as_ref())
    }

    /// Reads a `cluster.json`.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what this version writes.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|cause| Error::file("read", path, cause))?;
        serde_json::from_str(&text).map_err(|cause| {
            Error::file(
                "understand",
                path,
                format!("{cause}; run `cargo xtask apiserver stop` and start it again"),
            )
        })
    }

    /// The state of what stands in for a cluster: somebody answers at `url`, and has written a mount into
    /// [`admin_mount_in`](Self::admin_mount_in) this folder. It has no etcd and no keys.
    ///
    /// # Errors
    /// When `url` has no port, or the file cannot be written.
    pub fn stand_in(dir: &Path, url: &str, binaries: &Binaries) -> Result<Self> {
        let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.ok_or_else(|| Error::failed(format!("{url} has no port")))?;
        let admin_mount = Self::admin_mount_in(dir);
        let state = Self {
            server: url.to_owned(),
            host: "127.0.0.1".to_owned(),
            port,
            ca: admin_mount.join("ca.crt"),
            admin_mount,
            etcd: String::new(),
            service_account_key: PathBuf::new(),
            service_account_public_key: PathBuf::new(),
            tokens: PathBuf::new(),
            dir: dir.to_owned(),
            binaries: binaries.clone(),
            pids: BTreeMap::new(),
        };
        state.save()?;
        Ok(state)
    }

    /// Where the admin's mount is.
    #[must_use]
    pub fn admin_mount_in(dir: &Path) -> PathBuf {
        dir.join("admin")
    }

    /// The path of this state's own file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        Self::path_in(&self.dir)
    }

    pub(crate) fn path_in(dir: &Path) -> PathBuf {
        dir.join("cluster.json")
    }

    /// The admin's bearer token.
    ///
    /// # Errors
    /// When its file is gone.
    pub fn admin_token(&self) -> Result<String> {
        let path = self.admin_mount.join("token");
        fs::read_to_string(&path).map_err(|cause| Error::file("read", &path, cause))
    }

    pub(crate) fn save(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|cause| Error::failed(format!("could not write the cluster's state: {cause}")))?;
        write(&self.path(), &(text + "\n"))
    }
}
