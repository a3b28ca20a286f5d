//! A server of canned answers on loopback: pods as a list by pages, as a streaming list, and as a watch of changes.
//!
//! It does as little as it can, so that what is measured are its clients. Each event of a watch is a chunk of its own, as the API server
//! sends it.

use std::io::{BufRead, BufReader, BufWriter, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use serde::Deserialize;

use super::forms::{FIRST_CHANGE, Form, Protobuf};
use crate::objects::Objects;
use crate::seen::Seen;

pub struct Server {
    url: String,
    shared: Arc<Shared>,
    all: Seen,
    all_changed: Seen,
    changed: Seen,
}

struct Shared {
    pods: Objects,
    protobuf: Option<Protobuf>,
    changes: usize,
    /// Whether changes flow.
    flows: Mutex<bool>,
    told: Condvar,
}

impl Server {
    /// Serves these pods, and the first so many of them changed.
    pub fn start(pods: Objects, protobuf: Option<Protobuf>, changes: usize) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let (mut all, mut all_changed, mut changed) = (Seen::default(), Seen::default(), Seen::default());
        for (index, pod) in pods.items.iter().enumerate() {
            let version = if index < changes { (FIRST_CHANGE + index).to_string() } else { String::new() };
            let metadata = Metadata::read(pod);
            let now = if index < changes { &version } else { &metadata.resource_version };
            metadata.add_to(&mut all, &metadata.resource_version);
            metadata.add_to(&mut all_changed, now);
            if index < changes {
                metadata.add_to(&mut changed, now);
            }
        }
        let (flows, told) = (Mutex::new(false), Condvar::new());
        let shared = Arc::new(Shared { pods, protobuf, changes, flows, told });
        let serving = shared.clone();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let shared = serving.clone();
                // A client that goes away has had what it wanted.
                thread::spawn(move || drop(shared.serve(socket)));
            }
        });
        Ok(Self { url, shared, all, all_changed, changed })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn changes(&self) -> usize {
        self.shared.changes
    }

    /// Of all pods, before the changes.
    pub fn all(&self) -> Seen {
        self.all
    }

    /// Of all pods, after them.
    pub fn all_changed(&self) -> Seen {
        self.all_changed
    }

    /// Of the changes.
    pub fn changed(&self) -> Seen {
        self.changed
    }

    /// Lets changes flow to whoever watches, or holds them back.
    pub fn let_changes_go(&self, flows: bool) {
        *self.shared.flows.lock().unwrap_or_else(PoisonError::into_inner) = flows;
        self.shared.told.notify_all();
    }
}

/// What is checked of an object.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    namespace: String,
    resource_version: String,
}

impl Metadata {
    fn read(object: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Object {
            metadata: Metadata,
        }
        serde_json::from_slice::<Object>(object).expect("an object").metadata
    }

    fn add_to(&self, seen: &mut Seen, version: &str) {
        seen.add(Some(&self.namespace), &self.name, version);
    }
}

impl Shared {
    /// One connection: request after request.
    fn serve(&self, socket: TcpStream) -> Result<()> {
        socket.set_nodelay(true)?;
        let mut requests = BufReader::new(socket.try_clone()?);
        let mut answers = BufWriter::with_capacity(256 << 10, socket);
        while let Some(Request { target, protobuf }) = Request::read(&mut requests)? {
            let (path, query) = target.split_once('?').unwrap_or((&target, ""));
            let value =
                |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            match (path, value("watch")) {
                ("/api/v1/pods", Some("1" | "true")) => {
                    let form = self.protobuf.as_ref().filter(|_| protobuf).map(|form| form as &dyn Form);
                    let initial = value("sendInitialEvents") == Some("true");
                    self.watch(&mut answers, form.unwrap_or(&self.pods), initial)?;
                    // It stays open until the client has had enough.
                    return requests.read_to_end(&mut Vec::new()).map(drop);
                }
                ("/api/v1/pods", _) => {
                    let number = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok());
                    let end = self.pods.items.len();
                    let start = number("continue").unwrap_or_default().min(end);
                    let stop = number("limit").map_or(end, |limit| end.min(start + limit));
                    whole(&mut answers, "200 OK", &self.pods.list(start..stop))?;
                }
                _ => whole(&mut answers, "404 Not Found", b"{}")?,
            }
        }
        Ok(())
    }

    fn watch(&self, to: &mut impl Write, form: &dyn Form, initial: bool) -> Result<()> {
        let content_type = form.content_type();
        write!(to, "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        let mut event = Vec::new();
        if initial {
            for index in 0..self.pods.items.len() {
                form.added(index, &mut event);
                chunk(to, &mut event)?;
            }
            form.end(&mut event);
            chunk(to, &mut event)?;
        }
        to.flush()?;
        let flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.told.wait_while(flows, |flows| !*flows).unwrap_or_else(PoisonError::into_inner));
        for index in 0..self.changes {
            form.modified(index, &mut event);
            chunk(to, &mut event)?;
        }
        to.flush()
    }
}

/// What is read of a request.
struct Request {
    target: String,
    /// Whether its client would have protobuf.
    protobuf: bool,
}

impl Request {
    /// The next one; `None` at the connection's end.
    fn read(from: &mut impl BufRead) -> Result<Option<Self>> {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let Some(target) = line.split(' ').nth(1).map(str::to_owned) else { return Ok(None) };
        let mut protobuf = false;
        while !matches!(line.as_str(), "" | "\r\n") {
            line.clear();
            from.read_line(&mut line)?;
            protobuf |= line.to_ascii_lowercase().starts_with("accept: application/vnd.kubernetes.protobuf");
        }
        Ok(Some(Self { target, protobuf }))
    }
}

fn whole(to: &mut impl Write, status: &str, body: &[u8]) -> Result<()> {
    let length = body.len();
    write!(to, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")?;
    to.write_all(body)?;
    to.flush()
}

fn chunk(to: &mut impl Write, event: &mut Vec<u8>) -> Result<()> {
    write!(to, "{:x}\r\n", event.len())?;
    to.write_all(event)?;
    event.clear();
    to.write_all(b"\r\n")
}
