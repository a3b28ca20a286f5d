//! The loop between a driver and the sockets.

use std::io::Read;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::Builder;

use bytes::Bytes;
use kubewire::machine::{Limits, Machine};
use kubewire::{Act, Driver, Failure, FailureKind, Head, Heard, Sent, Task, TlsId, Wire};

use crate::client::{Client, entropy};
use crate::transport::{self, Answer};

/// What is read at once.
const PIECE: usize = 64 * 1024;
/// So many pieces wait at most for whoever pulls.
const WAITING: usize = 4;

/// What other threads send to the one that runs a machine.
pub(crate) enum Mail<C> {
    /// What a thread of ours has read.
    Heard(Heard),
    /// The user's word.
    Word(C),
}

/// One machine, run by whoever pulls its events. Dropped, it ends its request: an answer that was not read to its end closes the
/// connection.
pub(crate) struct Conversation<M: Machine> {
    client: Client,
    pub(crate) driver: Driver<M>,
    /// The answer that is being read, under its number.
    answer: Option<(u32, Answer)>,
    threads: Option<Threads<M::Command>>,
}

/// Where several answers come at once, or words from other threads, a thread reads each answer.
struct Threads<C> {
    sender: SyncSender<Mail<C>>,
    receiver: Receiver<Mail<C>>,
    /// The requests that are wanted: a thread whose request is no more among them ends with its next piece.
    wanted: Vec<(u32, Arc<()>)>,
}

impl<M: Machine> Conversation<M> {
    /// `threads` is for machines that have several requests on their way at once.
    pub(crate) fn new(client: Client, machine: M, threads: bool) -> Self {
        let threads = threads.then(|| {
            let (sender, receiver) = sync_channel(WAITING);
            Threads { sender, receiver, wanted: Vec::new() }
        });
        let mut conversation =
            Self { client, driver: Driver::new(machine, entropy()), answer: None, threads };
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
                None => self.wait()?,
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

    /// Waits for a thread, or for the driver's time. What is there goes in before time.
    fn wait(&mut self) -> Option<()> {
        let until = self.driver.timeout();
        let mail = match &self.threads {
            None => {
                self.client.sleep_until(until?);
                Mail::Heard(Heard::Time)
            }
            Some(threads) => {
                // An hour is as good as for ever.
                let left =
                    self.client.until(until.unwrap_or(u64::MAX)).min(std::time::Duration::from_secs(3600));
                match threads.receiver.recv_timeout(left) {
                    Ok(mail) => mail,
                    Err(RecvTimeoutError::Timeout) => Mail::Heard(Heard::Time),
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            }
        };
        match mail {
            Mail::Heard(heard) => self.hear(heard),
            Mail::Word(word) => self.say(word),
        }
        Some(())
    }

    /// How other threads reach it, where it has threads.
    pub(crate) fn sender(&self) -> Option<SyncSender<Mail<M::Command>>> {
        self.threads.as_ref().map(|threads| threads.sender.clone())
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Need(number, need) => self.hear(Heard::Given(number, transport::provide(&need))),
            Task::Request { wire, request, tls, limits, .. } => match &mut self.threads {
                None => {
                    // The answer of an attempt that was given up, if any, ends here.
                    self.answer = None;
                    match send(&self.client, request, tls, limits) {
                        Ok((head, answer)) => {
                            self.answer = Some((wire, answer));
                            self.hear(Heard::Head(wire, head));
                        }
                        Err(failure) => self.hear(Heard::Failed(wire, failure)),
                    }
                }
                Some(threads) => {
                    let (client, sender, wanted) =
                        (self.client.clone(), threads.sender.clone(), Arc::new(()));
                    let weak = Arc::downgrade(&wanted);
                    threads.wanted.push((wire, wanted));
                    let work = move || exchange(&client, wire, request, (tls, limits), &sender, &weak);
                    if let Err(error) = Builder::new().name("kubewire".into()).spawn(work) {
                        let failure = Failure::new(FailureKind::Other, Sent::No, error.to_string());
                        self.hear(Heard::Failed(wire, failure));
                    }
                }
            },
            Task::Upgrade { wire, .. } => {
                self.hear(Heard::Failed(wire, transport::unsupported("this host has no WebSockets yet")));
            }
            Task::Cancel(wire) => {
                self.answer = self.answer.take().filter(|(open, _)| *open != wire);
                let threads = self.threads.iter_mut();
                threads.for_each(|threads| threads.wanted.retain(|(wanted, _)| *wanted != wire));
            }
            _ => {}
        }
    }

    /// Hands in the next piece of the answer, or its end.
    fn read(&mut self) {
        let Some((wire, answer)) = &mut self.answer else { return };
        let heard = piece(*wire, answer);
        if !matches!(heard, Heard::Data(..)) {
            self.answer = None;
        }
        self.hear(heard);
    }
}

fn send(client: &Client, request: Wire, tls: TlsId, limits: Limits) -> Result<(Head, Answer), Failure> {
    let trust = client.session().tls(tls);
    let agent = client.shared.transport.agent(tls, trust)?;
    transport::send(&agent, request, limits)
}

/// The next piece of an answer, or its end.
fn piece(wire: u32, answer: &mut Answer) -> Heard {
    let mut piece = vec![0; PIECE];
    match answer.read(&mut piece) {
        Ok(0) => Heard::End(wire),
        Ok(length) => {
            piece.truncate(length);
            Heard::Data(wire, Bytes::from(piece))
        }
        Err(error) => Heard::Failed(wire, transport::failure(&error.into())),
    }
}

/// A request and its answer, in a thread of its own. It ends when nobody wants the answer any more.
fn exchange<C>(
    client: &Client,
    wire: u32,
    request: Wire,
    (tls, limits): (TlsId, Limits),
    sender: &SyncSender<Mail<C>>,
    wanted: &Weak<()>,
) {
    let mut answer = match send(client, request, tls, limits) {
        Ok((head, answer)) => {
            _ = sender.send(Mail::Heard(Heard::Head(wire, head)));
            answer
        }
        // Nobody may be there to hear it.
        Err(failure) => return drop(sender.send(Mail::Heard(Heard::Failed(wire, failure)))),
    };
    while wanted.strong_count() > 0 {
        let heard = piece(wire, &mut answer);
        let more = matches!(heard, Heard::Data(..));
        if sender.send(Mail::Heard(heard)).is_err() || !more {
            return;
        }
    }
}
