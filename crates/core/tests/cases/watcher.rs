//! `watcher/*.json`: what a watcher does next when a part of its conversation ends.

use kubewire::machine::{InitialList, Watcher};
use kubewire::{
    Act, Builtin, Config, Driver, Error, Failure, FailureKind, Head, Heard, Now, Operation, Sent, Session,
    Task, Verb,
};
use serde::Deserialize;
use serde_json::Value;

use crate::bytes::Bytes;
use crate::{Case, differ};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatcherCase {
    name: String,
    only: Option<String>,
    phase: String,
    ending: Ending,
    then: String,
    when: String,
    told: Option<String>,
}

#[derive(Deserialize, Debug, Default)]
#[serde(deny_unknown_fields, default)]
struct Ending {
    bytes: Option<Bytes>,
    event: Option<Value>,
    answer: Option<Value>,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    close: bool,
    silence: bool,
    fail: Option<String>,
}

const ADDED: &str =
    r#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","resourceVersion":"5"}}}"#;
const END: &str = r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}}}"#;
const PAGE: &str = r#"{"kind":"PodList","metadata":{"resourceVersion":"7","continue":"more"},"items":[{"metadata":{"name":"a"}}]}"#;

/// A watcher, and the host that plays the server.
struct Play {
    driver: Driver<Watcher>,
    session: Session,
    clock: u64,
    wire: u32,
    target: String,
    told: Vec<Error>,
}

impl Play {
    fn new(initial: InitialList) -> Self {
        let mut operation = Operation::new(Verb::List);
        operation.set("resource", "pods").unwrap();
        let draft = operation.draft(&Builtin).unwrap();
        let session = Config::server("https://api.test").unwrap().session().unwrap();
        let driver = Driver::new(Watcher::new(&draft, initial, 1), 1);
        let mut play =
            Self { driver, session, clock: 1_000, wire: 0, target: String::new(), told: Vec::new() };
        play.hear(Heard::Time);
        play
    }

    fn now(&self) -> Now {
        Now { mono: self.clock, wall: self.clock }
    }

    fn hear(&mut self, heard: Heard) {
        let now = self.now();
        self.driver.handle(&mut self.session, now, heard);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(act) = self.driver.poll() {
            match act {
                Act::Do(Task::Request { wire, request, .. }) => {
                    self.wire = wire;
                    self.target = request.url.trim_start_matches("https://api.test").to_owned();
                }
                Act::Event(event) => self.told.extend(event.err()),
                _ => {}
            }
        }
    }

    fn open(&mut self) {
        self.hear(Heard::Head(self.wire, Head::new(200)));
    }

    fn data(&mut self, bytes: &[u8]) {
        self.hear(Heard::Data(self.wire, bytes::Bytes::copy_from_slice(bytes)));
    }

    fn to(phase: &str) -> Self {
        let pages = phase.starts_with("listing");
        let mut play = Self::new(if pages { InitialList::Pages } else { InitialList::Streaming });
        match phase {
            "filling" | "listing" => return play,
            "listing on" => {
                play.open();
                play.data(PAGE.as_bytes());
                play.hear(Heard::End(play.wire));
                return play;
            }
            _ => {}
        }
        play.open();
        play.data(ADDED.as_bytes());
        if phase == "filled in part" {
            return play;
        }
        play.data(END.as_bytes());
        if phase == "watching" {
            return play;
        }
        play.hear(Heard::End(play.wire));
        if phase.starts_with("opened") {
            play.open();
        }
        if phase == "opened for a second" {
            play.clock += 1_000;
        }
        play
    }

    fn end(&mut self, ending: &Ending) {
        if let Some(bytes) = &ending.bytes {
            self.data(&bytes.read());
        }
        if let Some(status) = &ending.event {
            self.data(format!(r#"{{"type":"ERROR","object":{status}}}"#).as_bytes());
        }
        if let Some(answer) = &ending.answer {
            let code = answer["code"].as_u64().map(|code| code as u16).or(ending.status).unwrap();
            let mut head = Head::new(code);
            ending.headers.iter().for_each(|(name, value)| head.header(name, value.as_bytes()));
            let body = answer.as_str().map_or_else(|| answer.to_string(), ToOwned::to_owned);
            let wire = self.wire;
            self.hear(Heard::Head(wire, head));
            self.hear(Heard::Data(wire, body.into_bytes().into()));
            self.hear(Heard::End(wire));
        }
        if let Some(kind) = &ending.fail {
            let (kind, sent) = match kind.as_str() {
                "refused" => (FailureKind::Refused, Sent::No),
                _ => (FailureKind::Reset, Sent::Maybe),
            };
            self.hear(Heard::Failed(self.wire, Failure::new(kind, sent, "broken")));
        }
        if ending.silence {
            self.clock = self.driver.timeout().unwrap();
            self.hear(Heard::Time);
        }
        if ending.close {
            self.hear(Heard::End(self.wire));
        }
    }

    /// The request in words.
    fn words(&self) -> String {
        let (_, query) = self.target.split_once('?').unwrap_or_default();
        let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let get = |key: &str| pairs.iter().find(|pair| pair.0 == key).map(|pair| pair.1);
        let watch = get("watch") == Some("true");
        let what = match (watch, get("sendInitialEvents"), get("limit")) {
            (true, Some("true"), None) => "streaming list",
            (true, None, None) => "watch",
            (false, None, Some("500")) => "list",
            (false, None, None) => "whole list",
            odd => panic!("{odd:?}"),
        };
        if watch {
            let seconds: u64 = get("timeoutSeconds").unwrap().parse().unwrap();
            assert!((240..=290).contains(&seconds) && get("allowWatchBookmarks") == Some("true"));
        }
        let version = get("resourceVersion");
        let wanted = (what != "watch" && (version.is_some() || watch)).then_some("NotOlderThan");
        assert_eq!(get("resourceVersionMatch"), wanted, "{query}");
        version.map_or_else(|| format!("{what}, latest"), |version| format!("{what} from {version}"))
    }
}

impl Case for WatcherCase {
    const DIRECTORY: &str = "watcher";

    fn name(&self) -> &str {
        &self.name
    }

    fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    fn check(&self) -> Result<(), String> {
        let mut play = Play::to(&self.phase);
        assert!(play.told.is_empty(), "{:?}", play.told);
        play.target.clear();
        play.end(&self.ending);
        let started = play.clock;
        while play.target.is_empty() {
            play.clock = play.driver.timeout().expect("it goes on");
            play.hear(Heard::Time);
        }
        let (then, waited) = (play.words(), play.clock - started);
        // A first round that begins again knows no version yet: what the server has come to is what it wants.
        let wanted = if self.then == "streaming list" { "streaming list, latest" } else { &self.then };
        if then != wanted {
            return Err(differ("request", &wanted, &then));
        }
        let when = match waited {
            0 => "now".to_owned(),
            800..=1600 => "later".to_owned(),
            waited => format!("after {} s", waited / 1000),
        };
        if when != self.when {
            return Err(differ("when", &self.when, &when));
        }
        let told: Vec<String> = play.told.iter().map(ToString::to_string).collect();
        let fits = match (&self.told, told.as_slice()) {
            (None, []) => true,
            (Some(wanted), [told]) => told.contains(wanted.as_str()),
            _ => false,
        };
        let wanted = self.told.as_deref().unwrap_or("nothing");
        if fits { Ok(()) } else { Err(differ("told", &wanted, &format!("{told:?}"))) }
    }
}
