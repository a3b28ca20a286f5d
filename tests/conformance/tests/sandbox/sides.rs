//! The two servers, behind one door.

use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use kubewire::Now;
use kubewire_apiserver::Admin;
use kubewire_sandbox::{Reply, Sandbox};
use serde_json::{Value, json};

use crate::step::{Known, Step};

/// What came of one step.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) id: usize,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// The watch cache may answer, which may know less than the store.
    pub(crate) lags: bool,
    /// JSON, a list of events, or a text.
    pub(crate) body: Value,
}

/// A server that can be asked.
pub(crate) trait Side {
    fn ask(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>>;
}

/// Whoever decides hears of these by a watch: rules, and what admission goes by.
const HEARD_OF: [&str; 6] = [
    "/rbac.authorization.k8s.io/",
    "/storageclasses",
    "/ingressclasses",
    "/runtimeclasses",
    "/limitranges",
    "/resourcequotas",
];
const HEARSAY: std::time::Duration = std::time::Duration::from_millis(40);

/// The API server itself.
pub(crate) struct Real<'a>(pub(crate) &'a Admin);

impl Side for Real<'_> {
    fn ask(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let answer = self.0.ask(request).unwrap_or_else(|error| panic!("{error}"));
        if HEARD_OF.iter().any(|what| request.uri().path().contains(what))
            && request.method() != http::Method::GET
            && answer.status().is_success()
        {
            std::thread::sleep(HEARSAY);
        }
        answer
    }
}

/// The sandbox, whose time moves on where it must.
pub(crate) struct Ours {
    pub(crate) sandbox: Sandbox,
    pub(crate) now: Now,
}

impl Ours {
    /// An empty one, whose clock on the wall begins at `wall`.
    pub(crate) fn new(wall: u64) -> Self {
        Self { sandbox: Sandbox::new(), now: Now { mono: 1_000, wall } }
    }
}

impl Side for Ours {
    fn ask(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.now.mono += 3;
        self.now.wall += 3;
        let mut request = request.clone().map(Bytes::from);
        if !request.headers().contains_key("authorization") {
            let bearer = format!("Bearer {}", self.sandbox.admin());
            request.headers_mut().insert("authorization", bearer.parse().expect("a token is text"));
        }
        let mut reply = self.sandbox.handle(self.now, request);
        loop {
            reply = match reply {
                Reply::Whole(answer) => return answer.map(Vec::from),
                Reply::Parked(parked) => {
                    self.now.mono = parked.timeout();
                    self.sandbox.resume(self.now, parked)
                }
                Reply::Watch(answer) => {
                    let (parts, mut watch) = answer.into_parts();
                    let mut body = Vec::new();
                    loop {
                        match self.sandbox.poll(&mut watch, self.now) {
                            Poll::Ready(Some(line)) => body.extend(line),
                            Poll::Ready(None) => return Response::from_parts(parts, body),
                            Poll::Pending => self.now.mono = self.now.mono.max(watch.timeout()),
                        }
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Sends a sequence, watches last, and gives what came of each step that could be sent.
pub(crate) fn run(side: &mut dyn Side, steps: &[Step], mut known: Known) -> Vec<Answer> {
    let mut answers = Vec::new();
    for step in steps.iter().filter(|step| !step.watch).chain(steps.iter().filter(|step| step.watch)) {
        let Some(request) = known.request(step) else { continue };
        let mut answer = read(step.id, side.ask(&request));
        if request.method() == http::Method::HEAD {
            // A body goes no further than the socket.
            answer.body = Value::String(String::new());
        }
        let target = request.uri().to_string();
        let has = |text: &str| target.contains(text);
        answer.lags = has("resourceVersion=") && !has("Exact") && !has("continue=");
        known.learn(step, &answer.body, answer.lags);
        answers.push(answer);
    }
    answers
}

fn read(id: usize, answer: Response<Vec<u8>>) -> Answer {
    let (parts, body) = answer.into_parts();
    let headers = ["content-type", "warning", "retry-after"].into_iter().flat_map(|name| {
        let values = parts.headers.get_all(name).iter();
        values.map(move |value| (name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    let headers = headers.collect();
    let text = String::from_utf8_lossy(&body).into_owned();
    let lines: Option<Vec<Value>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
    let body = match lines {
        Some(lines)
            if lines.iter().any(|line| line.get("type").is_some() && line.get("object").is_some()) =>
        {
            json!({"events": lines})
        }
        _ => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    };
    Answer { id, status: parts.status.as_u16(), headers, lags: false, body }
}
