//! Machines that are told anything, in any order: they never panic, come to rest, and are silent once they are stopped.

use bytes::Bytes;
use kubewire::machine::{
    Candidate, Election, Id, Informer, InitialList, Input, KeepBytes, LogFollow, Machine, OnExpired, Output,
    Pages, Stop, Wait, WatchStream, Watcher,
};
use kubewire::{
    Api, Builtin, Catalog, Draft, Error, Failure, FailureKind, Head, Now, Object, Operation, Sent, Store,
};

/// What comes in: which exchange, what of it, and how many milliseconds later.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: u32,
    pub what: u8,
    pub piece: Bytes,
    pub later: u64,
}

/// Steps as a fuzzer writes them: what, which exchange and how much later in a byte each, then a length and so many bytes of a piece.
pub fn check(mut data: &[u8]) {
    let mut steps = Vec::new();
    while let [what, id, later, length, rest @ ..] = data {
        let (piece, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        let later = if *later == 255 { u64::MAX / 4 } else { u64::from(*later) * 100 };
        steps.push(Step {
            id: u32::from(id % 6),
            what: what % 10,
            piece: Bytes::copy_from_slice(piece),
            later,
        });
        data = rest;
    }
    check_steps(&steps);
}

fn draft(json: &str) -> Draft {
    serde_json::from_str::<Operation>(json).unwrap().draft(&Builtin).unwrap()
}

fn list() -> Draft {
    draft(r#"{"verb":"list","resource":"pods"}"#)
}

fn error(what: u8) -> Error {
    match what % 3 {
        0 => Error::Transport {
            call: "x".into(),
            failure: Failure::new(FailureKind::Reset, Sent::Maybe, "broken"),
        },
        1 => Error::Timeout { call: "x".into(), deadline: kubewire::Deadline::Silence, after_ms: 7 },
        _ => Error::Protocol { call: "x".into(), problem: "odd".into() },
    }
}

/// A candidate's renew deadline, in milliseconds, where none is set.
const RENEW_DEADLINE: u64 = 10_000;

/// Tells a machine all of it, and then to stop.
fn tell<M: Machine>(mut machine: M, steps: &[Step], stop: fn() -> Option<M::Command>) {
    let mut clock = 0u64;
    let drain = |machine: &mut M| {
        let (mut outputs, mut last) = (0, None);
        while let Some(output) = machine.poll() {
            outputs += 1;
            assert!(outputs < 10_000, "it comes to rest");
            last = Some(output);
        }
        last
    };
    drain(&mut machine);
    for step in steps {
        clock = clock.saturating_add(step.later);
        let now = Now { mono: clock, wall: u64::MAX - clock };
        let (id, piece) = (Id(step.id), step.piece.clone());
        let input = match step.what {
            0 | 1 => Input::Answer(id, Ok((Head::new(200), piece))),
            2 => Input::Answer(id, Err(error(step.piece.len() as u8))),
            3 => Input::Opened(id, Head::new(200)),
            4..=6 => Input::Data(id, piece),
            7 => Input::Closed(id, Ok(())),
            8 => Input::Closed(id, Err(error(step.piece.len() as u8))),
            _ => Input::Time,
        };
        machine.handle(now, input);
        drain(&mut machine);
        _ = machine.timeout();
    }
    let Some(stop) = stop() else { return };
    let now = Now { mono: clock, wall: 0 };
    machine.handle(now, Input::Command(stop));
    drain(&mut machine);
    // An election tries to give its lease back, for a renew deadline at most; then nothing is said any more.
    let mut now = now;
    loop {
        for id in 0..200 {
            machine.handle(now, Input::Answer(Id(id), Err(error(0))));
        }
        drain(&mut machine);
        let Some(next) = machine.timeout() else { break };
        assert!(
            next <= clock.saturating_add(RENEW_DEADLINE),
            "stopped, it has no clock: {next} is after {clock}"
        );
        assert!(next > now.mono, "what is waited for is to come");
        now.mono = next;
        machine.handle(now, Input::Time);
        drain(&mut machine);
    }
    for id in 0..200 {
        machine.handle(now, Input::Data(Id(id), Bytes::from_static(b"{}")));
        machine.handle(now, Input::Closed(Id(id), Ok(())));
    }
    let last = drain(&mut machine);
    assert!(!matches!(last, Some(Output::Event(_) | Output::Start(_))), "stopped, it is silent");
}

/// Tells each machine all of it.
pub fn check_steps(steps: &[Step]) {
    let stop = || Some(Stop);
    let metadata = Api::<Object>::dynamic(Builtin.find(None, "pods").unwrap())
        .list()
        .raw_metadata_items()
        .call()
        .unwrap();
    for initial in [InitialList::Streaming, InitialList::Pages] {
        tell(Watcher::new(&list(), initial, 1), steps, stop);
        tell(Watcher::new(metadata.draft(), initial, 1), steps, stop);
        let lists = [list(), draft(r#"{"verb":"list","resource":"pods","labelSelector":"a=b"}"#)];
        tell(Informer::new(&lists, initial, 1, KeepBytes, Store::new()).resync(1_000), steps, stop);
    }
    let wait = Wait::new(
        &list(),
        1,
        30_000,
        Box::new(|object| Ok(object.is_some_and(|object| object.name() == "b"))),
    );
    tell(wait, steps, stop);
    tell(Election::new(&Candidate::new("shop", "lock", "me"), 1).unwrap(), steps, stop);
    let log = draft(r#"{"verb":"get","resource":"pods","namespace":"a","name":"b","subresource":"log"}"#);
    tell(LogFollow::new(&log, 1), steps, stop);
    tell(WatchStream::new(&draft(r#"{"verb":"watch","resource":"pods"}"#), 1), steps, stop);
    tell(Pages::new(&list(), OnExpired::StartOver), steps, || None);
}
