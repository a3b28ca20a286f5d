//! Single situations, step by step, with the host's part written out.

use bytes::Bytes;
use kubewire::machine::{
    Candidate, Election, ElectionEvent, Exchange, Limits, Machine, Once, Retry, Shape, Stop, WatchStream,
};
use kubewire::{
    Act, Config, Deadline, Driver, Error, Failure, FailureKind, Head, Heard, Now, Prepared, Sent, Session,
    Task,
};

use crate::{LIMITS, call, draft, get};

fn at(mono: u64) -> Now {
    Now { mono, wall: 1_800_000_000_000 + mono }
}

/// Without credentials, so that nothing stands before the request.
fn session() -> Session {
    Config::server("https://api.test").unwrap().session().unwrap()
}

/// The one request that a driver wants now.
fn request<M: Machine>(driver: &mut Driver<M>) -> u32 {
    let wire = match driver.poll() {
        Some(Act::Do(Task::Request { wire, .. })) => wire,
        other => panic!("a request, and not {other:?}"),
    };
    assert!(driver.poll().is_none());
    wire
}

fn lost(sent: Sent) -> Failure {
    Failure { kind: FailureKind::Reset, sent, message: "simulated".into() }
}

#[test]
fn an_evictions_429_is_its_answer() {
    let json = r#"{"verb":"create","resource":"pods","namespace":"a","name":"b","subresource":"eviction","body":{}}"#;
    let (mut driver, mut session) = (call(draft(json), Retry::Advised, 1), session());
    driver.handle(&mut session, at(0), Heard::Time);
    let wire = request(&mut driver);
    driver.handle(&mut session, at(1), Heard::Head(wire, Head::new(429)));
    driver.handle(&mut session, at(2), Heard::End(wire));
    let Some(Act::Event(Err(Error::Api { status, .. }))) = driver.poll() else { panic!("an answer") };
    assert_eq!(status.code, 429);
    assert!(matches!(driver.poll(), Some(Act::Done)));
}

#[test]
fn a_create_that_never_left_is_sent_again() {
    let json = r#"{"verb":"create","resource":"nodes","body":{}}"#;
    for (sent, again) in [(Sent::No, true), (Sent::Maybe, false)] {
        let (mut driver, mut session) = (call(draft(json), Retry::Advised, 1), session());
        driver.handle(&mut session, at(0), Heard::Time);
        let wire = request(&mut driver);
        driver.handle(&mut session, at(5), Heard::Failed(wire, lost(sent)));
        match driver.timeout() {
            Some(due) => {
                driver.handle(&mut session, at(due), Heard::Time);
                assert!(again && request(&mut driver) != wire);
            }
            None => {
                assert!(!again && matches!(driver.poll(), Some(Act::Event(Err(Error::Transport { .. })))));
            }
        }
    }
}

#[test]
fn nothing_is_sent_after_the_total_time() {
    // The host sleeps over the end of a wait: a suspended laptop, a debugger.
    let (mut driver, mut session) = (call(get(), Retry::Advised, 1), session());
    driver.handle(&mut session, at(0), Heard::Time);
    let wire = request(&mut driver);
    driver.handle(&mut session, at(5), Heard::Failed(wire, lost(Sent::No)));
    driver.handle(&mut session, at(LIMITS.total.unwrap() + 7), Heard::Time);
    let Some(Act::Event(Err(Error::Timeout { deadline, .. }))) = driver.poll() else { panic!("an end") };
    assert_eq!(deadline, Deadline::Total);
    // A file comes too late.
    let mut session = Config::server("https://api.test").unwrap().mount("/mnt").session().unwrap();
    let mut driver = call(get(), Retry::Advised, 1);
    driver.handle(&mut session, at(0), Heard::Time);
    let Some(Act::Do(Task::Need(number, _))) = driver.poll() else { panic!("a need") };
    let late = at(LIMITS.total.unwrap());
    driver.handle(&mut session, late, Heard::Given(number, Ok(Bytes::from_static(b"TOKEN"))));
    assert!(matches!(driver.poll(), Some(Act::Event(Err(Error::Timeout { .. })))));
    assert!(matches!(driver.poll(), Some(Act::Done)));
}

