//! `streams/*.json`: from the pieces of a watch's body to events.

use kubewire::machine::WatchStream;
use kubewire::{
    Act, Builtin, Driver, Error, Failure, FailureKind, Head, Heard, Operation, RawEvent, Sent, Task, Verb,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bytes::Bytes;
use crate::expected::{Expected, Got};
use crate::session::{NOW, Setup};
use crate::{Case, differ};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamCase {
    name: String,
    only: Option<String>,
    #[serde(default = "all_pods")]
    operation: Operation,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    chunks: Vec<Bytes>,
    #[serde(default)]
    broken: bool,
    want: Vec<Want>,
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
enum Want {
    Error { error: Expected },
    Event(Value),
}

fn ok() -> u16 {
    200
}

fn all_pods() -> Operation {
    let mut operation = Operation::new(Verb::Watch);
    operation.set("resource", "pods").unwrap();
    operation
}

impl StreamCase {
    /// What the watch brings where its body comes in these pieces.
    fn outcome(&self, chunks: &[&[u8]]) -> Vec<Result<RawEvent, Error>> {
        let setup = Setup::default();
        let mut session = setup.session().unwrap();
        let draft = self.operation.draft(&Builtin).unwrap();
        let mut driver = Driver::new(WatchStream::new(&draft, 1), 1);
        driver.handle(&mut session, NOW, Heard::Time);
        let mut events = Vec::new();
        while let Some(act) = driver.poll() {
            match act {
                Act::Event(event) => events.push(event),
                Act::Do(Task::Need(number, need)) => {
                    driver.handle(&mut session, NOW, Heard::Given(number, setup.read(&need)));
                }
                Act::Do(Task::Request { wire, stream: true, .. }) => {
                    let mut head = Head::new(self.status);
                    self.headers.iter().for_each(|(name, value)| head.header(name, value.as_bytes()));
                    driver.handle(&mut session, NOW, Heard::Head(wire, head));
                    for chunk in chunks {
                        let chunk = bytes::Bytes::copy_from_slice(chunk);
                        driver.handle(&mut session, NOW, Heard::Data(wire, chunk));
                    }
                    let message = "the connection broke".into();
                    let failure = Failure { kind: FailureKind::Reset, sent: Sent::Maybe, message };
                    let end = if self.broken { Heard::Failed(wire, failure) } else { Heard::End(wire) };
                    driver.handle(&mut session, NOW, end);
                }
                Act::Do(Task::Cancel(_)) => {}
                Act::Done => return events,
                other => panic!("a watch does not want {other:?}"),
            }
        }
        panic!("the watch does not end: {events:?}");
    }

    fn compare(&self, got: Vec<Result<RawEvent, Error>>) -> Result<(), String> {
        let shown = format!("{got:?}");
        if got.len() != self.want.len() {
            return Err(differ("events", &self.want.len(), &shown));
        }
        for (want, got) in self.want.iter().zip(got) {
            match (want, got) {
                (Want::Event(want), Ok(event)) => {
                    let object: Value = serde_json::from_slice(&event.object()).unwrap();
                    let got = json!({"type": event.name(), "object": object});
                    if got != *want {
                        return Err(differ("event", want, &got));
                    }
                }
                (Want::Error { error }, Err(got)) => error.check(&Got::Error(got))?,
                (want, got) => return Err(differ("event", &format!("{want:?}"), &format!("{got:?}"))),
            }
        }
        Ok(())
    }
}

impl Case for StreamCase {
    const DIRECTORY: &str = "streams";

    fn name(&self) -> &str {
        &self.name
    }

    fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    fn check(&self) -> Result<(), String> {
        let chunks: Vec<Vec<u8>> = self.chunks.iter().map(Bytes::read).collect();
        let whole = chunks.concat();
        let ways = [
            ("as given", chunks.iter().map(Vec::as_slice).collect::<Vec<_>>()),
            ("in one piece", vec![whole.as_slice()]),
            ("byte by byte", whole.chunks(1).collect()),
        ];
        for (way, chunks) in ways {
            self.compare(self.outcome(&chunks)).map_err(|why| format!("  {way}:\n{why}"))?;
        }
        // What is large is so by repetition.
        for cut in 0..=whole.len().min(4_000) {
            let (front, rest) = whole.split_at(cut);
            self.compare(self.outcome(&[front, rest])).map_err(|why| format!("  cut at {cut}:\n{why}"))?;
        }
        Ok(())
    }
}
