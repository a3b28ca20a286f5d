//! Machines that are told anything, in any order: they never panic, come to rest, and are silent once they are stopped.

use bytes::Bytes;
use kubewire::machine::{
    Candidate, Election, Id, Informer, InitialList, Input, KeepBytes, LogFollow, Machine, OnExpired, Output,
    Pages, Stop, Wait, WatchStream, Watcher,
};
use kubewire::{Builtin, Draft, Error, Failure, FailureKind, Head, Now, Operation, Sent, Store};
use proptest::prelude::*;

/// What comes in: which exchange, what of it, and how much later.
#[derive(Clone, Debug)]
struct Step {
    id: u32,
    what: u8,
    piece: usize,
    later: u64,
}

const PIECES: [&str; 16] = [
    "",
    "{",
    "}",
    "\n",
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"5\"}}}\n",
    "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\",\"uid\":\"v\",\"resourceVersion\":\"x\"}}}\n",
    "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"a\",\"namespace\":\"n\"}}}\n",
    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"7\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n",
    "{\"type\":\"BOOKMARK\",\"object\":{}}\n",
    "{\"type\":\"NEWS\",\"object\":{\"metadata\":null}}\n",
    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":410}}\n",
    "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"3\",\"continue\":\"more\"},\"items\":[{\"metadata\":{\"name\":\"b\"}}]}",
    "{\"kind\":\"PodList\",\"metadata\":{},\"items\":null}",
    "{\"metadata\":{\"resourceVersion\":\"2\"},\"spec\":{\"holderIdentity\":\"you\",\"leaseDurationSeconds\":18446744073709551615,\"leaseTransitions\":-3}}",
    "2026-01-02T03:04:05.678901234Z a line\nand",
    "\u{0}\u{7f}é",
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![Just(0), 1..5_000u64, Just(u64::MAX / 4)];
    let step = (0..6u32, 0..10u8, 0..PIECES.len(), later).prop_map(|(id, what, piece, later)| Step {
        id,
        what,
        piece,
        later,
    });
    prop::collection::vec(step, 0..60)
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
        let (id, piece) = (Id(step.id), Bytes::from_static(PIECES[step.piece].as_bytes()));
        let input = match step.what {
            0 | 1 => Input::Answer(id, Ok((Head::new(200), piece))),
            2 => Input::Answer(id, Err(error(step.piece as u8))),
            3 => Input::Opened(id, Head::new(200)),
            4..=6 => Input::Data(id, piece),
            7 => Input::Closed(id, Ok(())),
            8 => Input::Closed(id, Err(error(step.piece as u8))),
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
    // An election may still give its lease back; then nothing is said any more.
    for id in 0..200 {
        machine.handle(now, Input::Answer(Id(id), Err(error(0))));
    }
    drain(&mut machine);
    assert_eq!(machine.timeout(), None, "stopped, it has no clock");
    for id in 0..200 {
        machine.handle(now, Input::Data(Id(id), Bytes::from_static(b"{}")));
        machine.handle(now, Input::Closed(Id(id), Ok(())));
    }
    let last = drain(&mut machine);
    assert!(!matches!(last, Some(Output::Event(_) | Output::Start(_))), "stopped, it is silent");
}

proptest! {
    #![proptest_config(crate::config(1_000))]

    #[test]
    fn nothing_that_is_told_makes_a_machine_panic_or_run_on(steps in steps()) {
        let stop = || Some(Stop);
        for initial in [InitialList::Streaming, InitialList::Pages] {
            tell(Watcher::new(&list(), initial, 1), &steps, stop);
            let lists = [list(), draft(r#"{"verb":"list","resource":"pods","labelSelector":"a=b"}"#)];
            tell(Informer::new(&lists, initial, 1, KeepBytes, Store::new()).resync(1_000), &steps, stop);
        }
        let wait = Wait::new(&list(), 1, 30_000, Box::new(|object| Ok(object.is_some_and(|object| object.name() == "b"))));
        tell(wait, &steps, stop);
        tell(Election::new(&Candidate::new("shop", "lock", "me"), 1).unwrap(), &steps, stop);
        let log = draft(r#"{"verb":"get","resource":"pods","namespace":"a","name":"b","subresource":"log"}"#);
        tell(LogFollow::new(&log, 1), &steps, stop);
        tell(WatchStream::new(&draft(r#"{"verb":"watch","resource":"pods"}"#), 1), &steps, stop);
        tell(Pages::new(&list(), OnExpired::StartOver), &steps, || None);
    }
}
