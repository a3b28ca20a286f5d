//! A host of the simulation: a driver of any machine, and what came of it.

use bytes::Bytes;
use kubewire::machine::{Machine, Stop};
use kubewire::{Act, Driver, Error, Head, Heard, Now, RawEvent, Session, Task};

/// What a user is told, whatever the machine.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) at: u64,
    pub(crate) what: Result<String, Error>,
}

/// A driver whose machine is forgotten.
pub(crate) trait Drive {
    fn handle(&mut self, session: &mut Session, now: Now, heard: Heard);
    fn stop(&mut self, session: &mut Session, now: Now);
    fn poll(&mut self) -> Option<Act<Result<String, Error>>>;
    fn timeout(&self) -> Option<u64>;
}

/// An event as text.
pub(crate) trait Words {
    fn words(self) -> String;
}

impl Words for String {
    fn words(self) -> String {
        self
    }
}

impl Words for (Head, Bytes) {
    fn words(self) -> String {
        String::from_utf8(self.1.to_vec()).unwrap()
    }
}

impl Words for RawEvent {
    fn words(self) -> String {
        let object: kubewire::WatchEvent<kubewire::Object> = self.decode().unwrap();
        let kubewire::WatchEvent::Added(object) = object else { panic!("the server only adds") };
        object.name().to_owned()
    }
}

impl<M: Machine<Event = Result<E, Error>, Command = Stop>, E: Words> Drive for Driver<M> {
    fn handle(&mut self, session: &mut Session, now: Now, heard: Heard) {
        Self::handle(self, session, now, heard);
    }

    fn stop(&mut self, session: &mut Session, now: Now) {
        self.command(session, now, Stop);
    }

    fn poll(&mut self) -> Option<Act<Result<String, Error>>> {
        Some(match Self::poll(self)? {
            Act::Do(task) => Act::Do(task),
            Act::Event(event) => Act::Event(event.map(Words::words)),
            Act::Done => Act::Done,
            other => panic!("a host does not know {other:?}"),
        })
    }

    fn timeout(&self) -> Option<u64> {
        Self::timeout(self)
    }
}

pub(crate) struct Host {
    pub(crate) driver: Box<dyn Drive>,
    pub(crate) started: u64,
    pub(crate) stopped: Option<u64>,
    pub(crate) done: Option<u64>,
    pub(crate) told: Vec<Told>,
    /// The requests that are on their way.
    pub(crate) wires: Vec<u32>,
}

impl Host {
    pub(crate) fn new(driver: impl Drive + 'static, started: u64) -> Self {
        Self {
            driver: Box::new(driver),
            started,
            stopped: None,
            done: None,
            told: Vec::new(),
            wires: Vec::new(),
        }
    }

    /// Keeps the books of what is under way, and checks them.
    pub(crate) fn note(&mut self, task: &Task) {
        match task {
            Task::Request { wire, .. } | Task::Upgrade { wire, .. } => self.wires.push(*wire),
            Task::Cancel(wire) => self.wires.retain(|other| other != wire),
            Task::Send(wire, _) => assert!(self.wires.contains(wire), "a message for a dead socket"),
            _ => {}
        }
    }
}
