//! Connections: taken, bounded, and ended without harm to others.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::answer::answer;
use super::shared::Shared;

/// A handshake has to be done within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// So long a connection may be idle, or take over the head of a request.
const IDLE: Duration = Duration::from_secs(90);
/// The head of a request may have so many bytes: more than any `labelSelector` that is meant.
const HEAD: usize = 64 * 1024;
/// Where no more sockets are to be had, some of the open ones may end until then.
const BREATH: Duration = Duration::from_millis(20);

/// Serves until the other end of `stopped` is used or dropped.
pub(super) async fn until(
    stopped: oneshot::Receiver<()>,
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    connections: usize,
    shared: Arc<Shared>,
) -> io::Result<()> {
    let socket = tokio::net::TcpListener::from_std(socket)?;
    let life = Arc::clone(&shared);
    let places = Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS)));
    let accept = tokio::spawn(async move {
        loop {
            match socket.accept().await {
                Ok((socket, _)) => {
                    // Where there is no place, the socket is closed here.
                    let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
                    let served = connection(socket, tls.clone(), Arc::clone(&shared));
                    tokio::spawn(async move {
                        served.await;
                        drop(place);
                    });
                }
                Err(_) => sleep(BREATH).await,
            }
        }
    });
    let life = tokio::spawn(live(life));
    let _ = stopped.await;
    accept.abort();
    life.abort();
    Ok(())
}

/// Lets what lives in the sandbox live on when its time comes.
async fn live(shared: Arc<Shared>) {
    let mut changes = shared.changes();
    loop {
        changes.mark_unchanged();
        let next = shared.step(|sandbox, now| {
            sandbox.pass(now);
            sandbox.next()
        });
        shared.wait(&mut changes, next.unwrap_or(u64::MAX)).await;
    }
}

/// Serves a connection to its end. What goes wrong with it is nobody's but its client's, who sees it.
async fn connection(socket: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let _ = socket.set_nodelay(true);
    match tls {
        None => serve(socket, shared).await,
        Some(tls) => {
            if let Ok(Ok(socket)) = timeout(HANDSHAKE, tls.accept(socket)).await {
                serve(socket, shared).await;
            }
        }
    }
}

async fn serve(socket: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let service = service_fn(|request| answer(Arc::clone(&shared), request));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(HEAD);
    let _ = http.serve_connection(TokioIo::new(socket), service).await;
}
