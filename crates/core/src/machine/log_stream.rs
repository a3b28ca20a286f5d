//! The lines of one log.

use alloc::sync::Arc;

use super::{Exchange, Id, Input, Machine, Output, Shape, Stop};
use crate::call::Draft;
use crate::error::Error;
use crate::queue::Queue;
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
    outputs: Queue<Output<Result<LogLine, Error>>>,
    lines: Lines,
    done: bool,
}

const ID: Id = Id(0);

impl LogStream {
    /// The log that a call of the subresource `log` asks for.
    #[must_use]
    pub fn new(draft: Arc<Draft>) -> Self {
        let lines = Lines::new(MAX_LINE, draft.says("timestamps=true"));
        let exchange = Exchange::new(ID, draft, Shape::Stream);
        Self { outputs: Queue::of(Output::Start(exchange)), lines, done: false }
    }

    fn tell(&mut self) {
        while let Some(line) = self.lines.next() {
            self.outputs.push(Output::Event(Ok(line)));
        }
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
            Input::Data(ID, chunk) => {
                self.lines.push(&chunk);
                self.tell();
            }
            Input::Closed(ID, end) => {
                self.done = true;
                self.lines.finish(end.is_err());
                self.tell();
                if let Err(error) = end {
                    self.outputs.push(Output::Event(Err(error)));
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
