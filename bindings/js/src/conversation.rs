//! The machines behind one type, since no generics cross to JavaScript.

use alloc::string::String;
use bytes::Bytes;
use kubewire::machine::{
    Exchange, Input, LogStream, Machine, Next, OnExpired, Once, Output, Pages, RawPage, Retry, Shape,
    WatchStream,
};
use kubewire::{Draft, Error, Head, LogLine, Now, RawEvent};
use wasm_bindgen::prelude::wasm_bindgen;

/// Any machine that JavaScript can run.
pub(crate) enum Conversation {
    /// One call.
    Once(Once),
    /// One watch.
    Watch(WatchStream),
    /// One list, page by page.
    Pages(Pages),
    /// One log, line by line.
    Log(LogStream),
}

/// How an operation is run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As a call whose answer comes as a whole.
    Call = 0,
    /// The same, sent one time only, come what may.
    Once = 1,
    /// As a watch.
    Watch = 2,
    /// As a log, line by line.
    Log = 3,
    /// As a list, page by page, which fails should it expire.
    Pages = 4,
    /// The same; goes on with the rest.
    PagesRest = 5,
    /// The same; begins again.
    PagesAnew = 6,
}

impl Conversation {
    pub(crate) fn new(draft: Draft, seed: u32, way: Way) -> Self {
        let (on_expired, retry) = match way {
            Way::PagesRest => (OnExpired::TakeRest, Retry::Advised),
            Way::PagesAnew => (OnExpired::StartOver, Retry::Advised),
            Way::Once => (OnExpired::Fail, Retry::Never),
            _ => (OnExpired::Fail, Retry::Advised),
        };
        match way {
            Way::Call | Way::Once => {
                Self::Once(Once::with(|id| Exchange::new(id, draft.into(), Shape::WHOLE).retry(retry)))
            }
            Way::Watch => Self::Watch(WatchStream::of(draft, seed.into())),
            Way::Log => Self::Log(LogStream::new(draft.into())),
            _ => Self::Pages(Pages::new(&draft, on_expired)),
        }
    }
}

/// What any of them tells.
pub(crate) enum Event {
    /// The whole answer of a call.
    Answer(Head, Bytes),
    /// A change, seen by a watch.
    Change(RawEvent),
    /// A page of a list.
    Page(RawPage),
    /// A line of a log.
    Line(LogLine),
    /// What went wrong.
    Failed(Error),
}

impl Machine for Conversation {
    type Event = Event;
    /// What is said whenever JavaScript wants one more. Only lists that come page by page want to know.
    type Command = Next;

    fn handle(&mut self, now: Now, input: Input<Next>) {
        if let Self::Pages(pages) = self {
            return pages.handle(now, input);
        }
        let input = match input {
            Input::Answer(id, answer) => Input::Answer(id, answer),
            Input::Data(id, piece) => Input::Data(id, piece),
            Input::Closed(id, end) => Input::Closed(id, end),
            // What none of them looks at.
            _ => return,
        };
        match self {
            Self::Once(once) => once.handle(now, input),
            Self::Watch(watch) => watch.handle(now, input),
            Self::Log(log) => log.handle(now, input),
            Self::Pages(_) => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Event>> {
        Some(match self {
            Self::Once(once) => map(once.poll()?, |(head, body)| Event::Answer(head, body)),
            Self::Watch(watch) => map(watch.poll()?, Event::Change),
            Self::Pages(pages) => map(pages.poll()?, Event::Page),
            Self::Log(log) => map(log.poll()?, Event::Line),
        })
    }

    /// None of them has a clock.
    fn timeout(&self) -> Option<u64> {
        None
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
