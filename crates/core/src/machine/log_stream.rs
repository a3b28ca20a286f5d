//! The lines of one log.

use alloc::sync::Arc;

use super::{Exchange, Id, Input, Machine, Output, Shape, Stop};
use crate::call::Draft;
use crate::error::Error;
use crate::stream::{Lines, LogLine};
use crate::time::Now;

/// So much of a line is kept. A container runtime writes lines in pieces of 16 KiB, which the kubelet puts together again.
const MAX_LINE: usize = 1 << 20;

/// The lines of a pod's log until it ends, or until the pod does where it is followed.
///
/// ```text
/// start ── Start ──> opening ── Opened ──> open ── Closed ──> done (the last line, and an error event if it failed)
///                      └─ Closed ─> done     ├─── Data ───> open (an event a line)
///                                            └─── Stop ───> done (Cancel, no event)
/// ```
pub struct LogStream {
    start: Option<Exchange>,
    lines: Lines,
    /// Comes after the last line.
    end: Option<Output<Result<LogLine, Error>>>,
    done: bool,
}

const ID: Id = Id(0);

impl LogStream {
    /// The log that a call of the subresource `log` asks for.
    #[must_use]
    pub fn new(draft: Arc<Draft>) -> Self {
        let lines = Lines::new(MAX_LINE, draft.says("timestamps=true"));
        let exchange = Exchange::new(ID, draft, Shape::Stream);
        Self { start: Some(exchange), lines, end: None, done: false }
    }
}

impl Machine for LogStream {
    type Event = Result<LogLine, Error>;
    type Command = Stop;

    fn handle(&mut self, _: Now, input: Input<Stop>) {
        if self.done {
            return;
        }
        match input {
            Input::Data(ID, chunk) => self.lines.push(&chunk),
            Input::Closed(ID, end) => {
                self.done = true;
                self.lines.finish(end.is_err());
                self.end = end.err().map(|error| Output::Event(Err(error)));
            }
            Input::Command(Stop) => {
                self.done = true;
                self.end = Some(Output::Cancel(ID));
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        let start = self.start.take().map(Output::Start);
        start.or_else(|| Some(Output::Event(Ok(self.lines.next()?)))).or_else(|| self.end.take())
    }

    fn timeout(&self) -> Option<u64> {
        None
    }
}
