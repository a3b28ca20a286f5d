//! One object, until it is as it was wanted.

use super::{InitialList, Input, Machine, Output, Stop, Watcher, WatcherEvent};
use crate::call::Draft;
use crate::error::{Deadline, Error};
use crate::object::RawObject;
use crate::prelude::*;
use crate::queue::Queue;
use crate::time::Now;

/// What is asked about the object as it is, and again after each change; `None` where there is no such object.
pub type Until = Box<dyn FnMut(Option<&RawObject>) -> Result<bool, Error> + Send>;

/// Watches the one object that a list finds, until it is as it was wanted: kubectl's `wait`.
///
/// ```text
/// start ── all that there is has come ──> asked ── not yet ──> waiting ── a change ──> asked
///                                           └── it is so, or the question fails ──> done (an event)
/// waiting ── the time is over, or the server says never ──> done (an error event)
/// ```
///
/// Losses of the connection are its [watcher's](Watcher) matter and no errors; what no patience mends (no rights, no such resource, a call
/// that is none) ends it.
pub struct Wait {
    outputs: Queue<Output<Result<Option<RawObject>, Error>>>,
    watcher: Watcher,
    until: Until,
    call: String,
    /// How long it may take, and from when.
    limit: u64,
    end: Option<u64>,
    /// What a list has brought that is not complete.
    listed: Option<RawObject>,
    object: Option<RawObject>,
    filling: bool,
    done: bool,
}

impl Wait {
    /// Waits for at most `limit` milliseconds, with what the list finds: one object, or the last of several to change.
    #[must_use]
    pub fn new(draft: &Draft, seed: u64, limit: u64, until: Until) -> Self {
        let watcher = Watcher::new(draft, InitialList::Pages, seed);
        Self {
            outputs: Queue::new(),
            watcher,
            until,
            call: ["wait for ", &draft.summary()].concat(),
            limit,
            end: None,
            listed: None,
            object: None,
            filling: true,
            done: false,
        }
    }

    fn finish(&mut self, now: Now, event: Result<Option<RawObject>, Error>) {
        self.done = true;
        self.watcher.handle(now, Input::Command(Stop));
        while let Some(output) = self.watcher.poll() {
            if let Output::Cancel(id) = output {
                self.outputs.push(Output::Cancel(id));
            }
        }
        self.outputs.push(Output::Event(event));
    }

    fn ask(&mut self, now: Now) {
        match (self.until)(self.object.as_ref()) {
            Ok(true) => {
                let object = self.object.take();
                self.finish(now, Ok(object));
            }
            Ok(false) => {}
            Err(error) => self.finish(now, Err(error)),
        }
    }

    fn pump(&mut self, now: Now) {
        while !self.done {
            let Some(output) = self.watcher.poll() else { return };
            match output {
                Output::Start(exchange) => self.outputs.push(Output::Start(exchange)),
                Output::Send(id, message) => self.outputs.push(Output::Send(id, message)),
                Output::Cancel(id) => self.outputs.push(Output::Cancel(id)),
                Output::Event(Ok(event)) => self.event(now, event),
                // What no patience mends.
                Output::Event(Err(error)) => {
                    let code = error.status().map(|status| status.code);
                    if matches!(code, Some(400 | 401 | 403 | 404 | 405 | 406 | 422)) {
                        self.finish(now, Err(error));
                    }
                }
            }
        }
    }

    fn event(&mut self, now: Now, event: WatcherEvent<RawObject>) {
        match event {
            WatcherEvent::Init => {
                self.listed = None;
                self.filling = true;
            }
            WatcherEvent::InitApply(object) => self.listed = Some(object),
            WatcherEvent::InitDone { .. } => {
                self.object = self.listed.take();
                self.filling = false;
                self.ask(now);
            }
            WatcherEvent::Delete(_) if self.filling => self.listed = None,
            WatcherEvent::Apply(object) => {
                self.object = Some(object);
                self.ask(now);
            }
            WatcherEvent::Delete(_) => {
                self.object = None;
                self.ask(now);
            }
        }
    }
}

impl Machine for Wait {
    type Event = Result<Option<RawObject>, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        if self.done {
            return;
        }
        let end = *self.end.get_or_insert(now.mono.saturating_add(self.limit));
        if let Input::Command(Stop) = input {
            self.done = true;
        }
        self.watcher.handle(now, input);
        self.pump(now);
        if self.done {
            while let Some(Output::Cancel(id)) = self.watcher.poll() {
                self.outputs.push(Output::Cancel(id));
            }
        } else if end <= now.mono {
            let (call, after_ms) = (self.call.clone(), self.limit);
            self.finish(now, Err(Error::Timeout { call, deadline: Deadline::Total, after_ms }));
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        if self.done {
            return None;
        }
        [self.watcher.timeout(), Some(self.end.unwrap_or_default())].into_iter().flatten().min()
    }
}
