//! An act as a table of numbers.

use alloc::string::String;
use bytes::Bytes;
use kubewire::machine::{ElectionEvent, InformerEvent, LossReason, WatcherEvent};
use kubewire::{Act as Wanted, Error, Need, RawObject, Task, Trust};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::conversation::Event;
use crate::error::lines;

/// What is to be done, or was found out. The slots that count beside [`Slot::Act`] are named with each.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing: hand something in first.
    Nothing = 0,
    /// Read the file `Text`, and answer under `Number`.
    Read = 1,
    /// Send a request, and answer under `Number`: `Method`, `Text` (its URL), `Lines` (its headers, a name and a value in turn),
    /// `Body`, `Tls`, `Trust`, `Pem` and `Stream`.
    Send = 2,
    /// Give the request `Number` up.
    Cancel = 3,
    /// The whole answer, or a page of it: `Body`, the call in words in `Text`, and the server's warnings in `Lines`. A page's `Number` says
    /// whether it is the first (0), follows the one before (1), or follows it at a later version (2).
    Answer = 4,
    /// A change: its type in `Text`, its object in `Body`. Or a line of a log: its time in `Text`, the line in `Body`, and 1 in `Number` where
    /// it is cut. Or a step of a watcher: its word in `Text`, its object in `Body`, its version in `Lines`. Or a change of an informer's store: `add`, `update`, `delete` or `synced` in `Text`, the key in `Lines`, the object in `Body`,
    /// what was known in `Pem`, and 1 in `Number` where the object was there at the start, or where nobody saw it go. Or a turn of an election:
    /// its word in `Text`, the leader or the reason in `Lines`, how many leaders there were in `Number`.
    Change = 5,
    /// An error: `Text`, in the lines that errors have, and the server's warnings in `Lines`.
    Failed = 6,
    /// All is done.
    Done = 7,
}

/// Where in the table a part stands. A text or bytes take two slots: where in memory they lie, and how many bytes they have.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Which [`Act`] it is.
    Act = 0,
    /// The number of a file or request.
    Number = 1,
    /// The number of a request's trust: as long as it stays, so do the authorities.
    Tls = 2,
    /// Which [`Trusted`] it is.
    Trust = 3,
    /// 1 where a request's answer is a stream.
    Stream = 4,
    /// The method of a request.
    Method = 5,
    /// A path, URL, type or error.
    Text = 7,
    /// Headers or warnings, each line ended.
    Lines = 9,
    /// A body or an object.
    Body = 11,
    /// The authorities to trust.
    Pem = 13,
}

/// The slots in all.
const SLOTS: usize = 15;

/// Whom a request trusts.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trusted {
    /// No one: the authority was changed since, and the request must not be sent.
    Passed = 0,
    /// The authorities of [`Slot::Pem`], and no others.
    Bundle = 1,
    /// The authorities that the host's system trusts.
    SystemRoots = 2,
    /// No one: this is plain http.
    PlainHttp = 3,
}

/// The parts of one act, and their table.
#[derive(Default)]
pub(crate) struct Parts {
    table: [u32; SLOTS],
    number: u32,
    method: &'static str,
    text: String,
    lines: String,
    body: Bytes,
    pem: Bytes,
    tls: [u32; 3],
}

impl Parts {
    pub(crate) fn read(&mut self, number: u32, path: String) -> Act {
        self.number = number;
        self.text = path;
        Act::Read
    }

    pub(crate) fn object(&mut self, key: String, json: Bytes) -> Act {
        self.text = key;
        self.body = json;
        Act::Change
    }

    fn inform(&mut self, event: InformerEvent<RawObject>) -> Act {
        let (word, key, object, number) = match event {
            InformerEvent::Added { key, object, initial } => ("add", key, object, initial),
            InformerEvent::Updated { key, old, new } => {
                self.pem = old.json();
                ("update", key, new, false)
            }
            InformerEvent::Deleted { key, object, missed } => ("delete", key, object, missed),
            _ => {
                self.text = "synced".into();
                return Act::Change;
            }
        };
        self.push(&key);
        self.number = number.into();
        self.object(word.into(), object.json())
    }

    fn step(&mut self, event: WatcherEvent<RawObject>) -> Act {
        let (word, object) = match event {
            WatcherEvent::InitApply(object) => ("initApply", object),
            WatcherEvent::Apply(object) => ("apply", object),
            WatcherEvent::Delete(object) => ("delete", object),
            WatcherEvent::InitDone { resource_version } => {
                self.push(&resource_version);
                return self.object("initDone".into(), Bytes::new());
            }
            _ => return self.object("init".into(), Bytes::new()),
        };
        self.object(word.into(), object.json())
    }

