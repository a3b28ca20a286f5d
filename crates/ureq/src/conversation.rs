//! The loop between a driver and the sockets.

use std::io::Read;

use bytes::Bytes;
use kubewire::machine::{Limits, Machine};
use kubewire::{Act, Driver, Failure, Head, Heard, Task, TlsId, Wire};

use crate::client::{Client, entropy};
use crate::transport::{self, Answer};

/// What is read at once.
const PIECE: usize = 64 * 1024;

/// One machine, run by whoever pulls its events. Dropped, it ends its request: an answer that was not read to its end closes the
/// connection.
pub(crate) struct Conversation<M: Machine> {
    client: Client,
    driver: Driver<M>,
    /// The answer that is being read, under its number.
    answer: Option<(u32, Answer)>,
}

impl<M: Machine> Conversation<M> {
    pub(crate) fn new(client: Client, machine: M) -> Self {
        let mut conversation = Self { client, driver: Driver::new(machine, entropy()), answer: None };
        conversation.hear(Heard::Time);
        conversation
    }

    /// The next event; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<M::Event> {
        loop {
            match self.driver.poll() {
                Some(Act::Event(event)) => return Some(event),
                Some(Act::Do(task)) => self.perform(task),
                Some(_) => return None,
                None if self.answer.is_some() => self.read(),
                None => {
                    self.client.sleep_until(self.driver.timeout()?);
                    self.hear(Heard::Time);
                }
            }
        }
    }

    /// Says a word of the user's.
    pub(crate) fn say(&mut self, word: M::Command) {
        self.driver.command(&mut self.client.session(), self.client.now(), word);
    }

    fn hear(&mut self, heard: Heard) {
        self.driver.handle(&mut self.client.session(), self.client.now(), heard);
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Need(number, need) => self.hear(Heard::Given(number, transport::provide(&need))),
            Task::Request { wire, request, tls, limits, .. } => {
                // The answer of an attempt that was given up, if any, ends here.
                self.answer = None;
                match self.send(request, tls, limits) {
                    Ok((head, answer)) => {
                        self.answer = Some((wire, answer));
                        self.hear(Heard::Head(wire, head));
                    }
                    Err(failure) => self.hear(Heard::Failed(wire, failure)),
                }
            }
            Task::Upgrade { wire, .. } => {
                self.hear(Heard::Failed(wire, transport::unsupported("this host has no WebSockets yet")));
            }
            Task::Cancel(wire) => self.answer = self.answer.take().filter(|(open, _)| *open != wire),
            _ => {}
        }
    }

    fn send(&mut self, request: Wire, tls: TlsId, limits: Limits) -> Result<(Head, Answer), Failure> {
        let trust = self.client.session().tls(tls);
        let agent = self.client.shared.transport.agent(tls, trust)?;
        transport::send(&agent, request, limits)
    }

    /// Hands in the next piece of the answer, or its end.
    fn read(&mut self) {
        let Some((wire, answer)) = &mut self.answer else { return };
        let wire = *wire;
        let mut piece = vec![0; PIECE];
        let heard = match answer.read(&mut piece) {
            Ok(0) => Heard::End(wire),
            Ok(length) => {
                piece.truncate(length);
                return self.hear(Heard::Data(wire, Bytes::from(piece)));
            }
            Err(error) => Heard::Failed(wire, transport::failure(&error.into())),
        };
        self.answer = None;
        self.hear(heard);
    }
}
