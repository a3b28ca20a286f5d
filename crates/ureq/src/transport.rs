//! The three things that this host does: read a file, send a request, and say what went wrong.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use kubewire::machine::Limits;
use kubewire::{Failure, FailureKind, Head, Need, ReadError, Sent, TlsId, Trust, Wire};
use ureq::http::Request;
use ureq::tls::{PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Timeout};

/// A body that is read on.
pub(crate) type Answer = ureq::BodyReader<'static>;

/// Idle connections are closed before servers and balancers do it.
const IDLE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);

/// The connections of the current authority. An agent of an earlier one is dropped with its connections.
#[derive(Debug, Default)]
pub(crate) struct Transport {
    agent: Mutex<Option<(TlsId, Agent)>>,
}

impl Transport {
    /// The agent that trusts what `tls` stands for, and no one else.
    pub(crate) fn agent(&self, tls: TlsId, trust: Option<Trust>) -> Result<Agent, Failure> {
        let mut slot = self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, agent)) = slot.as_ref().filter(|(id, _)| *id == tls) {
            return Ok(agent.clone());
        }
        let stale = || Failure::new(FailureKind::Reset, Sent::No, "the authority was changed just now");
        let roots = match trust.ok_or_else(stale)? {
            Trust::Bundle(pem) => roots(&pem)?,
            Trust::PlainHttp => RootCerts::from([]),
            Trust::SystemRoots if cfg!(feature = "system-roots") => RootCerts::PlatformVerifier,
            _ => return Err(unsupported("the system's roots need kubewire-ureq's feature `system-roots`")),
        };
        let tls_config = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(roots)
            .build();
        let agent: Agent = Agent::config_builder()
            .tls_config(tls_config)
            .http_status_as_error(false)
            // Credentials never travel along a redirect, nor through a proxy that the environment names.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            // A DELETE carries its options in a body.
            .allow_non_standard_methods(true)
            .timeout_connect(Some(CONNECT))
            .max_idle_age(IDLE)
            .build()
            .into();
        *slot = Some((tls, agent.clone()));
        Ok(agent)
    }
}

fn roots(pem: &[u8]) -> Result<RootCerts, Failure> {
    let certificates = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    let broken = |error| Failure::new(FailureKind::Untrusted, Sent::No, format!("ca.crt is broken: {error}"));
    Ok(RootCerts::from(certificates.collect::<Result<Vec<_>, _>>().map_err(broken)?))
}

/// Sends a request and waits for the head of its answer.
pub(crate) fn send(agent: &Agent, wire: Wire, limits: Limits) -> Result<(Head, Answer), Failure> {
    let unfit = |error: kubewire::Error| Failure::new(FailureKind::Other, Sent::No, error.to_string());
    let (parts, body) = wire.into_request().map_err(unfit)?.into_parts();
    // Without a body there is no `Content-Length: 0` either.
    let response = if body.is_empty() {
        agent.run(limited(agent, Request::from_parts(parts, ()), limits))
    } else {
        agent.run(limited(agent, Request::from_parts(parts, &body[..]), limits))
    };
    let (parts, body) = response.map_err(|error| failure(&error))?.into_parts();
    Ok((Head::from(&parts), body.into_reader()))
}

/// The driver keeps the limits; the sockets need them too, for else a blocked read would keep the driver from looking.
fn limited<B: ureq::AsSendBody>(agent: &Agent, request: Request<B>, limits: Limits) -> Request<B> {
    let limited = agent
        .configure_request(request)
        .timeout_recv_response(Some(Duration::from_millis(limits.head)))
        // ureq's limit of one read holds for the head as well, which may take longer.
        .timeout_per_read(Some(Duration::from_millis(limits.silence.max(limits.head))))
        .timeout_global(limits.total.map(Duration::from_millis));
    limited.build()
}

/// Gives a session what it needs.
pub(crate) fn provide(need: &Need) -> Result<Bytes, ReadError> {
    match need {
        Need::File(path) => Ok(std::fs::read(path)?.into()),
        _ => Err(ReadError::Other("this host only reads files".into())),
    }
}

pub(crate) fn unsupported(why: &str) -> Failure {
    Failure::new(FailureKind::Unsupported, Sent::No, why)
}

/// What a failure means: whether the server may have seen the request, and whether it is a matter of trust.
pub(crate) fn failure(error: &ureq::Error) -> Failure {
    let (kind, sent) = match error {
        ureq::Error::Io(error) => return of_io(error),
        ureq::Error::Rustls(error) => return of_tls(error),
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => (FailureKind::Refused, Sent::No),
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => (FailureKind::TimedOut, Sent::No),
        ureq::Error::Timeout(_) => (FailureKind::TimedOut, Sent::Maybe),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::Tls(_) => (FailureKind::Other, Sent::No),
        _ => (FailureKind::Other, Sent::Maybe),
    };
    Failure::new(kind, sent, error.to_string())
}

/// A handshake's errors, and a body's, come as IO errors with what they are inside.
fn of_io(error: &io::Error) -> Failure {
    let inner = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return of_tls(error);
    }
    let known = inner.and_then(|inner| inner.downcast_ref::<ureq::Error>());
    known.map_or_else(|| Failure::of_io(error), failure)
}

/// No request travels before the handshake is done.
fn of_tls(error: &rustls::Error) -> Failure {
    let (kind, sent) = match error {
        rustls::Error::InvalidCertificate(_) => (FailureKind::Untrusted, Sent::No),
        _ => (FailureKind::Other, Sent::Maybe),
    };
    Failure::new(kind, sent, error.to_string())
}
