//! The sockets: connections, TLS, requests and what goes wrong with them.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use kubewire::host::{Idle, Pieces};
use kubewire::{Failure, FailureKind, Head, Sent, Trust, Wire};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore, crypto::ring};

const CONNECT: Duration = Duration::from_secs(10);

/// A connection that takes one request at a time.
type Connection = SendRequest<Full<Bytes>>;

trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

/// The connections to a server of one authority: hyper-util's client would bring six more crates, and does not say of a new connection
/// whether a request was sent.
pub(crate) struct Pool {
    /// `None` for plain http.
    tls: Option<TlsConnector>,
    idle: Mutex<Idle<Connection>>,
}

impl Pool {
    /// Trusts what it is told to, and no one else.
    pub(crate) fn new(trust: Trust) -> Result<Arc<Self>, Failure> {
        let unsupported = "this host trusts a ca.crt, and not the system's roots";
        let tls = match trust {
            Trust::Bundle(pem) => Some(connector(&pem)?),
            Trust::PlainHttp => None,
            _ => return Err(Failure::unsent(FailureKind::Unsupported, unsupported)),
        };
        Ok(Arc::new(Self { tls, idle: Mutex::default() }))
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(self: Arc<Self>, wire: Wire) -> Result<(Head, Answer), Failure> {
        let (request, host, port) = wire.into_origin_request()?;
        let mut request = request.map(Full::new);
        loop {
            let (mut connection, used) = match self.take().await {
                Some(connection) => (connection, true),
                None => (self.connect(&host, port).await?, false),
            };
            match connection.try_send_request(request).await {
                Ok(answer) => {
                    let (parts, body) = answer.into_parts();
                    return Ok((Head::from(&parts), Answer { body, connection, pool: self }));
                }
                Err(mut error) => match error.take_message() {
                    // The server closed it just then, and has seen nothing.
                    Some(unsent) if used => request = unsent,
                    unsent => {
                        let sent = if unsent.is_some() { Sent::No } else { Sent::Maybe };
                        return Err(Failure { sent, ..of_hyper(&error.into_error()) });
                    }
                },
            }
        }
    }

    /// An idle connection that is still open.
    async fn take(&self) -> Option<Connection> {
        loop {
            let mut connection = self.idle().take(Instant::now())?;
            if connection.ready().await.is_ok() {
                return Some(connection);
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self, host: &str, port: u16) -> Result<Connection, Failure> {
        let late = |_| Failure::unsent(FailureKind::TimedOut, "no connection within 10 s");
        let socket = timeout(CONNECT, self.open(host, port)).await.map_err(late)??;
        let (sender, connection) = handshake(TokioIo::new(socket)).await.map_err(|error| of_hyper(&error))?;
        // It ends with its sender; what goes wrong the sender is told as well.
        tokio::spawn(connection);
        Ok(sender)
    }

    async fn open(&self, host: &str, port: u16) -> Result<Box<dyn Socket>, Failure> {
        let refused = |error: io::Error| Failure::of_connect(&error);
        let socket = TcpStream::connect((host, port)).await.map_err(refused)?;
        socket.set_nodelay(true).map_err(refused)?;
        let Some(tls) = &self.tls else { return Ok(Box::new(socket)) };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Failure::unsent(FailureKind::Other, error))?;
        Ok(Box::new(tls.connect(name, socket).await.map_err(|error| of_handshake(&error))?))
    }
}

/// The body of an answer. At its end others may have its connection; dropped before, it closes it.
pub(crate) struct Answer {
    body: Incoming,
    connection: Connection,
    pool: Arc<Pool>,
}

impl Pieces for Answer {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Failure> {
        match self.body.frame().await {
            Some(Ok(frame)) => Ok(Some((frame.into_data().unwrap_or_default(), self))),
            Some(Err(error)) => Err(of_hyper(&error)),
            None => {
                self.pool.idle().give_back(self.connection, Instant::now());
                Ok(None)
            }
        }
    }
}

fn connector(pem: &[u8]) -> Result<TlsConnector, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(Failure::of_authority)?).map_err(Failure::of_authority)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Failure::of_authority)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// No request travels before the handshake is done.
fn of_handshake(error: &io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(Error::InvalidCertificate(_)) => Failure::unsent(FailureKind::Untrusted, error),
        _ => Failure { sent: Sent::No, ..Failure::of_io(error) },
    }
}

/// What hyper's errors mean once a connection is there.
fn of_hyper(error: &hyper::Error) -> Failure {
    let kind = if error.is_parse() { FailureKind::Other } else { FailureKind::Reset };
    Failure::new(kind, Sent::Maybe, error.to_string())
}
