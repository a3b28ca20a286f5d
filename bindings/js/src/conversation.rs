//! The machines behind one type, since no generics cross to JavaScript.

use alloc::string::String;
use bytes::Bytes;
use kubewire::machine::{Input, Machine, Once, Output, Stop, WatchStream};
use kubewire::{Error, Head, Now, RawEvent};

/// Any machine that JavaScript can run.
pub(crate) enum Conversation {
    /// One call.
    Once(Once),
    /// One watch.
    Watch(WatchStream),
}

/// What any of them tells.
pub(crate) enum Event {
    /// The whole answer of a call.
    Answer(Head, Bytes),
    /// A change, seen by a watch.
    Change(RawEvent),
    /// What went wrong.
    Failed(Error),
}

impl Machine for Conversation {
    type Event = Event;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        match self {
            Self::Once(once) => once.handle(now, input),
            Self::Watch(watch) => watch.handle(now, input),
        }
    }

    fn poll(&mut self) -> Option<Output<Event>> {
        Some(match self {
            Self::Once(once) => map(once.poll()?, |(head, body)| Event::Answer(head, body)),
            Self::Watch(watch) => map(watch.poll()?, Event::Change),
        })
    }

    fn timeout(&self) -> Option<u64> {
        match self {
            Self::Once(once) => once.timeout(),
            Self::Watch(watch) => watch.timeout(),
        }
    }
}

fn map<T>(output: Output<Result<T, Error>>, event: impl FnOnce(T) -> Event) -> Output<Event> {
    match output {
        Output::Event(told) => Output::Event(told.map_or_else(Event::Failed, event)),
        Output::Start(exchange) => Output::Start(exchange),
        Output::Send(id, message) => Output::Send(id, message),
        Output::Cancel(id) => Output::Cancel(id),
        // A word of a later version of the core: none of the machines above says it.
        _ => Output::Event(Event::Failed(Error::Protocol {
            call: String::new(),
            problem: "the conversation wants what JavaScript cannot do".into(),
        })),
    }
}
