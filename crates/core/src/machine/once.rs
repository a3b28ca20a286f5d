//! The smallest conversation: one call.

use alloc::sync::Arc;

use bytes::Bytes;

use super::{Exchange, Id, Input, Machine, Output, Shape, Stop};
use crate::call::Draft;
use crate::error::Error;
use crate::queue::Queue;
use crate::time::Now;
use crate::wire::Head;

/// One call and its answer.
///
/// ```text
/// start ── Start ──> asked ── Answer ──> done (one event)
///                      └───── Stop ────> done (no event)
/// ```
#[derive(Debug)]
pub struct Once {
    outputs: Queue<Output<Result<(Head, Bytes), Error>>>,
    done: bool,
}

const ID: Id = Id(0);

impl Once {
    /// One call with the usual limits.
    #[must_use]
    pub fn new(draft: Arc<Draft>) -> Self {
        Self::with(|id| Exchange::new(id, draft, Shape::WHOLE))
    }

    /// One call with limits of its own: `make` gets the number for the exchange.
    #[must_use]
    pub fn with(make: impl FnOnce(Id) -> Exchange) -> Self {
        Self { outputs: Queue::of(Output::Start(make(ID))), done: false }
    }
}

impl Machine for Once {
    type Event = Result<(Head, Bytes), Error>;
    type Command = Stop;

    fn handle(&mut self, _: Now, input: Input<Stop>) {
        if self.done {
            return;
        }
        let output = match input {
            Input::Answer(ID, answer) => Output::Event(answer),
            Input::Command(Stop) => Output::Cancel(ID),
            _ => return,
        };
        self.done = true;
        self.outputs.push(output);
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        None
    }
}
