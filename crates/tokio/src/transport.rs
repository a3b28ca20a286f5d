//! The sockets: connections, TLS, requests and what goes wrong with them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use kubewire::{Failure, FailureKind, Head, Need, ReadError, Sent, TlsId, Trust, Wire};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, crypto::ring};

const CONNECT: Duration = Duration::from_secs(10);
/// Idle connections are closed before servers and balancers do it.
const IDLE: Duration = Duration::from_secs(60);
const MOST_IDLE: usize = 32;

/// A connection that takes one request at a time.
pub(crate) type Connection = SendRequest<Full<Bytes>>;

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// The connections of the current authority. Those of an earlier one are dropped.
#[derive(Default)]
pub(crate) struct Transport {
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    /// `None` for plain http.
    tls: Option<(TlsId, Option<TlsConnector>)>,
    idle: Vec<(Instant, Connection)>,
}

impl Transport {
    fn slot(&self) -> std::sync::MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What trusts what `tls` stands for, and no one else.
    fn connector(&self, tls: TlsId, trust: Option<Trust>) -> Result<Option<TlsConnector>, Failure> {
        let mut slot = self.slot();
        if let Some((_, connector)) = slot.tls.as_ref().filter(|(id, _)| *id == tls) {
            return Ok(connector.clone());
        }
        let stale = || Failure::new(FailureKind::Reset, Sent::No, "the authority was changed just now");
        let connector = match trust.ok_or_else(stale)? {
            Trust::Bundle(pem) => Some(connector(&pem)?),
            Trust::PlainHttp => None,
            _ => return Err(unsupported("this host trusts a ca.crt, and not the system's roots")),
        };
        *slot = Slot { tls: Some((tls, connector.clone())), idle: Vec::new() };
        Ok(connector)
    }

    /// An idle connection that is still open.
    async fn idle(&self) -> Option<Connection> {
        loop {
            let (since, mut connection) = self.slot().idle.pop()?;
            if since.elapsed() < IDLE && connection.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    /// Takes a connection back whose answer was read to its end.
    pub(crate) fn give_back(&self, tls: TlsId, connection: Connection) {
        let mut slot = self.slot();
        if slot.tls.as_ref().is_some_and(|(id, _)| *id == tls) && !connection.is_closed() {
            slot.idle.retain(|(since, _)| since.elapsed() < IDLE);
            if slot.idle.len() < MOST_IDLE {
                slot.idle.push((Instant::now(), connection));
            }
        }
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        wire: Wire,
        tls: TlsId,
        trust: Option<Trust>,
    ) -> Result<(Head, Incoming, Connection), Failure> {
        let connector = self.connector(tls, trust)?;
        let unfit = |error: kubewire::Error| Failure::new(FailureKind::Other, Sent::No, error.to_string());
        let request = wire.into_request().map_err(unfit)?;
        let (mut request, authority) = of_origin(request)?;
        while let Some(mut connection) = self.idle().await {
            match connection.try_send_request(request).await {
                Ok(answer) => return Ok(split(answer, connection)),
                // The server closed it just then, and has seen nothing.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(of_hyper(&error.into_error())),
                },
            }
        }
        let mut connection = connect(&authority, connector).await?;
        match connection.try_send_request(request).await {
            Ok(answer) => Ok(split(answer, connection)),
            Err(mut error) => {
                let sent = if error.take_message().is_some() { Sent::No } else { Sent::Maybe };
                Err(Failure { sent, ..of_hyper(&error.into_error()) })
            }
        }
    }
}

fn split(answer: http::Response<Incoming>, connection: Connection) -> (Head, Incoming, Connection) {
    let (parts, body) = answer.into_parts();
    (Head::from(&parts), body, connection)
}

/// The request as it stands on a connection to its server: path and `Host`.
fn of_origin(
    request: http::Request<Bytes>,
) -> Result<(http::Request<Full<Bytes>>, http::uri::Authority), Failure> {
    let unfit = |error: &dyn std::fmt::Display| Failure::new(FailureKind::Other, Sent::No, error.to_string());
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().cloned().ok_or_else(|| unfit(&"the URL has no host"))?;
    let port = if parts.uri.scheme_str() == Some("http") { 80 } else { 443 };
    let host = http::HeaderValue::from_str(authority.as_str()).map_err(|error| unfit(&error))?;
    parts.headers.insert(http::header::HOST, host);
    let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    parts.uri = path.parse().map_err(|error| unfit(&error))?;
    let whole = match authority.port() {
        Some(_) => authority,
        None => format!("{authority}:{port}").parse().map_err(|error| unfit(&error))?,
    };
    Ok((http::Request::from_parts(parts, Full::new(body)), whole))
}

async fn connect(authority: &http::uri::Authority, tls: Option<TlsConnector>) -> Result<Connection, Failure> {
    let late = |_| Failure::new(FailureKind::TimedOut, Sent::No, "no connection within 10 s");
    let socket = timeout(CONNECT, open(authority, tls)).await.map_err(late)??;
    let (sender, connection) = handshake(TokioIo::new(socket)).await.map_err(|error| of_hyper(&error))?;
    // It ends with its sender; what goes wrong the sender is told as well.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

async fn open(
    authority: &http::uri::Authority,
    tls: Option<TlsConnector>,
) -> Result<Box<dyn Socket>, Failure> {
    // Not a byte of the request has left us.
    let refused = |error: io::Error| match rustls_error(&error) {
        Some(rustls::Error::InvalidCertificate(_)) => {
            Failure::new(FailureKind::Untrusted, Sent::No, error.to_string())
        }
        _ => Failure { sent: Sent::No, ..Failure::of_io(&error) },
    };
    let unknown = |error: io::Error| match error.raw_os_error() {
        None => Failure::new(FailureKind::Refused, Sent::No, error.to_string()),
        Some(_) => refused(error),
    };
    let host = authority.host().trim_matches(['[', ']']);
    let port = authority.port_u16().unwrap_or(443);
    let socket = TcpStream::connect((host, port)).await.map_err(unknown)?;
    socket.set_nodelay(true).map_err(refused)?;
    let Some(tls) = tls else { return Ok(Box::new(socket)) };
    let unfit =
        |_| Failure::new(FailureKind::Other, Sent::No, "the host is no name that a certificate could have");
    let name = ServerName::try_from(host.to_owned()).map_err(unfit)?;
    Ok(Box::new(tls.connect(name, socket).await.map_err(refused)?))
}

fn connector(pem: &[u8]) -> Result<TlsConnector, Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(FailureKind::Untrusted, Sent::No, format!("ca.crt is broken: {error}"))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| broken(&error))?;
        roots.add(certificate).map_err(|error| broken(&error))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// What hyper's errors mean once a connection is there.
pub(crate) fn of_hyper(error: &hyper::Error) -> Failure {
    let kind = if error.is_parse() { FailureKind::Other } else { FailureKind::Reset };
    Failure::new(kind, Sent::Maybe, error.to_string())
}

pub(crate) fn unsupported(why: &str) -> Failure {
    Failure::new(FailureKind::Unsupported, Sent::No, why)
}

/// Gives a session what it needs.
pub(crate) async fn provide(need: &Need) -> Result<Bytes, ReadError> {
    match need {
        Need::File(path) => Ok(tokio::fs::read(path).await?.into()),
        _ => Err(ReadError::Other("this host only reads files".into())),
    }
}
