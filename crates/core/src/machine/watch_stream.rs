//! One watch request and its events, without recovery.

use alloc::sync::Arc;

use super::{Exchange, Id, Input, Machine, Output, Shape, Stop};
use crate::answer::problem;
use crate::call::Draft;
use crate::error::Error;
use crate::prelude::*;
use crate::queue::Queue;
use crate::stream::{Events, FrameError, RawEvent};
use crate::time::Now;

/// The server ends a watch after 240 to 290 s: before the 300 s of silence at which runtimes cut it.
const SHORTEST: u64 = 240;
const SPREAD: u64 = 51;

/// The events of one watch until the server ends it, or it fails.
///
/// ```text
/// start ── Start ──> opening ── Opened ──> open ── Closed ──> done (an error event, if it failed)
///                      └─ Closed ─> done     ├─── Data ───> open (an event an object)
///                                            ├── no event ─> done (Cancel, an error event)
///                                            └─── Stop ───> done (Cancel, no event)
/// ```
pub struct WatchStream {
    outputs: Queue<Output<Result<RawEvent, Error>>>,
    events: Events,
    call: String,
    done: bool,
}

const ID: Id = Id(0);

impl WatchStream {
    /// A watch. Where the call does not say `timeoutSeconds`, the seed chooses it, so that many watches do not end at once.
    #[must_use]
    pub fn new(draft: &Draft, seed: u64) -> Self {
        Self::of(draft.clone(), seed)
    }

    /// As [`WatchStream::new`], of a draft that nobody else wants.
    #[must_use]
    pub fn of(mut draft: Draft, seed: u64) -> Self {
        draft.default_query("timeoutSeconds", SHORTEST + seed % SPREAD);
        let call = draft.summary();
        let events = Events::of(&draft);
        let exchange = Exchange::new(ID, Arc::new(draft), Shape::Stream);
        Self { outputs: Queue::of(Output::Start(exchange)), events, call, done: false }
    }

    fn tell(&mut self) {
        while let Some(event) = self.events.next() {
            match event {
                Ok(event) => self.outputs.push(Output::Event(Ok(event))),
                Err(error) => self.outputs.push(Output::Event(Err(problem(self.call.clone(), error)))),
            }
        }
    }

    fn fail(&mut self, error: &FrameError) {
        self.done = true;
        let error = Error::Protocol { call: self.call.clone(), problem: error.text().into() };
        self.outputs.push(Output::Event(Err(error)));
    }
}

impl Machine for WatchStream {
    type Event = Result<RawEvent, Error>;
    type Command = Stop;

    fn handle(&mut self, _: Now, input: Input<Stop>) {
        if self.done {
            return;
        }
        match input {
            Input::Data(ID, chunk) => {
                let pushed = self.events.push(&chunk);
                self.tell();
                if let Err(error) = pushed {
                    self.fail(&error);
                    self.outputs.push(Output::Cancel(ID));
                }
            }
            Input::Closed(ID, Err(error)) => {
                self.done = true;
                self.outputs.push(Output::Event(Err(error)));
            }
            Input::Closed(ID, Ok(())) => {
                let finished = self.events.finish();
                self.tell();
                match finished {
                    Ok(()) => self.done = true,
                    Err(error) => self.fail(&error),
                }
            }
            Input::Command(Stop) => {
                self.done = true;
                self.outputs.push(Output::Cancel(ID));
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        None
    }
}