#[test]
fn each_deadline_ends_what_it_is_for() {
    let limits = Limits { head: 100, silence: 50, total: Some(1_000) };
    let never = |id| Exchange::new(id, get(), Shape::WHOLE).limits(limits).retry(Retry::Never);
    // No head.
    let (mut driver, mut session) = (Driver::new(Once::with(never), 1), session());
    driver.handle(&mut session, at(0), Heard::Time);
    let wire = request(&mut driver);
    assert_eq!(driver.timeout(), Some(100));
    // A piece in time moves the deadline, and early Time does nothing.
    driver.handle(&mut session, at(99), Heard::Time);
    assert!(driver.poll().is_none());
    driver.handle(&mut session, at(99), Heard::Head(wire, Head::new(200)));
    assert_eq!(driver.timeout(), Some(149));
    driver.handle(&mut session, at(140), Heard::Data(wire, Bytes::from_static(b"x")));
    assert_eq!(driver.timeout(), Some(190));
    driver.handle(&mut session, at(190), Heard::Time);
    assert!(matches!(driver.poll(), Some(Act::Do(Task::Cancel(cancelled))) if cancelled == wire));
    let Some(Act::Event(Err(Error::Timeout { deadline, after_ms, .. }))) = driver.poll() else {
        panic!("an end")
    };
    assert_eq!((deadline, after_ms), (Deadline::Silence, 50));
    assert!(matches!(driver.poll(), Some(Act::Done)));
    assert!(driver.poll().is_none());
}

