//! One conversation on its way, as a host's loop drives it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use kubewire::{Act as Wanted, Driver, Failure, FailureKind, Head, Heard, Need, ReadError, Sent, Task, Warm};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::conversation::{Conversation, Word};
use crate::parts::{Act, Parts};
use crate::shared::Shared;

/// A conversation, and the act that it polled last.
#[wasm_bindgen]
pub struct Run {
    shared: Rc<Shared>,
    work: Work,
    summary: String,
    parts: Parts,
    /// The head that is being handed over, header by header.
    head: Head,
}

/// What a run does.
pub(crate) enum Work {
    /// A machine's work.
    Drive(Box<Driver<Conversation>>),
    /// The session's own: reads its files.
    Warm { asked: Option<u32>, until: Option<u64>, done: bool },
}

impl Work {
    pub(crate) fn warm() -> Self {
        Self::Warm { asked: None, until: None, done: false }
    }
}

/// What a host says to a run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Time has passed; also the first word to every run.
    Time = 0,
    /// The content of file `number`.
    Given = 1,
    /// There is no such file.
    Absent = 2,
    /// The file cannot be read, for the reason in the bytes.
    Unreadable = 3,
    /// A header of the answer that comes next: its name, a line break, its value.
    Header = 4,
    /// The head of the answer to request `number`, after its headers: its status in `value`.
    Head = 5,
    /// A piece of its body.
    Data = 6,
    /// The end of its body.
    End = 7,
    /// Request `number` failed below HTTP, for the reason in the bytes. `value` counts the kinds of failures, from refused (0), reset,
    /// timed out, untrusted and unsupported to any other (5); plus 8 where the server may have seen the request.
    Failed = 8,
}

#[wasm_bindgen]
impl Run {
    /// The next act, as the address of its table of numbers, which [`Slot`](crate::Slot) explains. The table and what it points to stay
    /// until anything else of this crate is called.
    pub fn poll(&mut self) -> *const u32 {
        self.parts = Parts::default();
        let act = self.next();
        self.parts.laid(act)
    }

    /// When [`Sign::Time`] is wanted, on the monotonic clock; infinity for never.
    #[must_use]
    pub fn timeout(&self) -> f64 {
        let at = match &self.work {
            Work::Drive(driver) => driver.timeout(),
            Work::Warm { until, .. } => *until,
        };
        at.map_or(f64::INFINITY, |at| at as f64)
    }

    /// The user wants one more: a list that comes page by page asks for its next page.
    pub fn more(&mut self) {
        self.say(Word::Next);
    }

    /// It is to end by itself: an election gives its lease back. What needs no such end is dropped.
    pub fn stop(&mut self) {
        self.say(Word::Stop);
    }

    /// Until when an election's candidate leads, on the monotonic clock; 0 where it does not.
    #[must_use]
    pub fn until(&self) -> f64 {
        match self.machine() {
            Some(Conversation::Election(election)) => election.leading_until().unwrap_or_default() as f64,
            _ => 0.0,
        }
    }

    /// How many objects an informer's store has.
    #[must_use]
    pub fn size(&self) -> u32 {
        match self.machine() {
            Some(Conversation::Informer(informer)) => informer.shelf().len() as u32,
            _ => 0,
        }
    }

    /// An object of an informer's store: that of a key, or where the key is empty the one at `index` in the keys' order. As a table, in which
    /// [`Act::Change`](crate::Act) has its key in `Text` and its JSON in `Body`.
    pub fn object(&mut self, key: &str, index: u32) -> *const u32 {
        self.parts = Parts::default();
        let found = match self.machine() {
            Some(Conversation::Informer(informer)) if key.is_empty() => {
                informer.shelf().at(index as usize).map(|(key, object)| (String::from(key), object.json()))
            }
            Some(Conversation::Informer(informer)) => {
                informer.shelf().get(key).map(|object| (String::from(key), object.json()))
            }
            _ => None,
        };
        let act = match found {
            Some((key, json)) => self.parts.object(key, json),
            None => Act::Nothing,
        };
        self.parts.laid(act)
    }

