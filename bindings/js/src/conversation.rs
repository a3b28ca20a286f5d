//! The machines behind one type, since no generics cross to JavaScript.

use alloc::boxed::Box;
use alloc::string::String;
use bytes::Bytes;
use kubewire::machine::{
    Election, ElectionEvent, Exchange, Informer, InformerEvent, InitialList, Input, KeepBytes, LogFollow,
    LogStream, Machine, Next, OnExpired, Once, Output, Pages, RawPage, Retry, Shape, Stop, WatchStream,
    Watcher, WatcherEvent,
};
use kubewire::{Draft, Error, Head, LogLine, Now, RawEvent, RawObject, Store};
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
    /// The same, through lost connections.
    Follow(Box<LogFollow>),
    /// What one list asks for and its changes, through lost connections.
    Watcher(Box<Watcher>),
    /// A store of what one list asks for, and its changes.
    Informer(Informer<KeepBytes, Store<RawObject>>),
    /// One candidate of an election.
    Election(Election),
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
    /// As a store of what a list asks for, which tells its changes.
    Informer = 7,
    /// As what a list asks for and its changes, without a store.
    Watcher = 8,
    /// As a log that goes on after a lost connection.
    Follow = 9,
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
            Way::Follow => Self::Follow(Box::new(LogFollow::new(&draft, seed.into()))),
            Way::Watcher => {
                Self::Watcher(Box::new(Watcher::new(&draft, InitialList::Streaming, seed.into())))
            }
            Way::Informer => {
                let initial = InitialList::Streaming;
                Self::Informer(Informer::new([&draft], initial, seed.into(), KeepBytes, Store::new()))
            }
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
    /// A step of a watcher.
    Step(WatcherEvent<RawObject>),
    /// A change of an informer's store.
    Inform(InformerEvent<RawObject>),
    /// A turn of an election.
    Turn(ElectionEvent),
    /// What went wrong.
    Failed(Error),
}

/// What JavaScript says to a conversation.
#[derive(Clone, Copy)]
pub(crate) enum Word {
    /// One more is wanted. Only lists that come page by page want to know.
    Next,
    /// It is to end, with what belongs to that: only an election has something.
    Stop,
}

impl Machine for Conversation {
    type Event = Event;
    type Command = Word;

    fn handle(&mut self, now: Now, input: Input<Word>) {
        if let Self::Pages(pages) = self {
            return pages.handle(now, with(input, Next));
        }
        if matches!(input, Input::Command(Word::Next)) {
            return;
        }
        let input = with(input, Stop);
        match self {
            Self::Once(once) => once.handle(now, input),
            Self::Watch(watch) => watch.handle(now, input),
            Self::Log(log) => log.handle(now, input),
            Self::Follow(log) => log.handle(now, input),
            Self::Watcher(watcher) => watcher.handle(now, input),
            Self::Informer(informer) => informer.handle(now, input),
            Self::Election(election) => election.handle(now, input),
            Self::Pages(_) => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Event>> {
        Some(match self {
            Self::Once(once) => map(once.poll()?, |(head, body)| Event::Answer(head, body)),
            Self::Watch(watch) => map(watch.poll()?, Event::Change),
            Self::Pages(pages) => map(pages.poll()?, Event::Page),
            Self::Log(log) => map(log.poll()?, Event::Line),
            Self::Follow(log) => map(log.poll()?, Event::Line),
            Self::Watcher(watcher) => map(watcher.poll()?, Event::Step),
            Self::Informer(informer) => map(informer.poll()?, Event::Inform),
            Self::Election(election) => map(election.poll()?, Event::Turn),
        })
    }

    fn timeout(&self) -> Option<u64> {
        match self {
            Self::Follow(log) => log.timeout(),
            Self::Watcher(watcher) => watcher.timeout(),
            Self::Informer(informer) => informer.timeout(),
            Self::Election(election) => election.timeout(),
            // The others have no clock.
            _ => None,
        }
    }
}

/// The same input with the word of one machine.
fn with<C>(input: Input<Word>, word: C) -> Input<C> {
    match input {
        Input::Answer(id, answer) => Input::Answer(id, answer),
        Input::Opened(id, head) => Input::Opened(id, head),
        Input::Data(id, piece) => Input::Data(id, piece),
        Input::Closed(id, end) => Input::Closed(id, end),
        Input::Command(_) => Input::Command(word),
        // Sockets none of them has, and time that comes for nothing is harmless.
        _ => Input::Time,
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
