//! The smallest client there can be, to see whether a server is ready and to read its discovery documents.
//!
//! It is not Kubewire, on purpose: what proves Kubewire may not stand on it.

use crate::{Error, Result, State};
use rustls::crypto::ring;
use serde_json::Value;
use std::{fs, path::Path, sync::Arc, time::Duration};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

/// Reads from a server as its admin.
#[derive(Debug)]
pub struct Admin {
    agent: Agent,
    server: String,
    bearer: String,
}

impl Admin {
    /// The admin of the cluster in `state`.
    ///
    /// # Errors
    /// When the files of the mount cannot be read.
    pub fn of(state: &State) -> Result<Self> {
        Self::new(&state.server, &state.ca, &state.admin_token()?)
    }

    pub(crate) fn new(server: &str, ca: &Path, token: &str) -> Result<Self> {
        let pem = fs::read(ca).map_err(|cause| Error::file("read", ca, cause))?;
        let root = Certificate::from_pem(&pem).map_err(|cause| Error::file("understand", ca, cause))?;
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::new_with_certs(&[root]))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build()
            .new_agent();
        Ok(Self { agent, server: server.to_owned(), bearer: format!("Bearer {token}") })
    }

    /// The status and the body of a GET.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub fn get(&self, path: &str) -> Result<(u16, String)> {
        let url = format!("{}{path}", self.server);
        let failed = |cause: ureq::Error| Error::failed(format!("GET {url}: {cause}"));
        let mut answer = self.agent.get(&url).header("authorization", &self.bearer).call().map_err(failed)?;
        let body = answer.body_mut().read_to_string().map_err(failed)?;
        Ok((answer.status().as_u16(), body))
    }

    /// The JSON document at `path`.
    ///
    /// # Errors
    /// When there is no answer, or it is not 200, or it is not JSON.
    pub fn json(&self, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.server);
        let (status, body) = self.get(path)?;
        if status != 200 {
            return Err(Error::failed(format!("GET {url}: the server answered {status}: {body}")));
        }
        serde_json::from_str(&body).map_err(|cause| Error::failed(format!("GET {url}: not JSON: {cause}")))
    }
}
