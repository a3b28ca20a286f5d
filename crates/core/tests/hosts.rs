//! What hosts share, with the host's part written out: no socket, no file, no clock.

// A test may panic, and has the clock and the threads of a host.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

use std::cell::Cell;
use std::future::{Future, pending, ready};
use std::io::{Error as IoError, ErrorKind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use kubewire::host::{Conversation, ForTrust, Idle, Pieces, SharedSession, Step, UnderWay};
use kubewire::machine::{Candidate, ElectionEvent, OnExpired};
use kubewire::reading::{self, Asking, Electing, ListPages, Reading, Told};
use kubewire::{
    Api, Builtin, Catalog, Config, Error, Failure, FailureKind, Head, Heard, List, Need, Now, Object,
    ReadError, Sent, Session, Task, Trust,
};

fn at(mono: u64) -> Now {
    Now { mono, wall: 1_800_000_000_000 + mono }
}

/// Without credentials, so that nothing stands before the request.
fn session() -> SharedSession {
    let config = Config::server("http://api.test").unwrap().allow_plain_http();
    SharedSession::new(config, |path| panic!("nothing is read, not {path}")).unwrap()
}

fn pods() -> Api<Object> {
    Api::dynamic(Builtin.find(None, "pods").unwrap()).within("shop")
}

/// Answers the one request that a conversation makes now, and gives what it then tells.
fn answer<R: Reading>(conversation: &mut Conversation<R>, now: Now, status: u16, body: &str) -> Told<R> {
    let Step::Do(Task::Request { wire, .. }) = conversation.step(now) else { panic!("no request") };
    assert!(matches!(conversation.step(now), Step::Wait(_)));
    conversation.hear(now, Heard::Head(wire, Head::new(status)));
    conversation.hear(now, Heard::Data(wire, Bytes::copy_from_slice(body.as_bytes())));
    conversation.hear(now, Heard::End(wire));
    match conversation.step(now) {
        Step::Tell(told) => told,
        _ => panic!("nothing is told"),
    }
}

#[test]
fn a_call_is_answered_as_its_type() {
    let ask = || {
        Conversation::<Asking<Object>>::new(&session(), at(0), reading::ask(pods().get("web")).unwrap(), 1)
    };
    let mut call = ask();
    assert_eq!(answer(&mut call, at(1), 200, r#"{"metadata":{"name":"web"}}"#).unwrap().name(), "web");
    assert!(matches!(call.step(at(2)), Step::Done));
    let refused = answer(&mut ask(), at(1), 404, r#"{"kind":"Status","code":404,"reason":"NotFound"}"#);
    assert!(refused.unwrap_err().status().unwrap().is_not_found());
    assert!(matches!(
        answer(&mut ask(), at(1), 200, r#"{"metadata":{"name":7}}"#),
        Err(Error::Decode { .. })
    ));
    assert!(matches!(reading::ask(pods().get("../x")), Err(Error::Build(_))));
}

#[test]
fn a_page_is_asked_for_when_it_is_wanted_and_once() {
    let machine = reading::pages(pods().list(), OnExpired::Fail).unwrap();
    let mut pages = Conversation::<ListPages<List<Object>>>::new(&session(), at(0), machine, 1);
    let page = r#"{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"more"},"items":[]}"#;
    assert!(answer(&mut pages, at(1), 200, page).is_ok());
    // The user has the page: until they want another, nothing is sent. Then `answer` finds one request, and not two.
    let last = r#"{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[]}"#;
    assert!(answer(&mut pages, at(2), 200, last).is_ok());
    assert!(matches!(pages.step(at(3)), Step::Done));
}

#[test]
fn a_conversation_that_is_dropped_lets_others_read_the_file() {
    let files = |path: &str| match path.rsplit('/').next() {
        Some("token") => Ok(b"abc.def.ghi".to_vec()),
        Some("namespace") => Ok(b"shop".to_vec()),
        _ => Err(IoError::from(ErrorKind::NotFound)),
    };
    let config = || Config::server("http://api.test").unwrap().allow_plain_http().mount("/mount");
    let session = SharedSession::new(config(), files).unwrap();
    assert_eq!(session.namespace(), "shop");
    let late = at(3_600_000);
    let ask =
        || Conversation::<Asking<Object>>::new(&session, late, reading::ask(pods().get("web")).unwrap(), 1);
    let (mut first, mut second) = (ask(), ask());
    assert!(matches!(first.step(late), Step::Do(Task::Need(..))));
    assert!(matches!(second.step(late), Step::Do(Task::Request { .. })), "one of them reads it anew");
    drop(first);
    assert!(matches!(ask().step(late), Step::Do(Task::Need(..))));

    let none = SharedSession::new(config(), |_| Err(ErrorKind::NotFound.into())).unwrap_err();
    assert!(matches!(none, Error::Config(_)), "{none}");
}

#[test]
fn needs_are_files() {
    let need = Need::File("/mount/token".into());
    assert_eq!(need.path(), "/mount/token");
    assert_eq!(need.read_by(|path| Ok(path.as_bytes().to_vec())).unwrap(), "/mount/token");
    assert_eq!(need.read_by(|_| Err(ErrorKind::NotFound.into())), Err(ReadError::NotFound));
}

#[test]
fn what_belongs_to_an_authority_is_made_once() {
    let (session, agents, made) = (session(), ForTrust::<u32>::default(), Cell::new(0));
    let mut call =
        Conversation::<Asking<Object>>::new(&session, at(0), reading::ask(pods().get("web")).unwrap(), 1);
    let Step::Do(Task::Request { tls, .. }) = call.step(at(0)) else { panic!("no request") };
    let make = |trust: Trust| {
        assert_eq!(trust, Trust::PlainHttp);
        made.set(made.get() + 1);
        Ok(7)
    };
    let broken = Failure::of_authority("no PEM");
    assert_eq!(agents.get(&session, tls, |_| Err(broken.clone())), Err(broken.clone()));
    assert_eq!((broken.kind, broken.sent), (FailureKind::Untrusted, Sent::No));
    assert_eq!((agents.get(&session, tls, make), agents.get(&session, tls, make)), (Ok(7), Ok(7)));
    assert_eq!(made.get(), 1);
}

#[test]
fn a_term_is_known_in_other_threads_and_ends_by_the_clock() {
    let machine = reading::elect(&Candidate::new("shop", "lock", "first"), 1).unwrap();
    let term = machine.term();
    let mut election = Conversation::<Electing>::new(&session(), at(0), machine, 1);
    let lease = r#"{"metadata":{"name":"lock","resourceVersion":"1"},"spec":{"holderIdentity":"first","leaseDurationSeconds":15}}"#;
    assert_eq!(term.until(at(0)), None);
    let Step::Do(Task::Request { wire, .. }) = election.step(at(1_000)) else { panic!("no read") };
    election.hear(at(1_000), Heard::Head(wire, Head::new(404)));
    election.hear(at(1_000), Heard::End(wire));
    let leading = answer(&mut election, at(1_000), 201, lease).unwrap();
    assert!(matches!(leading, ElectionEvent::Leading { until: 11_000, .. }), "{leading:?}");
    let other = std::thread::spawn({
        let term = term.clone();
        move || (term.until(at(10_999)), term.until(at(11_000)))
    });
    assert_eq!(other.join().unwrap(), (Some(11_000), None), "nobody has told the machine");

    // A renewal is no event; the term knows it.
    election.hear(at(3_000), Heard::Time);
    let Step::Do(Task::Request { wire, .. }) = election.step(at(3_000)) else { panic!("no renewal") };
    election.hear(at(3_100), Heard::Head(wire, Head::new(200)));
    election.hear(at(3_100), Heard::Data(wire, lease.into()));
    election.hear(at(3_100), Heard::End(wire));
    assert!(matches!(election.step(at(3_100)), Step::Wait(_)));
    assert_eq!(term.until(at(3_100)), Some(13_000));

    term.stop();
    election.hear(at(3_200), Heard::Time);
    assert_eq!(term.until(at(3_200)), None, "before anything is told");
    let Step::Do(Task::Request { wire, .. }) = election.step(at(3_200)) else { panic!("no read") };
    assert!(matches!(election.step(at(3_200)), Step::Tell(Ok(ElectionEvent::Lost { .. }))));
    election.hear(at(3_300), Heard::Head(wire, Head::new(200)));
    election.hear(at(3_300), Heard::Data(wire, lease.into()));
    election.hear(at(3_300), Heard::End(wire));
    assert_eq!(answer(&mut election, at(3_300), 200, lease).unwrap(), ElectionEvent::Released);
    assert!(matches!(election.step(at(3_300)), Step::Done));
}

#[test]
fn idle_connections_are_few_and_young() {
    let (mut idle, start) = (Idle::default(), Instant::now());
    let after = |seconds| start + Duration::from_secs(seconds);
    (0..40).for_each(|connection| idle.give_back(connection, start));
    assert_eq!(idle.take(after(59)), Some(31), "the last of 32");
    idle.give_back(31, after(59));
    assert_eq!((idle.take(after(60)), idle.take(after(60))), (Some(31), None));
}

/// An answer of so many pieces.
struct Counted(Arc<AtomicU32>, u32);

impl Pieces for Counted {
    async fn next(self) -> Result<Option<(Bytes, Self)>, Failure> {
        match self.1 {
            0 => Ok(None),
            13 => Err(Failure::new(FailureKind::Reset, Sent::Maybe, "broken")),
            left => Ok(Some((Bytes::from(vec![0; left as usize]), Self(self.0.clone(), left - 1)))),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn what_is_under_way_takes_turns_and_ends_when_it_is_cancelled() {
    let (mut under_way, ended) = (UnderWay::default(), Arc::new(AtomicU32::new(0)));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(under_way.poll(context).is_pending());
    under_way.request(1, ready(Ok((Head::new(200), Counted(ended.clone(), 2)))));
    under_way.request(2, ready(Ok((Head::new(200), Counted(ended.clone(), 14)))));
    under_way.request(3, ready(Err(Failure::unsent(FailureKind::Refused, "nobody"))));
    under_way.read(4, ready(Err(ErrorKind::NotFound.into())));
    under_way.request(5, Held(pending(), Counted(ended.clone(), 1)));
    let mut heard = Vec::new();
    while let Poll::Ready(one) = under_way.poll(context) {
        heard.push(format!("{one:?}"));
    }
    let failed = |wire, failure: Failure| format!("Failed({wire}, {failure:?})");
    let broken = failed(2, Failure::new(FailureKind::Reset, Sent::Maybe, "broken"));
    let refused = failed(3, Failure::unsent(FailureKind::Refused, "nobody"));
    let first = ["Head(1, 200)", "Head(2, 200)", &refused, "Given(4, NotFound)"];
    let rest = ["Data(1, 2 bytes)", "Data(2, 14 bytes)", "Data(1, 1 bytes)", &broken, "End(1)"];
    assert_eq!(heard, [&first[..], &rest[..]].concat());
    let before = ended.load(Ordering::SeqCst);
    under_way.cancel(5);
    assert_eq!(ended.load(Ordering::SeqCst), before + 1, "cancelled, it is dropped at once");

    let (sender, receiver) = mpsc::channel();
    under_way.wake(async move { sender.send(()).unwrap() });
    assert!(matches!(under_way.poll(context), Poll::Ready(Heard::Time)) && receiver.try_recv().is_ok());
}

/// A future that holds something.
struct Held<F, T>(F, T);

impl<F: Future + Unpin, T: Unpin> Future for Held<F, T> {
    type Output = F::Output;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        std::pin::Pin::new(&mut self.0).poll(context)
    }
}

#[test]
fn requests_of_hosts_with_connections_of_their_own() {
    let cases = [
        ("https://[fd00::1]:6443/one", ("fd00::1", 6443, "[fd00::1]:6443", "/one/version")),
        ("https://api.test", ("api.test", 443, "api.test", "/version")),
        ("http://api.test", ("api.test", 80, "api.test", "/version")),
    ];
    for (server, wanted) in cases {
        let config = Config::server(server).unwrap().allow_plain_http();
        let mut session: Session = config.session().unwrap();
        let call = kubewire::get_path("/version").unwrap();
        let Ok(kubewire::Prepared::Ready { wire, .. }) = session.prepare(call.draft(), at(0)) else {
            panic!("no request for {server}")
        };
        let (request, host, port) = wire.into_origin_request().unwrap();
        let found = (&*host, port, request.headers()["host"].to_str().unwrap(), &*request.uri().to_string());
        assert_eq!(found, wanted);
    }
}

#[test]
fn while_a_connection_is_opened_nothing_was_sent() {
    let unknown = Failure::of_connect(&IoError::other("failed to lookup address information"));
    assert_eq!((unknown.kind, unknown.sent), (FailureKind::Refused, Sent::No));
    // ECONNRESET on Linux.
    let reset = Failure::of_connect(&IoError::from_raw_os_error(104));
    assert_eq!((reset.kind, reset.sent), (FailureKind::Reset, Sent::No));
}

#[test]
fn clocks_are_whole_milliseconds() {
    let now = Now::of(Duration::from_micros(1_999), UNIX_EPOCH + Duration::from_secs(2));
    assert_eq!(now, Now { mono: 1, wall: 2_000 });
    assert_eq!(
        Now::of(Duration::MAX, SystemTime::UNIX_EPOCH - Duration::from_secs(1)),
        Now { mono: u64::MAX, wall: 0 }
    );
}