    /// Takes in what the host heard.
    pub fn hear(&mut self, sign: Sign, number: u32, value: u32, bytes: Vec<u8>) {
        let heard = match sign {
            Sign::Time => Heard::Time,
            Sign::Given => Heard::Given(number, Ok(bytes.into())),
            Sign::Absent => Heard::Given(number, Err(ReadError::NotFound)),
            Sign::Unreadable => Heard::Given(number, Err(ReadError::Other(text(bytes)))),
            Sign::Header => {
                let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
                let (name, value) = bytes.split_at(line);
                let name = core::str::from_utf8(name).unwrap_or_default();
                return self.head.header(name, value.get(1..).unwrap_or_default());
            }
            Sign::Head => {
                let mut head = core::mem::take(&mut self.head);
                head.status = value as u16;
                Heard::Head(number, head)
            }
            Sign::Data => Heard::Data(number, bytes.into()),
            Sign::End => Heard::End(number),
            Sign::Failed => Heard::Failed(number, failure(value, text(bytes))),
        };
        let now = self.shared.now.get();
        let mut session = self.shared.session.borrow_mut();
        match (&mut self.work, heard) {
            (Work::Drive(driver), heard) => driver.handle(&mut session, now, heard),
            (Work::Warm { asked, .. }, Heard::Given(number, read)) => {
                *asked = None;
                session.provide(number, read, now);
            }
            (Work::Warm { until, .. }, _) => *until = None,
        }
    }
}

impl Run {
    pub(crate) fn new(shared: Rc<Shared>, work: Work, summary: String) -> Self {
        Self { shared, work, summary, parts: Parts::default(), head: Head::default() }
    }

    fn machine(&self) -> Option<&Conversation> {
        match &self.work {
            Work::Drive(driver) => Some(driver.machine()),
            Work::Warm { .. } => None,
        }
    }

    fn say(&mut self, word: Word) {
        if let Work::Drive(driver) = &mut self.work {
            driver.command(&mut self.shared.session.borrow_mut(), self.shared.now.get(), word);
        }
    }

    fn next(&mut self) -> Act {
        let parts = &mut self.parts;
        let mut session = self.shared.session.borrow_mut();
        let (asked, until, done) = match &mut self.work {
            Work::Drive(driver) => {
                let Some(wanted) = driver.poll() else { return Act::Nothing };
                let trust = match &wanted {
                    Wanted::Do(Task::Request { tls, .. }) => session.tls(*tls),
                    _ => None,
                };
                return parts.take(wanted, trust, &self.summary);
            }
            Work::Warm { asked, until, done } => (asked, until, done),
        };
        if *done {
            return Act::Done;
        }
        if asked.is_some() || until.is_some() {
            return Act::Nothing;
        }
        match session.warm(self.shared.now.get()) {
            Ok(Warm::Need(number, Need::File(path))) => {
                *asked = Some(number);
                parts.read(number, path)
            }
            Ok(Warm::Wait(at)) => {
                *until = Some(at);
                Act::Nothing
            }
            Ok(_) => Act::Done,
            Err(error) => {
                *done = true;
                parts.failed(&error)
            }
        }
    }
}

/// A host that stops while it reads a file leaves that to the next.
impl Drop for Run {
    fn drop(&mut self) {
        let mut session = self.shared.session.borrow_mut();
        match &mut self.work {
            Work::Drive(driver) => driver.release(&mut session),
            Work::Warm { asked, .. } => asked.iter().for_each(|number| session.release(*number)),
        }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

fn failure(value: u32, message: String) -> Failure {
    let kind = match value & 7 {
        0 => FailureKind::Refused,
        1 => FailureKind::Reset,
        2 => FailureKind::TimedOut,
        3 => FailureKind::Untrusted,
        4 => FailureKind::Unsupported,
        _ => FailureKind::Other,
    };
    let sent = if value & 8 == 0 { Sent::No } else { Sent::Maybe };
    Failure { kind, sent, message }
}
