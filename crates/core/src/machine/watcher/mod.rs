//! A list that stays true: what there is, and every change since, through whatever happens to the connection.

mod ending;
mod event;
mod stream;

use alloc::sync::Arc;

use super::backoff::Backoff;
use super::{Exchange, Id, Input, Machine, Output, Retry, Shape, Stop};
use crate::answer::problem;
use crate::call::{Draft, Verb};
use crate::error::Error;
use crate::object::{RawList, RawObject};
use crate::prelude::*;
use crate::queue::Queue;
use crate::time::Now;
use ending::{Decision, Ending, Next, Pause, Phase, after};
use stream::Stream;

pub use event::WatcherEvent;

/// kubectl's and client-go's page.
const PAGE: u64 = 500;
/// A watch that ends before this, without an event, was of no use (milliseconds).
const USEFUL: u64 = 1_000;
/// The server ends a watch after 240 to 290 s: before the 300 s of silence at which runtimes cut it.
const SHORTEST: u64 = 240;
const SPREAD: u64 = 51;

/// How a watcher gets all that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialList {
    /// As a stream of events, which costs the server and us the least memory; by pages where the server has no streaming lists
    /// ([KEP-3157](https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/3157-watch-list)).
    #[default]
    Streaming,
    /// By pages of 500 objects, or as many as the call's `limit` says.
    Pages,
}

/// A list, and then a watch that goes on, resumes, and lists again as it must.
///
/// ```text
/// start ──> filling (a streaming list) ── the bookmark at its end ──> watching ── closed, lost ──> watching (resumed)
///              └── the server has none ──> listing ── last page ──> watching
/// watching, listing, filling ── expired (410) ──> filling (at the latest version)
///                            ── any other error ──> waiting (the back-off) ──> watching (resumed) or filling
/// any ── Stop ──> done
/// ```
///
/// It never ends by itself: each failure is told as an error, and it tries again, from 0.8 s to a minute later. What follows what is the
/// table in `ending.rs`, and `tests/cases/watcher` shows it line by line.
pub struct Watcher {
    outputs: Queue<Output<Result<WatcherEvent<RawObject>, Error>>>,
    /// What is listed, without a version.
    list: Draft,
    watch: Draft,
    call: String,
    backoff: Backoff,
    initial: InitialList,
    round: Round,
    /// The last version that was told; empty for none.
    version: String,
    /// Whether the last round failed by a version that was too old.
    expired: bool,
    state: State,
    ids: u32,
}

/// How all that there is is asked for.
#[derive(Clone, Copy)]
struct Round {
    /// At the server's latest version; else not older than the last one.
    latest: bool,
    by: By,
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    /// As the user chose.
    Choice,
    Pages,
    /// In one piece.
    Whole,
}

enum State {
    /// A streaming list.
    Filling(Stream),
    /// The page that is asked for.
    Listing {
        draft: Arc<Draft>,
        first: bool,
    },
    Watching(Stream),
    /// Until a time, and what comes then.
    Waiting(u64, Next),
    Done,
}

impl Watcher {
    /// Watches what a list, or a watch, asks for. Of its parameters the selectors and the `limit` of a page are kept.
    #[must_use]
    pub fn new(draft: &Draft, initial: InitialList, seed: u64) -> Self {
        let list = draft.anew(Verb::List);
        let watch = draft.anew(Verb::Watch);
        let mut watcher = Self {
            outputs: Queue::new(),
            call: watch.summary(),
            list,
            watch,
            backoff: Backoff::new(seed),
            initial,
            round: Round { latest: false, by: By::Choice },
            version: String::new(),
            expired: false,
            state: State::Done,
            ids: 0,
        };
        watcher.go_on(Next::Relist);
        watcher
    }

    /// The version to which everything has been told; empty before the first [`WatcherEvent::InitDone`].
    #[must_use]
    pub fn resource_version(&self) -> &str {
        &self.version
    }

    fn id(&self) -> Id {
        Id(self.ids)
    }

    fn tell(&mut self, event: Result<WatcherEvent<RawObject>, Error>) {
        self.outputs.push(Output::Event(event));
    }

    fn start(&mut self, draft: Arc<Draft>, shape: Shape) {
        self.ids = self.ids.wrapping_add(1);
        // When to ask again is decided here.
        self.outputs.push(Output::Start(Exchange::new(self.id(), draft, shape).retry(Retry::Never)));
    }

    fn go_on(&mut self, next: Next) {
        // A round that did not come to its end was asked for with a reason, which stands.
        let latest = self.round.latest;
        self.round = match next {
            Next::Resume | Next::Relist => Round { latest, by: By::Choice },
            Next::RelistLatest => Round { latest: true, by: By::Choice },
            Next::RelistByPages => Round { latest, by: By::Pages },
            Next::RelistWhole => Round { latest: true, by: By::Whole },
        };
        if next == Next::Resume {
            let draft = self.watch_draft(false);
            self.state = State::Watching(Stream::of(&draft));
            return self.start(draft, Shape::Stream);
        }
        self.tell(Ok(WatcherEvent::Init));
        if self.round.by == By::Choice && self.initial == InitialList::Streaming {
            let draft = self.watch_draft(true);
            self.state = State::Filling(Stream::of(&draft));
            self.start(draft, Shape::Stream);
        } else {
            let draft = self.list_draft();
            self.page(draft, true);
        }
    }

