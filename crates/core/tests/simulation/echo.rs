//! A machine that uses what calls and watches do not: a socket, messages both ways, room, a timer, a command.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use kubewire::machine::{Exchange, Id, Input, Machine, Output, Shape, Stop};
use kubewire::{Draft, Error, Now};

const ID: Id = Id(3);

/// Sends a numbered message whenever there is room, tells each echo, and gives up a while after it began.
pub(crate) struct Echo {
    outputs: VecDeque<Output<Result<String, Error>>>,
    sent: u32,
    ends: Option<u64>,
    lasts: u64,
}

impl Echo {
    pub(crate) fn new(draft: Arc<Draft>, lasts: u64) -> Self {
        let exchange = Exchange::new(ID, draft, Shape::Socket { protocols: &["v2.echo", "v1.echo"] });
        Self { outputs: VecDeque::from([Output::Start(exchange)]), sent: 0, ends: None, lasts }
    }

    fn end(&mut self, event: Result<String, Error>) {
        self.ends = None;
        self.outputs.push_back(Output::Event(event));
    }
}

impl Machine for Echo {
    type Event = Result<String, Error>;
    type Command = Stop;

    fn handle(&mut self, now: Now, input: Input<Stop>) {
        match input {
            Input::Opened(ID, head) => {
                assert_eq!(head.status, 101);
                self.ends = Some(now.mono + self.lasts);
            }
            Input::Room(ID) if self.ends.is_some() => {
                self.sent += 1;
                self.outputs.push_back(Output::Send(ID, Bytes::from(format!("message {}", self.sent))));
            }
            Input::Data(ID, message) => {
                let text = String::from_utf8(message.to_vec()).unwrap();
                self.outputs.push_back(Output::Event(Ok(text)));
            }
            Input::Closed(ID, Ok(())) => self.end(Ok("closed".into())),
            Input::Closed(ID, Err(error)) => self.end(Err(error)),
            Input::Command(Stop) => {
                self.ends = None;
                self.outputs.push_back(Output::Cancel(ID));
            }
            Input::Time if self.ends.is_some_and(|ends| ends <= now.mono) => {
                self.outputs.push_back(Output::Cancel(ID));
                self.end(Ok("enough".into()));
            }
            _ => {}
        }
    }

    fn poll(&mut self) -> Option<Output<Self::Event>> {
        self.outputs.pop_front()
    }

    fn timeout(&self) -> Option<u64> {
        self.ends
    }
}
