//! A machine of two exchanges: the first that ends gives up the other, of which nothing more may be told.

use std::collections::VecDeque;

use bytes::Bytes;
use kubewire::machine::{Exchange, Id, Input, Machine, Output, Retry, Shape, Stop};
use kubewire::{Act, Config, Driver, Head, Heard, Now, Task};

use crate::{LIMITS, get};

/// Asks twice, and tells whose answer came first.
struct Pair {
    outputs: VecDeque<Output<u32>>,
    given_up: Option<Id>,
}

impl Pair {
    fn new() -> Self {
        let ask = |id| {
            let exchange = Exchange::new(Id(id), get(), Shape::WHOLE);
            Output::Start(exchange.limits(LIMITS).retry(Retry::Never))
        };
        Self { outputs: VecDeque::from([ask(0), ask(1)]), given_up: None }
    }
}

impl Machine for Pair {
    type Event = u32;
    type Command = Stop;

    fn handle(&mut self, _: Now, input: Input<Stop>) {
        let Input::Answer(id, _) = input else { return };
        assert_ne!(Some(id), self.given_up, "an exchange that was given up is told of");
        let other = Id(1 - id.0);
        self.given_up = Some(other);
        self.outputs.extend([Output::Cancel(other), Output::Event(id.0)]);
    }

    fn poll(&mut self) -> Option<Output<u32>> {
        self.outputs.pop_front()
    }

    fn timeout(&self) -> Option<u64> {
        None
    }
}

/// Hands in what is heard, and gives the acts' words, sorted.
fn acts(heard: Vec<(u64, Heard)>) -> Vec<String> {
    let mut session = Config::server("https://api.test").unwrap().session().unwrap();
    let mut driver = Driver::new(Pair::new(), 1);
    let mut words = Vec::new();
    for (mono, heard) in heard {
        driver.handle(&mut session, Now { mono, wall: 0 }, heard);
        while let Some(act) = driver.poll() {
            words.push(match act {
                Act::Do(Task::Request { wire, .. }) => format!("request {wire}"),
                Act::Do(Task::Cancel(wire)) => format!("cancel {wire}"),
                Act::Event(id) => format!("event {id}"),
                other => format!("{other:?}"),
            });
        }
    }
    words.sort_unstable();
    words
}

#[test]
fn both_may_end_at_once() {
    let words = acts(vec![(0, Heard::Time), (LIMITS.head, Heard::Time)]);
    assert_eq!(words, ["Done", "cancel 1", "cancel 2", "event 0", "request 1", "request 2"]);
}

#[test]
fn the_other_is_cancelled_and_what_it_still_says_is_ignored() {
    let words = acts(vec![
        (0, Heard::Time),
        (1, Heard::Head(1, Head::new(200))),
        (2, Heard::Head(2, Head::new(200))),
        (3, Heard::End(2)),
        (4, Heard::Data(1, Bytes::from_static(b"late"))),
    ]);
    assert_eq!(words, ["Done", "Done", "cancel 1", "event 1", "request 1", "request 2"]);
}

#[test]
fn what_is_to_be_done_comes_before_what_is_told() {
    let mut session = Config::server("https://api.test").unwrap().session().unwrap();
    let mut driver = Driver::new(Pair::new(), 1);
    let now = Now { mono: 0, wall: 0 };
    driver.handle(&mut session, now, Heard::Time);
    while driver.poll().is_some() {}
    driver.handle(&mut session, now, Heard::Head(2, Head::new(200)));
    driver.handle(&mut session, now, Heard::End(2));
    assert!(matches!(driver.poll(), Some(Act::Do(Task::Cancel(1)))));
    assert!(matches!(driver.poll(), Some(Act::Event(1))));
}
