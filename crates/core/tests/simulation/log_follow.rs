//! A followed log, cut at every byte: no line is lost, and none comes twice.

use kubewire::machine::LogFollow;
use kubewire::{Act, Config, Driver, Error, Failure, FailureKind, Head, Heard, Now, Sent, Task};

use crate::draft;

/// Times with nanoseconds, several lines of one time, several times in one second, and lines that are equal.
fn log() -> Vec<String> {
    let times = [
        "01.000000001",
        "01.000000001",
        "01.000000001",
        "01.500000000",
        "02.000000000",
        "02.000000000",
        "04.900000000",
    ];
    times
        .iter()
        .enumerate()
        .map(|(at, time)| format!("2026-01-02T03:04:{time}Z {}", ["same", "é", "same"][at % 3]))
        .collect()
}

/// What a server gives of it: a second is as fine as it looks.
fn since(log: &[String], url: &str) -> String {
    let query = url.split_once('?').unwrap().1;
    let from = query.split('&').find_map(|pair| pair.strip_prefix("sinceTime="));
    let second =
        from.map(|from| from.replace("%3A", ":").chars().take(19).collect::<String>()).unwrap_or_default();
    log.iter().filter(|line| **line >= second).map(|line| format!("{line}\n")).collect()
}

/// Follows it with these losses, each after so many bytes; gives the lines, the errors and the requests' queries.
fn follow(cuts: &[usize]) -> (Vec<String>, Vec<Error>, Vec<String>) {
    let mut session = Config::server("https://api.test").unwrap().session().unwrap();
    let call = draft(
        r#"{"verb":"get","resource":"pods","namespace":"shop","name":"web","subresource":"log","query":{"tailLines":"9"}}"#,
    );
    let mut driver = Driver::new(LogFollow::new(&call, 1), 1);
    let (log, mut cuts) = (log(), cuts.iter());
    let (mut lines, mut errors, mut queries, mut clock) = (Vec::new(), Vec::new(), Vec::new(), 0);
    driver.handle(&mut session, Now { mono: 0, wall: 0 }, Heard::Time);
    loop {
        let mut now = Now { mono: clock, wall: clock };
        match driver.poll() {
            Some(Act::Do(Task::Request { wire, request, .. })) => {
                queries.push(request.url.split_once('?').unwrap().1.to_owned());
                let body = since(&log, &request.url).into_bytes();
                driver.handle(&mut session, now, Heard::Head(wire, Head::new(200)));
                let cut = cuts.next().map(|cut| (*cut).min(body.len()));
                driver.handle(
                    &mut session,
                    now,
                    Heard::Data(wire, body[..cut.unwrap_or(body.len())].to_vec().into()),
                );
                let lost = Failure::new(FailureKind::Reset, Sent::Maybe, "broken");
                let end = if cut.is_some() { Heard::Failed(wire, lost) } else { Heard::End(wire) };
                driver.handle(&mut session, now, end);
            }
            Some(Act::Event(Ok(line))) => {
                lines.push(format!("{} {}", line.timestamp().unwrap(), line.text()));
            }
            Some(Act::Event(Err(error))) => errors.push(error),
            Some(Act::Done) => return (lines, errors, queries),
            Some(other) => panic!("{other:?}"),
            None => {
                clock = driver.timeout().expect("it goes on");
                now.mono = clock;
                driver.handle(&mut session, now, Heard::Time);
            }
        }
    }
}

#[test]
fn no_line_is_lost_and_none_comes_twice() {
    let length = log().iter().map(|line| line.len() + 1).sum();
    for first in 0..=length {
        for second in [0, 40, 61, length] {
            let (lines, errors, queries) = follow(&[first, second]);
            assert_eq!(lines, log(), "cut after {first} and {second}");
            assert_eq!((errors.len(), queries.len()), (2, 3));
        }
    }
    let (_, _, queries) = follow(&[70]);
    assert_eq!(queries[0], "follow=true&tailLines=9&timestamps=true");
    assert_eq!(queries[1], "follow=true&sinceTime=2026-01-02T03%3A04%3A01.000000001Z&timestamps=true");
}

/// Follows a log whose requests are answered with these codes, the last one again and again: an open log is lost after its first line. Gives the
/// lines, the codes that were told, and when it ended.
fn answered(codes: &[u16]) -> (usize, Vec<u16>, u64) {
    let mut session = Config::server("https://api.test").unwrap().session().unwrap();
    let call =
        draft(r#"{"verb":"get","resource":"pods","namespace":"shop","name":"web","subresource":"log"}"#);
    let mut driver = Driver::new(LogFollow::new(&call, 1), 1);
    let (mut codes, mut lines, mut told, mut clock, mut last) = (codes.iter(), 0, Vec::new(), 0, 0);
    driver.handle(&mut session, Now { mono: 0, wall: 0 }, Heard::Time);
    loop {
        let now = Now { mono: clock, wall: clock };
        match driver.poll() {
            Some(Act::Do(Task::Request { wire, .. })) => {
                last = *codes.next().unwrap_or(&last);
                driver.handle(&mut session, now, Heard::Head(wire, Head::new(last)));
                let body = if last == 200 { format!("{}\n", log()[0]) } else { String::new() };
                driver.handle(&mut session, now, Heard::Data(wire, body.into()));
                let lost = Failure::new(FailureKind::Reset, Sent::Maybe, "broken");
                let end = if last == 200 { Heard::Failed(wire, lost) } else { Heard::End(wire) };
                driver.handle(&mut session, now, end);
            }
            Some(Act::Event(Ok(_))) => lines += 1,
            Some(Act::Event(Err(error))) => told.extend(error.status().map(|status| status.code)),
            Some(Act::Done) => return (lines, told, clock),
            Some(other) => panic!("{other:?}"),
            None => {
                clock = driver.timeout().expect("it goes on");
                driver.handle(&mut session, Now { mono: clock, wall: clock }, Heard::Time);
            }
        }
    }
}

#[test]
fn a_server_that_starts_may_refuse_for_a_while() {
    let (lines, told, ended) = answered(&[200, 403, 401, 503, 403, 200, 404]);
    assert_eq!((lines, told, ended < 120_000), (1, vec![403, 401, 503, 403, 404], true));
    // Never open, it is refused; and rights that stay away are gone.
    assert_eq!(answered(&[403]), (0, vec![403], 0));
    let (lines, told, ended) = answered(&[200, 403]);
    assert!(lines == 1 && told.len() > 2 && (60_000..180_000).contains(&ended), "{told:?} {ended}");
}
