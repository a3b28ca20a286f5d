//! Watches: a cursor into the history.

mod end;
mod event;

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use kubewire::Now;
use serde_json::Value;

use crate::registry::Kind;
use crate::select::Selector;
use crate::server::Server;
use crate::store::{Change, Stored};
use crate::table::Table;
use crate::verbs::{Ask, ListOptions};
use crate::wire::{Form, Problem};
pub(crate) use end::End;
use event::Kept;

/// Bookmarks come so often, in milliseconds, and so long before the end.
const BOOKMARKS: u64 = 60_000;
const BEFORE_END: u64 = 2_000;

/// The changes of a kind's objects. It holds no reference to the sandbox: [`Sandbox::poll`](crate::Sandbox::poll) asks it for the next.
#[derive(Debug)]
pub struct Watch {
    kind: Arc<Kind>,
    /// Keys begin with it.
    prefix: String,
    selector: Selector,
    form: Form,
    /// Each event's object is a table.
    table: Option<Table>,
    #[cfg(feature = "protobuf")]
    protobuf: bool,
    /// The write up to which everything was told.
    revision: u64,
    /// What was there at the start and is still to be told.
    initial: VecDeque<Stored>,
    /// Whether the end of the initial events is told.
    initial_end: bool,
    /// When the next bookmark comes; `None` where none are wanted.
    bookmark: Option<u64>,
    deadline: u64,
    ended: bool,
    /// A fault's end, before its time.
    end: Option<End>,
    /// Whether the connection was lost.
    lost: bool,
    /// The start of the server in which it began.
    start: u64,
    /// Lives as long as the watch does: who counts those that are open looks at it.
    #[cfg(feature = "metrics")]
    pub(crate) open: Arc<()>,
}

/// Where a watch begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// With what is there, and, if wanted, a bookmark behind it.
    Initial { end: bool },
    /// After this write.
    After(u64),
}

impl Watch {
    pub(crate) fn new(
        server: &Server,
        ask: &Ask<'_>,
        options: &ListOptions,
        start: Start,
        deadline: u64,
    ) -> Self {
        let place = ask.place;
        let prefix = match place.namespace.as_str() {
            "" => String::new(),
            namespace => format!("{namespace}/"),
        };
        let now = ask.now.mono;
        let mut watch = Self {
            kind: Arc::clone(&place.kind),
            prefix,
            selector: options.selector.clone(),
            form: ask.form,
            table: None,
            #[cfg(feature = "protobuf")]
            protobuf: false,
            revision: server.store.revision(),
            initial: VecDeque::new(),
            initial_end: false,
            bookmark: options.bookmarks.then(|| next_bookmark(now, deadline)),
            deadline,
            ended: false,
            end: None,
            lost: false,
            start: server.starts,
            #[cfg(feature = "metrics")]
            open: Arc::default(),
        };
        match start {
            Start::After(revision) => watch.revision = revision,
            Start::Initial { end } => {
                let there = server.store.range(place.kind.id, &watch.prefix, "");
                let shown = there.map(|(_, object)| place.kind.shown(object));
                watch.initial = shown.filter(|object| watch.selector.matches(object)).collect();
                watch.initial_end = end;
            }
        }
        watch
    }

    /// The same watch, whose events are tables.
    pub(crate) fn tabled(mut self, table: Table) -> Self {
        self.table = Some(table);
        self
    }

    /// The same watch, whose events are messages of protobuf.
    #[cfg(feature = "protobuf")]
    pub(crate) fn in_protobuf(mut self) -> Self {
        self.protobuf = true;
        self
    }

    /// The next event, as a line of JSON or a message of protobuf; `Ready(None)` at the end, `Pending` where nothing has happened yet.
    pub(crate) fn poll(&mut self, server: &Server, now: Now) -> Poll<Option<Bytes>> {
        let next = self.cut_short(server).unwrap_or_else(|| self.next(server, now));
        if let (Some(End::After { events, .. }), Poll::Ready(Some(_))) = (&mut self.end, &next) {
            *events = events.saturating_sub(1);
        }
        if self.form == Form::MetadataList && matches!(next, Poll::Ready(Some(_))) {
            // No event is a list: the real server gives the watch up at the first.
            self.ended = true;
            return Poll::Ready(None);
        }
        next
    }

