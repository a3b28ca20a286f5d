//! The loop between a driver and the sandbox.

use std::collections::VecDeque;
use std::task::Poll;

use kubewire::machine::Machine;
use kubewire::{Act, Driver, Failure, FailureKind, Head, Heard, Need, Sent, Task};

use crate::client::Client;
use crate::reply::{Parked, Reply};
use crate::watch::Watch;

/// One machine, run by whoever asks for its events.
pub struct Conversation<M: Machine> {
    client: Client,
    driver: Driver<M>,
    watches: Vec<(u32, Watch)>,
    parked: Vec<(u32, Parked)>,
    /// What happened and is still to be told.
    heard: VecDeque<Heard>,
    done: bool,
}

impl<M: Machine> Conversation<M> {
    pub(crate) fn new(client: Client, machine: M) -> Self {
        // Retries are spread by a seed: the same one always, as all else here.
        let driver = Driver::new(machine, 0);
        let heard = VecDeque::from([Heard::Time]);
        Self { client, driver, watches: Vec::new(), parked: Vec::new(), heard, done: false }
    }

    /// The next event that comes without the clock moving on; `None` where nothing does.
    pub fn ready(&mut self) -> Option<M::Event> {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                let now = self.client.now();
                self.driver.handle(&mut self.client.session(), now, heard);
            }
            match self.driver.poll() {
                Some(Act::Event(event)) => return Some(event),
                Some(Act::Do(task)) => self.perform(task),
                Some(_) => {
                    self.done = true;
                    return None;
                }
                None if !self.heard.is_empty() => {}
                None if self.listen() => {}
                None => {
                    let due = self.driver.timeout().is_some_and(|at| at <= self.client.now().mono);
                    if !due {
                        return None;
                    }
                    self.heard.push_back(Heard::Time);
                }
            }
        }
    }

    /// The next event, for whose sake the clock moves on as far as it must; `None` at the end. A machine that never ends, and to which
    /// nothing happens, keeps this from coming back: ask such a one for what is [`ready`](Self::ready).
    #[allow(
        clippy::should_implement_trait,
        reason = "time moves on, which an iterator's user would not expect"
    )]
    pub fn next(&mut self) -> Option<M::Event> {
        loop {
            if let Some(event) = self.ready() {
                return Some(event);
            }
            if self.done {
                return None;
            }
            let until = self.timeout()?;
            self.client.world().advance_to(until);
            self.heard.push_back(Heard::Time);
        }
    }

    /// The user's word to the machine.
    pub fn command(&mut self, word: M::Command) {
        let now = self.client.now();
        self.driver.command(&mut self.client.session(), now, word);
    }

    /// When something will happen by itself, in milliseconds of the client's clock.
    #[must_use]
    pub fn timeout(&self) -> Option<u64> {
        let watches = self.watches.iter().map(|(_, watch)| watch.timeout());
        let parked = self.parked.iter().map(|(_, parked)| parked.timeout());
        let life = self.client.world().sandbox.next();
        watches.chain(parked).chain(self.driver.timeout()).chain(life).min()
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Need(number, Need::File(path)) => {
                let why = format!("{path}: a sandbox has no files");
                self.heard.push_back(Heard::Given(number, Err(kubewire::ReadError::Other(why))));
            }
            Task::Request { wire, request, .. } => match request.into_request() {
                Ok(request) => {
                    let mut world = self.client.world();
                    let now = world.now;
                    let reply = world.sandbox.handle(now, request);
                    drop(world);
                    self.take(wire, reply);
                }
                Err(_) => self.fail(wire),
            },
            Task::Upgrade { wire, .. } => self.fail(wire),
            Task::Cancel(wire) => {
                self.watches.retain(|(own, _)| *own != wire);
                self.parked.retain(|(own, _)| *own != wire);
            }
            _ => {}
        }
    }

    /// What the sandbox has no way to do.
    fn fail(&mut self, wire: u32) {
        let failure = Failure::new(FailureKind::Other, Sent::No, "the sandbox does not do this");
        self.heard.push_back(Heard::Failed(wire, failure));
    }

    fn take(&mut self, wire: u32, reply: Reply) {
        match reply {
            Reply::Whole(answer) => {
                let (parts, body) = answer.into_parts();
                self.heard.push_back(Heard::Head(wire, head(&parts)));
                self.heard.push_back(Heard::Data(wire, body));
                self.heard.push_back(Heard::End(wire));
            }
            Reply::Watch(answer) => {
                let (parts, watch) = answer.into_parts();
                self.heard.push_back(Heard::Head(wire, head(&parts)));
                self.watches.push((wire, watch));
            }
            Reply::Parked(parked) => self.parked.push((wire, parked)),
            Reply::Lost(answer) => {
                if let Some(answer) = answer {
                    let (parts, body) = answer.into_parts();
                    self.heard.push_back(Heard::Head(wire, head(&parts)));
                    self.heard.push_back(Heard::Data(wire, body));
                }
                self.heard.push_back(lost(wire));
            }
        }
    }

    /// Asks what is open whether anything has happened.
    fn listen(&mut self) -> bool {
        let mut world = self.client.world();
        let now = world.now;
        let mut replies = Vec::new();
        for (wire, parked) in std::mem::take(&mut self.parked) {
            match world.sandbox.resume(now, parked) {
                Reply::Parked(parked) => self.parked.push((wire, parked)),
                reply => replies.push((wire, reply)),
            }
        }
        let mut ended = Vec::new();
        for (wire, watch) in &mut self.watches {
            match world.sandbox.poll(watch, now) {
                Poll::Ready(Some(line)) => self.heard.push_back(Heard::Data(*wire, line)),
                Poll::Ready(None) => {
                    self.heard.push_back(if watch.is_lost() { lost(*wire) } else { Heard::End(*wire) });
                    ended.push(*wire);
                }
                Poll::Pending => {}
            }
        }
        drop(world);
        self.watches.retain(|(wire, _)| !ended.contains(wire));
        for (wire, reply) in replies {
            self.take(wire, reply);
        }
        !self.heard.is_empty()
    }
}

fn lost(wire: u32) -> Heard {
    Heard::Failed(
        wire,
        Failure::new(FailureKind::Reset, Sent::Maybe, "the sandbox was told to lose the connection"),
    )
}

fn head(parts: &http::response::Parts) -> Head {
    let mut head = Head::new(parts.status.as_u16());
    for (name, value) in &parts.headers {
        head.header(name.as_str(), value.as_bytes());
    }
    head
}