    fn watch_draft(&mut self, initial: bool) -> Arc<Draft> {
        let mut draft = self.watch.clone();
        draft.default_query("timeoutSeconds", SHORTEST + self.backoff.below(SPREAD));
        draft.set_query("allowWatchBookmarks", "true");
        if !(self.version.is_empty() || initial && self.round.latest) {
            draft.set_query("resourceVersion", &self.version);
        }
        if initial {
            draft.set_query("resourceVersionMatch", "NotOlderThan");
            draft.set_query("sendInitialEvents", "true");
        }
        Arc::new(draft)
    }

    fn list_draft(&self) -> Arc<Draft> {
        let mut draft = self.list.clone();
        match self.round.by {
            By::Whole => draft.remove_query("limit"),
            _ => draft.default_query("limit", PAGE),
        }
        if !self.round.latest {
            // From the server's cache, which may be a little behind: the watch that follows makes up for it.
            let version = if self.version.is_empty() { "0" } else { &self.version };
            draft.set_query("resourceVersion", version);
            // Without it a limit would make the version exact.
            draft.set_query("resourceVersionMatch", "NotOlderThan");
        }
        Arc::new(draft)
    }

    fn page(&mut self, draft: Arc<Draft>, first: bool) {
        self.state = State::Listing { draft: draft.clone(), first };
        self.start(draft, Shape::WHOLE);
    }

    fn listed(&mut self, now: Now, draft: &Draft, first: bool, list: RawList) {
        if list.resource_version.is_empty()
            && list.continue_token.is_empty()
            && list.items.is_empty()
            && !first
        {
            // A page that says nothing at all cannot be the end of a list.
            let error = self.protocol("the list's last page is empty, and has no version");
            return self.end(now, Phase::Listing { first }, Ending::Failed(error));
        }
        for object in list.items {
            self.tell(Ok(WatcherEvent::InitApply(object)));
        }
        if list.continue_token.is_empty() {
            self.complete(list.resource_version);
            self.go_on(Next::Resume);
        } else {
            self.page(Arc::new(draft.page(&list.continue_token)), false);
        }
    }

    /// All that there is has been told.
    fn complete(&mut self, version: String) {
        self.version.clone_from(&version);
        self.expired = false;
        self.round.latest = false;
        self.tell(Ok(WatcherEvent::InitDone { resource_version: version }));
    }

    /// A part of the conversation is over: what now?
    fn end(&mut self, now: Now, phase: Phase, ending: Ending) {
        let Decision { next, pause, tell } = after(phase, &ending);
        if tell {
            let error = match ending {
                Ending::Failed(error) => error,
                Ending::Unreadable(error) => self.protocol(error.text()),
                Ending::Closed => self.protocol("the server closed it"),
            };
            self.tell(Err(error));
        }
        let until = match pause {
            Pause::No => None,
            Pause::NotTheFirstTime if !self.expired => None,
            Pause::NotTheFirstTime => Some(self.backoff.until(now.mono, 0)),
            Pause::BackOff(asked) => Some(self.backoff.until(now.mono, asked)),
        };
        self.expired |= pause == Pause::NotTheFirstTime;
        match until {
            None => self.go_on(next),
            Some(until) => self.state = State::Waiting(until, next),
        }
    }

    fn protocol(&self, problem: &str) -> Error {
        Error::Protocol { call: self.call.clone(), problem: problem.into() }
    }
}

impl Machine for Watcher {
    type Event = Result<WatcherEvent<RawObject>, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        let current = self.id();
        match input {
            Input::Opened(id, _) if id == current => self.opened(now),
            Input::Data(id, chunk) if id == current => self.read(now, &chunk),
            Input::Closed(id, end) if id == current => self.closed(now, end),
            Input::Answer(id, answer) if id == current => {
                let State::Listing { draft, first } = &self.state else { return };
                let (draft, first) = (draft.clone(), *first);
                let phase = Phase::Listing { first };
                let fail = |error| problem(draft.summary(), error);
                match answer.and_then(|(_, body)| RawList::read(&body).map_err(fail)) {
                    Ok(list) => self.listed(now, &draft, first, list),
                    Err(error) => self.end(now, phase, Ending::Failed(error)),
                }
            }
            Input::Time => {
                if let State::Waiting(until, next) = self.state
                    && until <= now.mono
                {
                    self.go_on(next);
                }
            }
            Input::Command(Stop) => {
                if !matches!(self.state, State::Done | State::Waiting(..)) {
                    self.outputs.push(Output::Cancel(current));
                }
                self.state = State::Done;
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        match self.state {
            State::Waiting(until, _) => Some(until),
            _ => None,
        }
    }
}
