//! The smallest client there can be, to see whether a server is ready and to read its discovery documents.
//!
//! It is not Kubewire, on purpose: what proves Kubewire may not stand on it.

use crate::{Error, Result, State};
use rustls::crypto::ring;
use serde_json::Value;
use std::{fs, path::Path, sync::Arc, time::Duration};
use ureq::http::{Request, Response, header::InvalidHeaderValue, uri::InvalidUri};
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
            // What is asked may be what no client should ask.
            .allow_non_standard_methods(true)
            .max_redirects(0)
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

    /// Sends a request as it is, and reads the answer to its end; the admin's credentials are added where it has none, and of the URI only the path and the query
    /// count. A watch is read until its `timeoutSeconds` are over.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub fn ask(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>> {
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let failed = |cause: &dyn std::fmt::Display| {
            Error::failed(format!("{} {}{target}: {cause}", request.method(), self.server))
        };
        let mut with_body = Request::new(request.body().clone());
        *with_body.method_mut() = request.method().clone();
        *with_body.uri_mut() =
            format!("{}{target}", self.server).parse().map_err(|cause: InvalidUri| failed(&cause))?;
        *with_body.headers_mut() = request.headers().clone();
        let bearer = self.bearer.parse().map_err(|cause: InvalidHeaderValue| failed(&cause))?;
        with_body.headers_mut().entry("authorization").or_insert(bearer);
        let answer = if request.body().is_empty() {
            // Without a body there is no `Content-Length: 0` either.
            let (parts, _) = with_body.into_parts();
            self.agent.run(Request::from_parts(parts, ()))
        } else {
            self.agent.run(with_body)
        };
        let (parts, mut body) = answer.map_err(|cause| failed(&cause))?.into_parts();
        let body = body.with_config().limit(256 << 20).read_to_vec().map_err(|cause| failed(&cause))?;
        Ok(Response::from_parts(parts, body))
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

    /// What is at `path`, as a table.
    ///
    /// # Errors
    /// When there is no answer, or it is not 200, or it is not JSON.
    pub fn table(&self, path: &str) -> Result<Value> {
        let failed = |cause: &dyn std::fmt::Display| Error::failed(format!("GET {path} as a table: {cause}"));
        let accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
        let request = Request::get(path).header("accept", accept).body(Vec::new());
        let answer = self.ask(&request.map_err(|cause| failed(&cause))?)?;
        if answer.status().as_u16() != 200 {
            return Err(failed(&format_args!("the server answered {}", answer.status())));
        }
        serde_json::from_slice(answer.body()).map_err(|cause| failed(&cause))
    }
}
