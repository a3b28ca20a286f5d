//! The loop between a driver and the sockets.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use kubewire::machine::Machine;
use kubewire::{Act, Driver, Heard, Task, TlsId, Wire};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::AbortHandle;
use tokio::time::{Sleep, sleep_until};

use crate::client::{Client, entropy};
use crate::transport;

/// So many pieces wait at most for whoever polls.
const WAITING: usize = 4;

/// One machine, which moves on while it is polled. Dropped, it ends its requests.
pub(crate) struct Conversation<M: Machine> {
    client: Client,
    pub(crate) driver: Driver<M>,
    sender: Sender<Mail<M::Command>>,
    receiver: Receiver<Mail<M::Command>>,
    sleep: Pin<Box<Sleep>>,
    /// The tasks of requests, under their numbers, and those that read files.
    tasks: Vec<(Option<u32>, AbortHandle)>,
}

/// What comes from tasks.
pub(crate) enum Mail<C> {
    /// What a request or a file brought.
    Heard(Heard),
    /// The user's word.
    Word(C),
}

impl<M: Machine> Unpin for Conversation<M> {}

impl<M: Machine> Conversation<M> {
    pub(crate) fn new(client: Client, machine: M) -> Self {
        let (sender, receiver) = channel(WAITING);
        let sleep = Box::pin(sleep_until(client.instant(0)));
        let driver = Driver::new(machine, entropy());
        let mut conversation = Self { client, driver, sender, receiver, sleep, tasks: Vec::new() };
        conversation.hear(Heard::Time);
        conversation
    }

    /// How others say words.
    pub(crate) fn sender(&self) -> Sender<Mail<M::Command>> {
        self.sender.clone()
    }

    /// The next event; `None` at the end.
    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<M::Event>> {
        loop {
            match self.driver.poll() {
                Some(Act::Event(event)) => return Poll::Ready(Some(event)),
                Some(Act::Do(task)) => self.perform(task),
                Some(_) => return Poll::Ready(None),
                None => match self.wait(context) {
                    Poll::Ready(()) => {}
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }

    /// Waits for a task, or for the driver's time. What is there goes in before time.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Poll::Ready(Some(mail)) = self.receiver.poll_recv(context) {
            match mail {
                Mail::Heard(heard) => self.hear(heard),
                Mail::Word(word) => self.say(word),
            }
            return Poll::Ready(());
        }
        let Some(until) = self.driver.timeout() else { return Poll::Pending };
        self.sleep.as_mut().reset(self.client.instant(until));
        if self.sleep.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.hear(Heard::Time);
        Poll::Ready(())
    }

    pub(crate) fn say(&mut self, word: M::Command) {
        self.driver.command(&mut self.client.session(), self.client.now(), word);
    }

    fn hear(&mut self, heard: Heard) {
        self.driver.handle(&mut self.client.session(), self.client.now(), heard);
    }

    fn perform(&mut self, task: Task) {
        let (client, sender) = (self.client.clone(), self.sender.clone());
        match task {
            Task::Need(number, need) => self.spawn(None, async move {
                let read = transport::provide(&need).await;
                _ = sender.send(Mail::Heard(Heard::Given(number, read))).await;
            }),
            Task::Request { wire, request, tls, .. } => {
                self.spawn(Some(wire), async move {
                    let last = exchange(&client, wire, request, tls, &sender).await;
                    _ = sender.send(Mail::Heard(last)).await;
                });
            }
            Task::Upgrade { wire, .. } => {
                self.hear(Heard::Failed(wire, transport::unsupported("this host has no WebSockets yet")));
            }
            Task::Cancel(wire) => {
                let given_up = self.tasks.extract_if(.., |(number, _)| *number == Some(wire));
                given_up.for_each(|(_, task)| task.abort());
            }
            _ => {}
        }
    }

    fn spawn(&mut self, wire: Option<u32>, work: impl Future<Output = ()> + Send + 'static)
    where
        M::Command: Send,
    {
        self.tasks.retain(|(_, task)| !task.is_finished());
        self.tasks.push((wire, tokio::spawn(work).abort_handle()));
    }
}

impl<M: Machine> Drop for Conversation<M> {
    fn drop(&mut self) {
        self.tasks.iter().for_each(|(_, task)| task.abort());
        self.driver.release(&mut self.client.session());
    }
}

/// A request and its answer; what is heard last is given back.
async fn exchange<C>(
    client: &Client,
    wire: u32,
    request: Wire,
    tls: TlsId,
    sender: &Sender<Mail<C>>,
) -> Heard {
    let trust = client.session().tls(tls);
    let transport = &client.shared.transport;
    let (head, mut body, connection) = match transport.send(request, tls, trust).await {
        Ok(answer) => answer,
        Err(failure) => return Heard::Failed(wire, failure),
    };
    _ = sender.send(Mail::Heard(Heard::Head(wire, head))).await;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                if let Ok(piece) = frame.into_data() {
                    _ = sender.send(Mail::Heard(Heard::Data(wire, piece))).await;
                }
            }
            Err(error) => return Heard::Failed(wire, transport::of_hyper(&error)),
        }
    }
    transport.give_back(tls, connection);
    Heard::End(wire)
}
