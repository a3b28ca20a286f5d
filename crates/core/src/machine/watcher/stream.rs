//! The events of one of a watcher's streams.

use bytes::Bytes;

use super::ending::{Ending, Phase};
use super::{State, USEFUL, Watcher, WatcherEvent};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::{DecodeError, Error, Status};
use crate::machine::Output;
use crate::prelude::*;
use crate::stream::{EventType, Events, RawEvent};
use crate::time::Now;

/// What the bookmark at the end of a streaming list carries (KEP-3157).
const END: [&str; 3] = ["metadata", "annotations", "k8s.io/initial-events-end"];

/// A stream of events, and how it has been.
pub(super) struct Stream {
    events: Events,
    opened: Option<u64>,
    told: bool,
}

impl Stream {
    pub(super) fn of(draft: &Draft) -> Self {
        Self { events: Events::of(draft), opened: None, told: false }
    }

    /// Whether it brought something, or lasted for a while.
    pub(super) fn is_useful(&self, now: u64) -> bool {
        self.told || self.opened.is_some_and(|opened| now.saturating_sub(opened) >= USEFUL)
    }
}

impl Watcher {
    fn stream(&mut self) -> Option<&mut Stream> {
        match &mut self.state {
            State::Filling(stream) | State::Watching(stream) => Some(stream),
            _ => None,
        }
    }

    fn phase(&self, now: Now) -> Phase {
        match &self.state {
            State::Watching(stream) => Phase::Watching { useful: stream.is_useful(now.mono) },
            _ => Phase::Filling,
        }
    }

    pub(super) fn opened(&mut self, now: Now) {
        if let Some(stream) = self.stream() {
            stream.opened = Some(now.mono);
        }
    }

    pub(super) fn read(&mut self, now: Now, chunk: &Bytes) {
        let Some(stream) = self.stream() else { return };
        let pushed = stream.events.push(chunk);
        // An event may end the stream, and so may what comes after the last one.
        if let Err(error) = self.events() {
            self.abandon(now, Ending::Failed(error));
        } else if let Err(error) = pushed {
            self.abandon(now, Ending::Unreadable(error));
        }
    }

    /// The events that are there, until one ends the stream.
    fn events(&mut self) -> Result<(), Error> {
        while let Some(event) = self.stream().and_then(|stream| stream.events.next()) {
            self.event(event.map_err(|error| problem(self.call.clone(), error))?)?;
        }
        Ok(())
    }

    /// The stream has ended.
    pub(super) fn closed(&mut self, now: Now, end: Result<(), Error>) {
        let Some(stream) = self.stream() else { return };
        let cut = stream.events.finish();
        let last = self.events();
        let phase = self.phase(now);
        match (last.and(end), cut) {
            (Err(error), _) => self.end(now, phase, Ending::Failed(error)),
            (Ok(()), Err(error)) => self.end(now, phase, Ending::Unreadable(error)),
            (Ok(()), Ok(())) => self.end(now, phase, Ending::Closed),
        }
    }

    /// The stream is of no more use.
    fn abandon(&mut self, now: Now, ending: Ending) {
        self.outputs.push(Output::Cancel(self.id()));
        let phase = self.phase(now);
        self.end(now, phase, ending);
    }

    /// One event. An error ends the stream: what cannot be understood may have been a change.
    fn event(&mut self, event: RawEvent) -> Result<(), Error> {
        if let Some(stream) = self.stream() {
            stream.told = true;
        }
        let object = event.raw();
        let version = object.resource_version().unwrap_or_default();
        let filling = matches!(self.state, State::Filling(_));
        let named = !object.name().is_empty();
        match event.event_type() {
            EventType::Error => return Err(self.status(&object.bytes())),
            EventType::Bookmark if version.is_empty() => self.odd("a bookmark without a version", ""),
            EventType::Bookmark if filling => {
                if object.text(&END).as_deref() == Some("true") {
                    if let State::Filling(stream) = core::mem::replace(&mut self.state, State::Done) {
                        self.state = State::Watching(stream);
                    }
                    self.complete(version.into_owned());
                }
            }
            EventType::Bookmark => self.version = version.into_owned(),
            EventType::Unknown => self.odd("an event of the unknown type ", event.name()),
            EventType::Added | EventType::Modified | EventType::Deleted if !named => {
                self.odd("an object without a name, of type ", event.name());
            }
            event_type => {
                // A watch from no version, or from 0, begins with all that there is, in no order of versions.
                let settled = !self.version.is_empty() && self.version != "0";
                if !filling && !version.is_empty() && (settled || event_type != EventType::Added) {
                    self.version.clear();
                    self.version.push_str(&version);
                }
                let object = event.into_raw();
                self.tell(Ok(match event_type {
                    EventType::Deleted => WatcherEvent::Delete(object),
                    _ if filling => WatcherEvent::InitApply(object),
                    _ => WatcherEvent::Apply(object),
                }));
            }
        }
        Ok(())
    }

    /// What is told, and does no harm.
    fn odd(&mut self, what: &str, name: &str) {
        let error = self.protocol(&["the stream holds ", what, name].concat());
        self.tell(Err(error));
    }

    /// The error that an ERROR event is.
    fn status(&self, object: &[u8]) -> Error {
        match Status::from_json(object) {
            Some(status) => Error::Api { call: self.call.clone(), status: Box::new(status) },
            None => problem(self.call.clone(), DecodeError::new("object", "an ERROR event without a Status")),
        }
    }
}
