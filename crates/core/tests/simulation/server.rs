//! A model of the API server and of the network before it, with faults by chance.

use std::collections::BTreeMap;

use bytes::Bytes;
use kubewire::{Failure, FailureKind, Head, Heard, Sent, Trust, Wire};

use crate::random::Random;

pub(crate) struct Server {
    pub(crate) random: Random,
    /// How often, of a hundred requests, something goes wrong.
    pub(crate) faults: u64,
    pub(crate) token: String,
    pub(crate) authority: Bytes,
    /// What each host's calls came to.
    pub(crate) seen: BTreeMap<usize, Seen>,
}

/// What the server knows of one host's call.
#[derive(Default, Debug)]
pub(crate) struct Seen {
    pub(crate) requests: u32,
    /// How often it did what was asked.
    pub(crate) acted: u32,
    /// How often it refused the credentials, or was not trusted.
    pub(crate) unwelcome: u32,
    /// It asked not to be called again before this time.
    pub(crate) not_before: u64,
    /// How often it was called all the same.
    pub(crate) too_early: u32,
    /// The whole body of its last answer.
    pub(crate) body: String,
}

/// What comes back, each after so many milliseconds.
pub(crate) type Replies = Vec<(u64, Heard)>;

/// A failed answer, as the API writes it.
pub(crate) fn status(code: u16, message: &str) -> Bytes {
    format!(r#"{{"kind":"Status","status":"Failure","message":"{message}","code":{code}}}"#).into()
}

fn failure(kind: FailureKind, sent: Sent) -> Failure {
    Failure { kind, sent, message: "simulated".into() }
}

/// An answer in one piece.
fn answer(wire: u32, at: u64, head: Head, body: Bytes) -> Replies {
    vec![(at, Heard::Head(wire, head)), (at, Heard::Data(wire, body)), (at, Heard::End(wire))]
}

impl Server {
    /// Whether who asks is known, and knows us: otherwise what it hears.
    fn door(&mut self, now: u64, host: usize, wire: u32, request: &Wire, trust: &Trust) -> Option<Replies> {
        let delay = self.random.range(1, 20);
        let seen = self.seen.entry(host).or_default();
        seen.requests += 1;
        seen.too_early += u32::from(now < seen.not_before);
        if *trust != Trust::Bundle(self.authority.clone()) {
            seen.unwelcome += 1;
            let failure = failure(FailureKind::Untrusted, Sent::No);
            return Some(vec![(delay, Heard::Failed(wire, failure))]);
        }
        let header = request.headers.iter().find(|(name, _)| name == "authorization");
        if header.is_none_or(|(_, value)| *value != format!("Bearer {}", self.token)) {
            seen.unwelcome += 1;
            return Some(answer(wire, delay, Head::new(401), status(401, "who are you")));
        }
        None
    }

    /// A request and all that will come of it.
    pub(crate) fn request(
        &mut self,
        now: u64,
        host: usize,
        wire: u32,
        request: &Wire,
        trust: &Trust,
        stream: bool,
    ) -> Replies {
        if let Some(refusal) = self.door(now, host, wire, request, trust) {
            return refusal;
        }
        if self.random.percent(self.faults) {
            return self.fault(now, host, wire, stream);
        }
        self.serve(host, wire, stream)
    }

    /// The server does what is asked, and answers in pieces that say which request they belong to.
    fn serve(&mut self, host: usize, wire: u32, stream: bool) -> Replies {
        let mut at = self.random.range(1, 200);
        let mut replies = vec![(at, Heard::Head(wire, Head::new(200)))];
        let mut whole = String::new();
        for index in 0..self.random.range(1, 5) {
            at += self.random.range(1, 1_000);
            let name = format!("host {host} wire {wire} piece {index}");
            let piece = if stream {
                format!(r#"{{"type":"ADDED","object":{{"metadata":{{"name":"{name}"}}}}}}"#)
            } else {
                format!("({name})")
            };
            whole += &piece;
            // Cut anywhere: pieces of the network are not those of the sender.
            let (front, back) = piece.split_at(self.random.range(0, piece.len() as u64) as usize);
            replies.push((at, Heard::Data(wire, Bytes::from(front.to_owned()))));
            at += self.random.range(0, 2);
            replies.push((at, Heard::Data(wire, Bytes::from(back.to_owned()))));
        }
        replies.push((at + 2, Heard::End(wire)));
        let seen = self.seen.entry(host).or_default();
        seen.acted += 1;
        seen.body = whole;
        replies
    }

    fn fault(&mut self, now: u64, host: usize, wire: u32, stream: bool) -> Replies {
        let at = self.random.range(1, 50);
        let lost = |sent| Heard::Failed(wire, failure(FailureKind::Reset, sent));
        match self.random.range(0, 11) {
            0 => vec![(at, Heard::Failed(wire, failure(FailureKind::Refused, Sent::No)))],
            // Lost before the server acted, and after it did.
            1 => vec![(at, lost(Sent::Maybe))],
            2 => {
                self.serve(host, wire, stream);
                vec![(at, lost(Sent::Maybe))]
            }
            // Silence: no head, acted or not.
            3 => Vec::new(),
            4 => {
                self.serve(host, wire, stream);
                Vec::new()
            }
            5 => {
                let seconds = self.random.range(0, 4);
                let seen = self.seen.entry(host).or_default();
                seen.not_before = now + at + seconds * 1000;
                let mut head = Head::new(429);
                head.header("retry-after", seconds.to_string().as_bytes());
                answer(wire, at, head, status(429, "slow down"))
            }
            6 => answer(wire, at, Head::new(429), Bytes::new()),
            // Whether a 5xx came before or after the server acted, nobody knows.
            7 => {
                if self.random.percent(50) {
                    self.serve(host, wire, stream);
                }
                let mut head = Head::new(503);
                head.header("Retry-After", b"1");
                self.seen.entry(host).or_default().not_before = now + at + 1_000;
                answer(wire, at, head, "try again".into())
            }
            8 => {
                if self.random.percent(50) {
                    self.serve(host, wire, stream);
                }
                answer(wire, at, Head::new(500), status(500, "broken"))
            }
            // Cut off in the body, by the connection's end or by silence.
            cut => {
                let mut replies = self.serve(host, wire, stream);
                let keep = self.random.range(1, replies.len() as u64) as usize;
                replies.truncate(keep);
                let last = replies.last().map_or(at, |(at, _)| *at);
                if cut == 9 {
                    replies.push((last + 1, lost(Sent::Maybe)));
                }
                replies
            }
        }
    }

    /// A WebSocket opens, or does not.
    pub(crate) fn upgrade(
        &mut self,
        now: u64,
        host: usize,
        wire: u32,
        request: &Wire,
        trust: &Trust,
    ) -> Replies {
        if let Some(refusal) = self.door(now, host, wire, request, trust) {
            return refusal;
        }
        let at = self.random.range(1, 50);
        if self.random.percent(self.faults) {
            return match self.random.range(0, 4) {
                0 => vec![(at, Heard::Failed(wire, failure(FailureKind::Reset, Sent::Maybe)))],
                1 => answer(wire, at, Head::new(403), status(403, "no")),
                2 => answer(wire, at, Head::new(200), "no socket here".into()),
                _ => Vec::new(),
            };
        }
        self.seen.entry(host).or_default().acted += 1;
        vec![(at, Heard::Head(wire, Head::new(101))), (at + 1, Heard::Room(wire))]
    }

    /// A message is echoed; after some of them the server closes, or the connection breaks.
    pub(crate) fn message(&mut self, wire: u32, message: Bytes) -> Replies {
        let at = self.random.range(1, 50);
        let mut replies = vec![(at, Heard::Data(wire, message)), (at, Heard::Room(wire))];
        if self.random.percent(10) {
            replies.push((at + 1, Heard::End(wire)));
        } else if self.random.percent(self.faults / 4) {
            replies.push((at + 1, Heard::Failed(wire, failure(FailureKind::Reset, Sent::Maybe))));
        }
        replies
    }
}
