//! The sockets: agents, requests and what goes wrong with them.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kubewire::machine::Limits;
use kubewire::{Failure, FailureKind, Head, Heard, Sent, Trust, Wire};
use ureq::http::Request;
use ureq::tls::{PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, BodyReader, Timeout};

/// Idle connections are closed before servers and balancers do it.
const IDLE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(10);
/// What is read at once.
const PIECE: usize = 64 * 1024;

/// A request that is to be sent, and then the rest of its answer.
pub(crate) enum Exchange {
    Request(Result<Agent, Failure>, Wire, Limits),
    Answer(BodyReader<'static>),
}

impl Exchange {
    /// What is heard next of it, under its number, and how it goes on. It blocks as long.
    pub(crate) fn next(self, wire: u32) -> (Heard, Option<Self>) {
        match self {
            Self::Request(agent, request, limits) => {
                match agent.and_then(|agent| send(&agent, request, limits)) {
                    Ok((head, answer)) => (Heard::Head(wire, head), Some(Self::Answer(answer))),
                    Err(failure) => (Heard::Failed(wire, failure), None),
                }
            }
            Self::Answer(mut answer) => {
                let mut piece = vec![0; PIECE];
                match answer.read(&mut piece) {
                    Ok(0) => (Heard::End(wire), None),
                    Ok(length) => {
                        piece.truncate(length);
                        (Heard::Data(wire, Bytes::from(piece)), Some(Self::Answer(answer)))
                    }
                    Err(error) => (Heard::Failed(wire, failure(&error.into())), None),
                }
            }
        }
    }
}

/// The agent that trusts what it is told to, and no one else. Its connections are its own.
pub(crate) fn agent(trust: Trust) -> Result<Agent, Failure> {
    let unsupported = "the system's roots need kubewire-ureq's feature `system-roots`";
    let roots = match trust {
        Trust::Bundle(pem) => roots(&pem)?,
        Trust::PlainHttp => RootCerts::from([]),
        Trust::SystemRoots if cfg!(feature = "system-roots") => RootCerts::PlatformVerifier,
        _ => return Err(Failure::unsent(FailureKind::Unsupported, unsupported)),
    };
    let tls_config = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(roots)
        .build();
    let config = Agent::config_builder()
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
        .build();
    Ok(config.into())
}

fn roots(pem: &[u8]) -> Result<RootCerts, Failure> {
    let certificates = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    });
    Ok(RootCerts::from(certificates.collect::<Result<Vec<_>, _>>().map_err(Failure::of_authority)?))
}

/// Sends a request and waits for the head of its answer.
fn send(agent: &Agent, wire: Wire, limits: Limits) -> Result<(Head, BodyReader<'static>), Failure> {
    let unfit = |error: kubewire::Error| Failure::unsent(FailureKind::Other, error);
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

/// What a failure means: whether the server may have seen the request, and whether it is a matter of trust.
fn failure(error: &ureq::Error) -> Failure {
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