    fn next(&mut self, server: &Server, now: Now) -> Poll<Option<Bytes>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Some(object) = self.initial.pop_front() {
            return Poll::Ready(Some(self.line("ADDED", &object, None, now)));
        }
        if self.initial_end {
            self.initial_end = false;
            return Poll::Ready(Some(self.bookmark_line(self.revision, true, now)));
        }
        let Ok(changes) = server.store.since(self.revision) else {
            self.ended = true;
            // The real server counts from the last version that it has forgotten.
            let (at, oldest) = (self.revision, server.store.compacted());
            let problem = Problem::expired(format!("too old resource version: {at} ({oldest})"));
            return Poll::Ready(Some(self.encoded("ERROR", &problem.value())));
        };
        for change in changes {
            self.revision = change.revision;
            if let Some((kind, object)) = self.told(change) {
                return Poll::Ready(Some(self.line(kind, &object, Some(change.revision), now)));
            }
        }
        if now.mono >= self.deadline {
            self.ended = true;
            return Poll::Ready(None);
        }
        if self.bookmark.is_some_and(|at| now.mono >= at) {
            self.bookmark = Some(next_bookmark(now.mono, self.deadline));
            // What is to come, in a watch from the future, is not told before it is there.
            let revision = self.revision.max(server.store.revision());
            return Poll::Ready(Some(self.bookmark_line(revision, false, now)));
        }
        Poll::Pending
    }

    /// When something happens by itself, in milliseconds of [`Now::mono`]: a bookmark, or the end.
    #[must_use]
    pub fn timeout(&self) -> u64 {
        self.bookmark.map_or(self.deadline, |bookmark| bookmark.min(self.deadline))
    }

    /// What a change looks like through the selector.
    fn told(&self, change: &Change) -> Option<(&'static str, Stored)> {
        if change.kind != self.kind.id || !change.key.starts_with(&self.prefix) {
            return None;
        }
        let chosen = |object: &Option<Stored>| {
            let shown = object.as_ref().map(|object| self.kind.shown(object));
            shown.filter(|one| self.selector.matches(one))
        };
        match (chosen(&change.old), chosen(&change.new)) {
            (None, None) => None,
            (None, Some(new)) => Some(("ADDED", new)),
            (Some(_), Some(new)) => Some(("MODIFIED", new)),
            // The object as it last was, under the version of its going.
            (Some(old), None) => Some(("DELETED", old)),
        }
    }

    fn line(&mut self, kind: &str, object: &Value, revision: Option<u64>, now: Now) -> Bytes {
        self.event(kind, &Kept { object, form: self.form, revision }.value(), now)
    }

    fn bookmark_line(&mut self, revision: u64, initial_end: bool, now: Now) -> Bytes {
        self.event("BOOKMARK", &event::bookmark(&self.kind, self.form, revision, initial_end), now)
    }

    fn event(&mut self, kind: &str, object: &Value, now: Now) -> Bytes {
        match &mut self.table {
            Some(table) => event::line(kind, &table.of_one(object, now)),
            None => self.encoded(kind, object),
        }
    }

    fn encoded(&self, kind: &str, object: &Value) -> Bytes {
        #[cfg(feature = "protobuf")]
        if self.protobuf
            && let Some(event) = crate::proto::event(kind, object)
        {
            return event;
        }
        event::line(kind, object)
    }
}

fn next_bookmark(now: u64, deadline: u64) -> u64 {
    let before = deadline.saturating_sub(BEFORE_END);
    let next = now.saturating_add(BOOKMARKS);
    // After the last one only the end is to come.
    if now >= before { u64::MAX } else { next.min(before) }
}
