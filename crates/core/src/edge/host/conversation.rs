//! A machine, its driver and the session that it shares with others.

use super::SharedSession;
use crate::driver::{Act, Driver, Heard, Task};
use crate::edge::reading::{Reading, Told};
use crate::error::{Failure, FailureKind};
use crate::time::Now;

/// One machine under way: what a host's iterator or stream holds. Dropped, it lets others read the file that it was to read.
pub struct Conversation<R: Reading> {
    session: SharedSession,
    driver: Driver<R::Machine>,
    /// Whether the machine has been asked for one more.
    asked: bool,
}

/// What a conversation's host is to do next.
#[derive(Debug)]
pub enum Step<E> {
    /// Do this: give what is needed, send a request, or give one up.
    Do(Task),
    /// Hand this to the user.
    Tell(E),
    /// Wait for something of what is under way, at most until this time of the monotonic clock: then it is [`Heard::Time`]. What is there goes in
    /// before time.
    Wait(Option<u64>),
    /// It is over.
    Done,
}

impl<R: Reading> Conversation<R> {
    /// Begins. The seed, from the host's entropy, spreads the retries of many hosts.
    #[must_use]
    pub fn new(session: &SharedSession, now: Now, machine: R::Machine, seed: u64) -> Self {
        let driver = Driver::new(machine, seed);
        let mut conversation = Self { session: session.clone(), driver, asked: false };
        conversation.hear(now, Heard::Time);
        conversation
    }

    /// What is to be done until the user has one event more. Called again for nothing, it is harmless.
    pub fn step(&mut self, now: Now) -> Step<Told<R>> {
        if !self.asked {
            self.asked = true;
            if let Some(word) = R::ask() {
                self.driver.command(&mut self.session.lock(), now, word);
            }
        }
        loop {
            return match self.driver.poll() {
                Some(Act::Do(Task::Upgrade { wire, .. })) => {
                    let failure =
                        Failure::unsent(FailureKind::Unsupported, "this host has no WebSockets yet");
                    self.hear(now, Heard::Failed(wire, failure));
                    continue;
                }
                Some(Act::Do(task)) => Step::Do(task),
                Some(Act::Event(event)) => {
                    self.asked = false;
                    Step::Tell(event)
                }
                Some(Act::Done) => Step::Done,
                None => Step::Wait(self.driver.timeout()),
            };
        }
    }

    /// Takes in what the host heard.
    pub fn hear(&mut self, now: Now, heard: Heard) {
        self.driver.handle(&mut self.session.lock(), now, heard);
    }

    /// The machine, whose state may be looked at.
    #[must_use]
    pub fn machine(&self) -> &R::Machine {
        self.driver.machine()
    }
}

/// A machine is never pinned.
impl<R: Reading> Unpin for Conversation<R> {}

impl<R: Reading> Drop for Conversation<R> {
    fn drop(&mut self) {
        self.driver.release(&mut self.session.lock());
    }
}