#[test]
fn a_stopped_watch_cancels_and_tells_nothing_more() {
    let watch = draft(r#"{"verb":"watch","resource":"pods"}"#);
    let (mut driver, mut session) = (Driver::new(WatchStream::new(&watch, 1), 1), session());
    driver.handle(&mut session, at(0), Heard::Time);
    let wire = request(&mut driver);
    driver.handle(&mut session, at(1), Heard::Head(wire, Head::new(200)));
    driver.command(&mut session, at(2), Stop);
    assert!(matches!(driver.poll(), Some(Act::Do(Task::Cancel(cancelled))) if cancelled == wire));
    assert!(matches!(driver.poll(), Some(Act::Done)));
    let late = Bytes::from_static(b"{\"type\":\"ADDED\",\"object\":{}}");
    driver.handle(&mut session, at(3), Heard::Data(wire, late));
    assert!(!matches!(driver.poll(), Some(Act::Event(_) | Act::Do(_))));
}

#[test]
fn an_answer_beyond_its_limit_is_given_up() {
    let limit = |id| Exchange::new(id, get(), Shape::Whole { max: 10 });
    let (mut driver, mut session) = (Driver::new(Once::with(limit), 1), session());
    driver.handle(&mut session, at(0), Heard::Time);
    let wire = request(&mut driver);
    driver.handle(&mut session, at(1), Heard::Head(wire, Head::new(200)));
    driver.handle(&mut session, at(1), Heard::Data(wire, Bytes::from_static(b"0123456789")));
    assert!(driver.poll().is_none());
    driver.handle(&mut session, at(1), Heard::Data(wire, Bytes::from_static(b"0")));
    assert!(matches!(driver.poll(), Some(Act::Do(Task::Cancel(_)))));
    assert!(matches!(driver.poll(), Some(Act::Event(Err(Error::Protocol { .. })))));
}

#[test]
fn a_watch_does_not_wait_for_ever_because_the_server_says_so() {
    let watch = draft(r#"{"verb":"watch","resource":"pods"}"#);
    let (mut driver, mut session) = (Driver::new(WatchStream::new(&watch, 1), 1), session());
    driver.handle(&mut session, at(0), Heard::Time);
    let wire = request(&mut driver);
    let mut head = Head::new(429);
    head.header("retry-after", b"18446744073709551615");
    driver.handle(&mut session, at(1), Heard::Head(wire, head));
    driver.handle(&mut session, at(1), Heard::End(wire));
    let surfaced = matches!(driver.poll(), Some(Act::Event(Err(Error::Api { .. }))));
    let due = driver.timeout().unwrap_or(0);
    assert!(surfaced || due < 24 * 3_600_000, "it waits until {due}");
}

#[test]
fn a_reading_that_began_before_the_refusal_does_not_answer_it() {
    let mut session = Config::server("https://api.test").unwrap().mount("/mnt").session().unwrap();
    let pem = || Ok(Bytes::from_static(b"-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"));
    let token = |text: &'static str| Ok(Bytes::from_static(text.as_bytes()));
    let need = |session: &mut Session, mono| match session.prepare(&get(), at(mono)) {
        Ok(Prepared::Need(number, _)) => number,
        other => panic!("a need, and not {other:?}"),
    };
    let number = need(&mut session, 0);
    session.provide(number, token("old"), at(0));
    let number = need(&mut session, 0);
    session.provide(number, pem(), at(0));
    let Ok(Prepared::Ready { ticket, .. }) = session.prepare(&get(), at(49_990)) else { panic!("a request") };
    // It is due, and one host reads it. Then it is rotated, the request is refused, and what was read first comes.
    let due = need(&mut session, 50_000);
    session.reject(ticket, 49_990);
    session.provide(due, token("old"), at(50_005));
    let again = need(&mut session, 50_006);
    session.provide(again, token("new"), at(50_007));
    let Ok(Prepared::Ready { ticket: fresh, .. }) = session.prepare(&get(), at(50_008)) else {
        panic!("a request")
    };
    assert_ne!(fresh, ticket);
}

#[test]
fn a_driver_that_is_dropped_while_it_waits_for_a_file_leaves_it_to_the_next() {
    for stopped in [false, true] {
        let mut session = Config::server("https://api.test").unwrap().mount("/mnt").session().unwrap();
        let (mut first, mut second) = (call(get(), Retry::Advised, 1), call(get(), Retry::Advised, 2));
        first.handle(&mut session, at(0), Heard::Time);
        assert!(matches!(first.poll(), Some(Act::Do(Task::Need(..)))));
        second.handle(&mut session, at(1), Heard::Time);
        assert!(second.poll().is_none(), "one reads, the others wait");
        if stopped {
            first.command(&mut session, at(2), Stop);
        }
        first.release(&mut session);
        drop(first);
        let again = second.timeout().unwrap();
        assert!(again < 100, "{again}");
        second.handle(&mut session, at(again), Heard::Time);
        assert!(matches!(second.poll(), Some(Act::Do(Task::Need(..)))));
        // Released by another, or twice: what is claimed now stays so.
        session.release(1);
        let mut third = call(get(), Retry::Advised, 3);
        third.handle(&mut session, at(again), Heard::Time);
        assert!(third.poll().is_none());
    }
}

/// Leads since the start, and was told to stop: it reads the lease, by the request that is returned.
fn stopping(session: &mut Session) -> (Driver<Election>, u32) {
    let candidate = Candidate::new("shop", "lock", "me");
    let mut driver = Driver::new(Election::new(&candidate, 1).unwrap(), 1);
    driver.handle(session, at(0), Heard::Time);
    let wire = request(&mut driver);
    answer(&mut driver, session, 1, wire, HELD);
    let renewal = request(&mut driver);
    answer(&mut driver, session, 2, renewal, HELD);
    assert!(matches!(driver.poll(), Some(Act::Event(Ok(ElectionEvent::Leading { .. })))));
    driver.command(session, at(100), Stop);
    let Some(Act::Do(Task::Request { wire, .. })) = driver.poll() else { panic!("a reading") };
    assert!(matches!(driver.poll(), Some(Act::Event(Ok(ElectionEvent::Lost { .. })))));
    (driver, wire)
}

const HELD: &str = r#"{"spec":{"holderIdentity":"me","leaseDurationSeconds":15}}"#;

fn answer(driver: &mut Driver<Election>, session: &mut Session, time: u64, wire: u32, body: &'static str) {
    driver.handle(session, at(time), Heard::Head(wire, Head::new(200)));
    driver.handle(session, at(time), Heard::Data(wire, body.into()));
    driver.handle(session, at(time), Heard::End(wire));
}

#[test]
fn a_lease_is_given_back_though_an_answer_was_lost() {
    let mut session = session();
    let (mut driver, reading) = stopping(&mut session);
    driver.handle(&mut session, at(200), Heard::Failed(reading, lost(Sent::Maybe)));
    assert!(matches!(driver.poll(), Some(Act::Event(Err(Error::Transport { .. })))));
    assert_eq!(driver.timeout(), Some(2_200), "after the retry period");
    driver.handle(&mut session, at(2_200), Heard::Time);
    let again = request(&mut driver);
    answer(&mut driver, &mut session, 2_201, again, HELD);
    let written = request(&mut driver);
    answer(
        &mut driver,
        &mut session,
        2_202,
        written,
        r#"{"spec":{"holderIdentity":"","leaseDurationSeconds":1}}"#,
    );
    assert!(matches!(driver.poll(), Some(Act::Event(Ok(ElectionEvent::Released)))));
    assert!(matches!(driver.poll(), Some(Act::Done)));
}

#[test]
fn a_stop_ends_within_the_renew_deadline_whatever_the_server_does() {
    // It says nothing at all; or it gives the lease to read, and no answer to what is written.
    for reads in [false, true] {
        let mut session = session();
        let (mut driver, wire) = stopping(&mut session);
        if reads {
            answer(&mut driver, &mut session, 101, wire, HELD);
        }
        let (mut requests, mut time) = (0, 101);
        loop {
            match driver.poll() {
                Some(Act::Do(Task::Request { .. })) => requests += 1,
                Some(Act::Done) => break,
                Some(_) => {}
                None => {
                    time = driver.timeout().unwrap().max(time);
                    driver.handle(&mut session, at(time), Heard::Time);
                }
            }
        }
        assert!(time <= 10_100 && requests >= 1, "{requests} requests more, the last given up at {time}");
    }
}