    fn turn(&mut self, event: ElectionEvent) -> Act {
        let word = match event {
            ElectionEvent::Leading { transitions, .. } => {
                self.number = transitions as u32;
                "leading"
            }
            ElectionEvent::Renewed { .. } => "renewed",
            ElectionEvent::Following { leader } => {
                self.lines = leader;
                "following"
            }
            ElectionEvent::Lost { reason } => {
                self.lines.push_str(match reason {
                    LossReason::Deadline => "deadline",
                    LossReason::Taken => "taken",
                    _ => "stopped",
                });
                "lost"
            }
            _ => "released",
        };
        self.text = word.into();
        self.lines.push('\n');
        Act::Change
    }

    pub(crate) fn failed(&mut self, error: &Error) -> Act {
        self.text = lines(error);
        if let Some(status) = error.status() {
            self.push_warnings(&status.warnings);
        }
        Act::Failed
    }

    /// Fills the table in: last, since the texts have come to rest by then. It stays in its memory until the next act.
    pub(crate) fn laid(&mut self, act: Act) -> *const u32 {
        let [tls, trust, stream] = self.tls;
        let place = |text: &[u8]| [text.as_ptr() as u32, text.len() as u32];
        let ([m, m_len], [t, t_len]) = (place(self.method.as_bytes()), place(self.text.as_bytes()));
        let ([l, l_len], [b, b_len]) = (place(self.lines.as_bytes()), place(&self.body));
        let [p, p_len] = place(&self.pem);
        let act = act as u32;
        self.table = [act, self.number, tls, trust, stream, m, m_len, t, t_len, l, l_len, b, b_len, p, p_len];
        self.table.as_ptr()
    }

    /// Takes an act apart. `trust` is that of a request, `summary` the call in words.
    pub(crate) fn take(&mut self, wanted: Wanted<Event>, trust: Option<Trust>, summary: &str) -> Act {
        match wanted {
            Wanted::Do(Task::Need(number, Need::File(path))) => self.read(number, path),
            Wanted::Do(Task::Request { wire, request, tls, stream, .. }) => {
                self.number = wire;
                self.method = request.method;
                self.text = request.url;
                // Neither holds a line break: the core sees to it.
                for (name, value) in &request.headers {
                    self.push(name);
                    self.push(value);
                }
                self.body = request.body;
                let trusted = match trust {
                    Some(Trust::Bundle(pem)) => {
                        self.pem = pem;
                        Trusted::Bundle
                    }
                    Some(Trust::SystemRoots) => Trusted::SystemRoots,
                    Some(Trust::PlainHttp) => Trusted::PlainHttp,
                    _ => Trusted::Passed,
                };
                self.tls = [tls.number(), trusted as u32, stream.into()];
                Act::Send
            }
            Wanted::Do(Task::Cancel(wire)) => {
                self.number = wire;
                Act::Cancel
            }
            Wanted::Event(Event::Answer(head, body)) => {
                self.push_warnings(&head.warnings);
                self.text = summary.into();
                self.body = body;
                Act::Answer
            }
            Wanted::Event(Event::Page(page)) => {
                self.push_warnings(&page.head.warnings);
                self.text = summary.into();
                self.body = page.body;
                self.number = page.order as u32;
                Act::Answer
            }
            Wanted::Event(Event::Line(line)) => {
                self.text = line.timestamp().unwrap_or_default().into();
                self.body = line.bytes().clone();
                self.number = line.is_cut().into();
                Act::Change
            }
            Wanted::Event(Event::Change(event)) => {
                self.text = event.name().into();
                self.body = event.object();
                Act::Change
            }
            Wanted::Event(Event::Step(event)) => self.step(event),
            Wanted::Event(Event::Inform(event)) => self.inform(event),
            Wanted::Event(Event::Turn(event)) => self.turn(event),
            Wanted::Event(Event::Failed(error)) => self.failed(&error),
            Wanted::Done => Act::Done,
            // Sockets, and what a later version of the core may want: no conversation of ours does.
            _ => {
                let problem = "the conversation wants what JavaScript cannot do".into();
                self.failed(&Error::Protocol { call: summary.into(), problem })
            }
        }
    }

    fn push_warnings(&mut self, warnings: &[String]) {
        for warning in warnings {
            self.push(warning);
        }
    }

    fn push(&mut self, line: &str) {
        self.lines.push_str(line);
        self.lines.push('\n');
    }
}
