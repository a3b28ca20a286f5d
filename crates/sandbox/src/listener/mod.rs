//! The door of sockets: an HTTP/1.1 server on loopback, with TLS of its own.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a listener is a host: the sandbox behind it is told the time, and this file tells it"
)]

mod answer;
mod authority;
mod events;
mod files;
mod serve;
mod shared;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::mount::Mount;
use crate::sandbox::Sandbox;
use authority::Authority;
use shared::Shared;

/// How a [`Listener`] listens.
#[derive(Clone, Debug)]
pub struct Options {
    port: u16,
    plain: bool,
    connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, plain: false, connections: 512 }
    }
}

impl Options {
    /// The port; a free one unless said.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Plain HTTP, without TLS.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// So many connections are open at once at most, 512 unless said; one more is closed as soon as it is there. Each watch takes one.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }
}

/// A sandbox behind a socket of this machine, `127.0.0.1`: any client of any language can ask it, over HTTP/1.1 and TLS. It runs in a thread
/// of its own, by the real clock, until it is stopped or dropped.
///
/// ```
/// use kubewire_sandbox::{Listener, Options, Sandbox};
/// let listener = Listener::start(Sandbox::new(), &Options::default())?;
/// assert!(listener.url().starts_with("https://127.0.0.1:"));
/// assert!(listener.kubeconfig("default").contains(listener.url()));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    url: String,
    port: u16,
    /// The certificate of the authority; none over plain HTTP.
    authority: Option<String>,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Takes a sandbox, listens, and answers from now on.
    ///
    /// # Errors
    /// Those of the socket, such as a port that another program has, and of the thread.
    pub fn start(sandbox: Sandbox, options: &Options) -> io::Result<Self> {
        let Options { port, plain, connections } = *options;
        let socket = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        socket.set_nonblocking(true)?;
        let port = socket.local_addr()?.port();
        let authority = if plain { None } else { Some(Authority::new().map_err(io::Error::other)?) };
        let (authority, tls) = match authority {
            Some(Authority { pem, server }) => (Some(pem), Some(TlsAcceptor::from(Arc::new(server)))),
            None => (None, None),
        };
        let url = format!("{}://127.0.0.1:{port}", if plain { "http" } else { "https" });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let shared = Arc::new(Shared::new(sandbox));
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        // What is under way when it is stopped is dropped with the runtime, and its sockets with it.
        let run = move || runtime.block_on(serve::until(stopped, socket, tls, connections, served));
        let thread = thread::Builder::new().name("kubewire-sandbox".to_owned()).spawn(move || drop(run()))?;
        Ok(Self { url, port, authority, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it is, such as `https://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that signed its own, as PEM: what a client must trust. It was made at the start, and its key is forgotten.
    /// `None` over plain HTTP.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The files of a pod that runs as a service account; see [`Sandbox::mount`].
    #[must_use]
    pub fn mount(&self, namespace: &str, account: &str) -> Mount {
        let mount = self.with(|sandbox| sandbox.mount(namespace, account));
        self.trusting(mount)
    }

    /// Such files with the token of the administrator; see [`Sandbox::admin`].
    #[must_use]
    pub fn admin_mount(&self, namespace: &str) -> Mount {
        let token = self.with(|sandbox| sandbox.admin().to_owned());
        self.trusting(Mount::new(token, namespace))
    }

    fn trusting(&self, mut mount: Mount) -> Mount {
        if let Some(authority) = &self.authority {
            mount.ca.clone_from(authority);
        }
        mount
    }

    /// Writes a service account's files, `token`, `ca.crt` and `namespace`, into a directory, which is made where it is missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_mount(&self, directory: impl AsRef<Path>, namespace: &str, account: &str) -> io::Result<()> {
        files::write(directory.as_ref(), &self.mount(namespace, account))
    }

    /// Writes the administrator's.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_admin_mount(&self, directory: impl AsRef<Path>, namespace: &str) -> io::Result<()> {
        files::write(directory.as_ref(), &self.admin_mount(namespace))
    }

    /// A kubeconfig for the administrator, which kubectl and most clients take by `KUBECONFIG`; kubewire itself takes a mount.
    #[must_use]
    pub fn kubeconfig(&self, namespace: &str) -> String {
        files::kubeconfig(&self.url, self.authority.as_deref(), &self.admin_mount(namespace))
    }

    /// A kubeconfig for a service account.
    #[must_use]
    pub fn account_kubeconfig(&self, namespace: &str, account: &str) -> String {
        files::kubeconfig(&self.url, self.authority.as_deref(), &self.mount(namespace, account))
    }

    /// Looks into the sandbox, or changes it past the API: watches tell of it. No request is answered meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&mut Sandbox) -> T) -> T {
        self.shared.with(|sandbox, _| look(sandbox))
    }

    /// Ends it at once: open connections are closed, and what is under way is not waited for. So does dropping it.
    pub fn stop(self) {}
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell, and a panic of it is on standard error.
            let _ = thread.join();
        }
    }
}
