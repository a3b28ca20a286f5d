//! A request and what has come of it so far.

use std::task::Poll;

use bytes::Bytes;
use http::Response;
use kubewire::Now;
use kubewire_sandbox::{Parked, Reply, Sandbox, Watch};
use wasm_bindgen::prelude::wasm_bindgen;

/// So many bytes at least are handed over at once where there are as many.
const PIECE: usize = 64 * 1024;

/// A request on its way: parked, then a head, then a body piece by piece.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Exchange {
    status: u16,
    headers: String,
    rest: Rest,
    /// Whether the end is that of the connection.
    lost: bool,
}

/// What is still to come.
#[derive(Debug)]
enum Rest {
    Parked(Box<Parked>),
    Whole(Bytes),
    Watch(Box<Watch>),
    /// What came before the connection was lost.
    Lost(Bytes),
    Nothing,
}

#[wasm_bindgen]
impl Exchange {
    /// The HTTP status; 0 while the request is parked.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The answer's headers as lines, names and values in turn.
    #[must_use]
    pub fn headers(&self) -> String {
        self.headers.clone()
    }

    /// Whether the whole body was handed over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.rest, Rest::Nothing)
    }

    /// Whether nothing more came because the connection was lost.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// When something happens by itself, on the monotonic clock; infinity for never.
    #[must_use]
    pub fn timeout(&self) -> f64 {
        match &self.rest {
            Rest::Parked(parked) => parked.timeout() as f64,
            Rest::Watch(watch) => watch.timeout() as f64,
            _ => f64::INFINITY,
        }
    }
}

impl Exchange {
    pub(crate) fn new(reply: Reply) -> Self {
        let mut exchange = Self { status: 0, headers: String::new(), rest: Rest::Nothing, lost: false };
        exchange.take(reply);
        exchange
    }

    pub(crate) fn resume(&mut self, sandbox: &mut Sandbox, now: Now) {
        match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Parked(parked) => self.take(sandbox.resume(now, *parked)),
            rest => self.rest = rest,
        }
    }

    pub(crate) fn next(&mut self, sandbox: &Sandbox, now: Now) -> Option<Vec<u8>> {
        let piece = match &mut self.rest {
            Rest::Whole(body) => {
                let body = Vec::from(std::mem::take(body));
                self.rest = Rest::Nothing;
                body
            }
            Rest::Lost(body) => {
                let body = Vec::from(std::mem::take(body));
                (self.rest, self.lost) = (Rest::Nothing, true);
                body
            }
            Rest::Watch(watch) => {
                let mut piece = Vec::new();
                while piece.len() < PIECE {
                    match sandbox.poll(watch, now) {
                        Poll::Ready(Some(line)) => piece.extend_from_slice(&line),
                        Poll::Ready(None) => {
                            (self.lost, self.rest) = (watch.is_lost(), Rest::Nothing);
                            break;
                        }
                        Poll::Pending => break,
                    }
                }
                piece
            }
            Rest::Parked(_) | Rest::Nothing => Vec::new(),
        };
        (!piece.is_empty()).then_some(piece)
    }

    fn take(&mut self, reply: Reply) {
        match reply {
            Reply::Whole(answer) => {
                let body = self.head(answer);
                self.rest = Rest::Whole(body);
            }
            Reply::Watch(answer) => {
                let watch = self.head(answer);
                self.rest = Rest::Watch(Box::new(watch));
            }
            Reply::Parked(parked) => self.rest = Rest::Parked(Box::new(parked)),
            Reply::Lost(Some(answer)) => {
                let body = self.head(answer);
                self.rest = Rest::Lost(body);
            }
            // And a word of a later version: to its client it is a connection without an answer.
            _ => self.lost = true,
        }
    }

    /// Keeps the head, and gives the rest.
    fn head<T>(&mut self, answer: Response<T>) -> T {
        let (parts, body) = answer.into_parts();
        self.status = parts.status.as_u16();
        for (name, value) in &parts.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            self.headers.extend([name.as_str(), "\n", &value, "\n"]);
        }
        body
    }
}
