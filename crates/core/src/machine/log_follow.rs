//! The lines of a log, through lost connections.

use alloc::sync::Arc;

use super::backoff::Backoff;
use super::{Exchange, Id, Input, Machine, Output, Retry, Shape, Stop};
use crate::call::Draft;
use crate::error::{Deadline, Error};
use crate::prelude::*;
use crate::queue::Queue;
use crate::stream::{Lines, LogLine};
use crate::time::Now;

/// As much of a line is kept as of any other log's.
const MAX_LINE: usize = 1 << 20;
/// A server that starts answers 401 or 403 to whom it will let in as soon as it has read its rules. So long it may (milliseconds).
const STARTING: u64 = 60_000;

/// Follows a log until its container ends, and goes on where it was after the connection was lost.
///
/// ```text
/// start ── Start ──> open ── the log ends ──> done
///                     │ ^── a line ──┘
///                     └── lost ──> waiting ── Start (since the last line's time) ──> open
/// open, waiting ── the server says no, Stop ──> done (not to a server that may just be starting: once open, a 401 or 403 is tried for a minute)
/// ```
///
/// The log is asked for with timestamps. After a loss the server gives the lines of the last one's second again: those that have been told are left
/// out, by their times, so that none is lost and none comes twice. A log without times (of an old container runtime) cannot be resumed, and ends with
/// the error.
pub struct LogFollow {
    outputs: Queue<Output<Result<LogLine, Error>>>,
    draft: Draft,
    lines: Lines,
    backoff: Backoff,
    ids: u32,
    /// The time of the last line that was told, and how many of that time were.
    last: String,
    same: u32,
    /// How many of them are still to come again.
    again: u32,
    /// Whether a line without a time was told.
    untimed: bool,
    wait: Option<u64>,
    opened: bool,
    /// Since when the server refuses what it has allowed before.
    refused: Option<u64>,
    done: bool,
}

impl LogFollow {
    /// Follows the log that a call of the subresource `log` asks for.
    #[must_use]
    pub fn new(draft: &Draft, seed: u64) -> Self {
        let mut draft = draft.clone();
        draft.set_query("follow", "true");
        draft.set_query("timestamps", "true");
        let mut log = Self {
            outputs: Queue::new(),
            draft,
            lines: Lines::new(MAX_LINE, true),
            backoff: Backoff::new(seed),
            ids: 0,
            last: String::new(),
            same: 0,
            again: 0,
            untimed: false,
            wait: None,
            opened: false,
            refused: None,
            done: false,
        };
        log.start();
        log
    }

    fn start(&mut self) {
        let mut draft = self.draft.clone();
        if !self.last.is_empty() {
            draft.remove_query("tailLines");
            draft.remove_query("sinceSeconds");
            draft.set_query("sinceTime", &self.last);
        }
        self.again = self.same;
        // What was begun comes again from its start.
        self.lines = Lines::new(MAX_LINE, true);
        self.wait = None;
        self.ids = self.ids.wrapping_add(1);
        let exchange = Exchange::new(Id(self.ids), Arc::new(draft), Shape::Stream);
        self.outputs.push(Output::Start(exchange.retry(Retry::Never)));
    }

    fn tell(&mut self) {
        while let Some(line) = self.lines.next() {
            match line.timestamp() {
                // The same length: written by the same clock in the same way, so they compare as texts.
                Some(time) if time.len() == self.last.len() && *time < *self.last => continue,
                Some(time) if time == self.last && self.again > 0 => {
                    self.again -= 1;
                    continue;
                }
                Some(time) if time == self.last => self.same += 1,
                Some(time) => {
                    self.last = time.into();
                    self.same = 1;
                    self.again = 0;
                }
                None => self.untimed = true,
            }
            self.outputs.push(Output::Event(Ok(line)));
        }
    }

    fn closed(&mut self, now: Now, end: Result<(), Error>) {
        let Err(error) = end else {
            self.lines.finish(false);
            self.tell();
            self.done = true;
            return;
        };
        // A container that says nothing for long is no loss.
        let quiet = matches!(error, Error::Timeout { deadline: Deadline::Silence, .. });
        let final_ = match &error {
            Error::Transport { .. } | Error::Timeout { .. } => false,
            Error::Api { status, .. } if self.opened && matches!(status.code, 401 | 403) => {
                now.mono.saturating_sub(*self.refused.get_or_insert(now.mono)) >= STARTING
            }
            Error::Api { status, .. } => status.code < 500 && !status.is_too_many_requests(),
            _ => true,
        };
        let asked = error.status().and_then(|status| status.details.retry_after_seconds).unwrap_or_default();
        if !quiet {
            self.outputs.push(Output::Event(Err(error)));
        }
        if final_ || self.untimed {
            self.done = true;
        } else if quiet {
            self.start();
        } else {
            self.wait = Some(self.backoff.until(now.mono, asked.saturating_mul(1000)));
        }
    }
}

impl Machine for LogFollow {
    type Event = Result<LogLine, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        if self.done {
            return;
        }
        let current = Id(self.ids);
        match input {
            Input::Opened(id, _) if id == current => {
                self.opened = true;
                self.refused = None;
            }
            Input::Data(id, chunk) if id == current => {
                self.lines.push(&chunk);
                self.tell();
            }
            Input::Closed(id, end) if id == current && self.wait.is_none() => self.closed(now, end),
            Input::Time if self.wait.is_some_and(|until| until <= now.mono) => self.start(),
            Input::Command(Stop) => {
                if self.wait.is_none() {
                    self.outputs.push(Output::Cancel(current));
                }
                self.done = true;
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop()
    }

    fn timeout(&self) -> Option<u64> {
        self.wait.filter(|_| !self.done)
    }
}
