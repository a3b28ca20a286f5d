//! As much of a kubelet as the API server asks for a pod's log.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificates::Serving;
use crate::{Error, Result};

/// One request of the API server's: its path and query, and where the answer is written.
#[derive(Debug)]
pub struct LogRequest {
    /// Such as `/containerLogs/shop/web/app?timestamps=true`.
    pub target: String,
    stream: StreamOwned<ServerConnection, TcpStream>,
}

impl LogRequest {
    /// Writes a part of the log, and sends it at once.
    ///
    /// # Errors
    /// Where the API server has hung up.
    pub fn write(&mut self, part: &[u8]) -> io::Result<()> {
        self.stream.write_all(part)?;
        self.stream.flush()
    }

    /// Ends the log.
    ///
    /// # Errors
    /// Where the API server has hung up.
    pub fn end(mut self) -> io::Result<()> {
        self.stream.conn.send_close_notify();
        self.stream.flush()
    }
}

/// Listens as a node's kubelet would. Each request is the test's to answer.
#[derive(Debug)]
pub struct Kubelet {
    port: u16,
    requests: Receiver<LogRequest>,
}

impl Kubelet {
    /// Starts one on a free port of loopback, with its certificate's files in `dir`. It ends with the test's process.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn start(dir: &Path) -> Result<Self> {
        let serving = Serving::create(dir)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|cause| listening(&cause))?;
        let port = listener.local_addr().map_err(|cause| listening(&cause))?.port();
        let config = Arc::new(config(&serving)?);
        let (sender, requests) = sync_channel(16);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (config, sender) = (config.clone(), sender.clone());
                thread::spawn(move || accept(config, connection, &sender));
            }
        });
        Ok(Self { port, requests })
    }

    /// The port: a Node's `status.daemonEndpoints.kubeletEndpoint.Port`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next request for a log.
    ///
    /// # Panics
    /// When there is none within a minute, which is the longest back-off.
    #[must_use]
    pub fn request(&self) -> LogRequest {
        self.requests
            .recv_timeout(std::time::Duration::from_secs(60))
            .expect("the API server asks for the log")
    }
}

fn listening(cause: &io::Error) -> Error {
    Error::failed(format!("the kubelet cannot listen: {cause}"))
}

fn config(serving: &Serving) -> Result<ServerConfig> {
    let broken = |cause: &dyn std::fmt::Display| {
        Error::failed(format!("the kubelet's certificate is broken: {cause}"))
    };
    let certificate = CertificateDer::from_pem_file(&serving.certificate).map_err(|cause| broken(&cause))?;
    let key = PrivateKeyDer::from_pem_file(&serving.key).map_err(|cause| broken(&cause))?;
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|cause| broken(&cause))?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(|cause| broken(&cause))
}

/// Reads a request's head, answers with a head whose body ends with the connection, and leaves the body to the test.
fn accept(config: Arc<ServerConfig>, connection: TcpStream, sender: &SyncSender<LogRequest>) {
    let Ok(tls) = ServerConnection::new(config) else { return };
    let mut reader = BufReader::new(StreamOwned::new(tls, connection));
    let mut first = String::new();
    let mut line = String::new();
    // A connection that brings no request is one that was only tried.
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut request = LogRequest { target, stream: reader.into_inner() };
    if request.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n").is_ok() {
        // A test that is over takes no more.
        let _ = sender.send(request);
    }
}
