//! Informers beside a model of the server, through whatever happens.
//!
//! A seed is a whole story: `KUBEWIRE_SEED=123` tells it again, and `KUBEWIRE_SEEDS=1000000` tells so many.

use std::collections::BTreeMap;

use bytes::Bytes;
use kubewire::machine::{Informer, InformerEvent, InitialList, KeepBytes};
use kubewire::{
    Act, Config, Driver, Failure, FailureKind, Head, Heard, Now, RawObject, Sent, Session, Store, Task,
};

use crate::cluster::{Cluster, bookmark, status};
use crate::draft;
use crate::random::Random;

/// How many stories a plain run tells.
const STORIES: u64 = 1_000;
/// Faults end here (milliseconds); things happen for a while more.
const CALM: u64 = 60_000;
const LAST_CHANGE: u64 = 70_000;
/// By then a stream that fell silent must have been noticed, and all be well.
const END: u64 = 800_000;

/// What can go wrong. To shrink a story is to tell it with fewer of them.
const FAULTS: [&str; 12] = [
    "refused",
    "reset",
    "silent",
    "status",
    "expired",
    "cut",
    "stall",
    "error event",
    "garbled",
    "restart",
    "compaction",
    "slow",
];

/// A request on its way, or a stream.
struct Wire {
    number: u32,
    /// What a stream has told; `None` for what is no stream.
    position: Option<u64>,
    selector: u64,
    /// When what was sent last arrives: nothing overtakes.
    arrives: u64,
    /// Nothing comes any more, and nobody says so.
    stalled: bool,
    closes: u64,
}

struct Story {
    random: Random,
    faults: u32,
    clock: u64,
    cluster: Cluster,
    session: Session,
    driver: Driver<Informer<KeepBytes, Store<RawObject>>>,
    wires: Vec<Wire>,
    post: BTreeMap<(u64, u64), Heard>,
    letters: u64,
    /// What a user makes of the events.
    mirror: BTreeMap<String, (String, u64)>,
    synced: u32,
    errors: u32,
    missed: u32,
    requests: u32,
    selectors: Vec<u64>,
}

fn version(object: &RawObject) -> u64 {
    object.resource_version().unwrap().parse().unwrap()
}

impl Story {
    fn new(seed: u64, faults: u32) -> Self {
        let mut random = Random::new(seed);
        let selectors = [vec![0], vec![1, 2], vec![3, 1]][random.range(0, 3) as usize].clone();
        let drafts: Vec<_> = selectors
            .iter()
            .map(|selector| {
                draft(&format!(
                    r#"{{"verb":"list","resource":"pods","limit":{},"labelSelector":"s={selector}"}}"#,
                    random.range(1, 9)
                ))
            })
            .collect();
        let initial = if random.percent(60) { InitialList::Streaming } else { InitialList::Pages };
        let informer =
            Informer::new(drafts.iter().map(|draft| &**draft), initial, seed, KeepBytes, Store::new());
        let mut cluster =
            Cluster { version: 10, oldest: 10, streams: random.percent(70), ..Cluster::default() };
        (0..random.range(0, 12)).for_each(|_| cluster.mutate(&mut random));
        Self {
            random,
            faults,
            clock: 0,
            cluster,
            session: Config::server("https://api.test").unwrap().session().unwrap(),
            driver: Driver::new(informer, seed),
            wires: Vec::new(),
            post: BTreeMap::new(),
            letters: 0,
            mirror: BTreeMap::new(),
            synced: 0,
            errors: 0,
            missed: 0,
            requests: 0,
            selectors,
        }
    }

    /// Whether this goes wrong now.
    fn wrong(&mut self, fault: &str, percent: u64) -> bool {
        let allowed = FAULTS.iter().position(|known| *known == fault).unwrap();
        let chance = self.random.percent(percent);
        chance && self.clock < CALM && self.faults & (1 << allowed) != 0
    }

    fn send(&mut self, at: u64, heard: Heard) {
        self.letters += 1;
        self.post.insert((at, self.letters), heard);
    }

    fn latency(&mut self) -> u64 {
        let slow = if self.wrong("slow", 5) { 20_000 } else { 0 };
        slow + self.random.range(1, 60)
    }

    fn fail(&mut self, wire: u32, at: u64, kind: FailureKind, sent: Sent) {
        self.send(at, Heard::Failed(wire, Failure::new(kind, sent, "broken")));
    }

    fn answer(&mut self, wire: u32, code: u16, body: &str) {
        let at = self.clock + self.latency();
        self.send(at, Heard::Head(wire, Head::new(code)));
        let cut = self.random.range(0, body.len() as u64 + 1) as usize;
        let bytes = Bytes::copy_from_slice(body.as_bytes());
        self.send(at, Heard::Data(wire, bytes.slice(..cut)));
        if self.wrong("cut", 5) {
            return self.fail(wire, at, FailureKind::Reset, Sent::Maybe);
        }
        self.send(at, Heard::Data(wire, bytes.slice(cut..)));
        self.send(at, Heard::End(wire));
    }

    /// The server's answer to a request.
    fn request(&mut self, wire: u32, url: &str) {
        self.requests += 1;
        let query: BTreeMap<&str, &str> =
            url.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let selector: u64 = query["labelSelector"].trim_start_matches("s%3D").parse().unwrap();
        let number = |key: &str| query.get(key).and_then(|text| text.parse::<u64>().ok());
        let at = self.clock + self.latency();
        if self.wrong("refused", 8) {
            return self.fail(wire, at, FailureKind::Refused, Sent::No);
        }
        if self.wrong("reset", 5) {
            return self.fail(wire, at, FailureKind::Reset, Sent::Maybe);
        }
        if self.wrong("silent", 2) {
            return;
        }
        if self.wrong("status", 10) {
            let codes = [
                (429, "TooManyRequests"),
                (500, "InternalError"),
                (503, "ServiceUnavailable"),
                (403, "Forbidden"),
                (504, "Timeout"),
            ];
            let (code, reason) = codes[self.random.range(0, 5) as usize];
            return self.answer(wire, code, &status(code, reason, ""));
        }
        if self.wrong("expired", 4) {
            return self.answer(wire, 410, &status(410, "Expired", ""));
        }
        let asked = number("resourceVersion");
        if asked.is_some_and(|asked| asked > self.cluster.version) {
            return self.answer(wire, 504, &status(504, "Timeout", "ResourceVersionTooLarge"));
        }
        if !query.contains_key("watch") {
            return self.list(wire, selector, asked, query.get("continue").copied(), number("limit"));
        }
        let initial = query.contains_key("sendInitialEvents");
        if initial && !self.cluster.streams {
            return self.answer(wire, 422, &status(422, "Invalid", "FieldValueForbidden"));
        }
        let begin = if initial {
            self.cluster.stale(asked.unwrap_or(self.cluster.version), &mut self.random)
        } else {
            asked.expect("a watch goes on from a version")
        };
        if begin < self.cluster.oldest {
            // In both forms.
            if self.random.percent(50) {
                return self.answer(wire, 410, &status(410, "Expired", ""));
            }
            self.send(at, Heard::Head(wire, Head::new(200)));
            let error = format!("{{\"type\":\"ERROR\",\"object\":{}}}\n", status(410, "Expired", ""));
            self.send(at, Heard::Data(wire, error.into()));
            return self.send(at, Heard::End(wire));
        }
        self.send(at, Heard::Head(wire, Head::new(200)));
        let closes = at + self.random.range(1_000, 90_000);
        self.wires.push(Wire {
            number: wire,
            position: Some(begin),
            selector,
            arrives: at,
            stalled: false,
            closes,
        });
        if initial {
            let events = self.cluster.initial(begin, selector);
            self.stream(wire, &events);
        }
    }

    fn list(
        &mut self,
        wire: u32,
        selector: u64,
        asked: Option<u64>,
        token: Option<&str>,
        limit: Option<u64>,
    ) {
        let limit = limit.unwrap_or(u64::from(u32::MAX)) as usize;
        let (version, from) = match token.map(|token| token.replace("%3A", ":")) {
            Some(token) => {
                let (version, from) = token.split_once(':').unwrap();
                (version.parse().unwrap(), from.parse().unwrap())
            }
            None => (self.cluster.stale(asked.unwrap_or(self.cluster.version), &mut self.random), 0),
        };
        if version < self.cluster.oldest {
            return self.answer(wire, 410, &status(410, "Expired", ""));
        }
        let body = self.cluster.list(version, selector, from, limit);
        self.answer(wire, 200, &body);
    }

    /// Sends events over a stream, in pieces that have nothing to do with them.
    fn stream(&mut self, number: u32, events: &[String]) {
        let Some(at) = self.wires.iter().position(|wire| wire.number == number) else { return };
        let mut text = events.concat().into_bytes();
        if text.is_empty() || self.wires[at].stalled {
            return;
        }
        let (mut arrives, mut ends) = (self.wires[at].arrives.max(self.clock + self.latency()), None);
        if self.wrong("stall", 2) {
            self.wires[at].stalled = true;
            let keep = self.random.range(0, text.len() as u64) as usize;
            text.truncate(keep);
        } else if self.wrong("cut", 4) {
            let keep = self.random.range(0, text.len() as u64) as usize;
            text.truncate(keep);
            ends = Some(self.random.percent(50));
        } else if self.wrong("error event", 2) {
            let codes = [(410, "Expired"), (429, "TooManyRequests"), (500, "InternalError")];
            let (code, reason) = codes[self.random.range(0, 3) as usize];
            let error = format!("{{\"type\":\"ERROR\",\"object\":{}}}\n", status(code, reason, ""));
            text.extend_from_slice(error.as_bytes());
        } else if self.wrong("garbled", 1) {
            text.extend_from_slice(b"<html>");
        }
        let text = Bytes::from(text);
        let mut from = 0;
        while from < text.len() {
            let to = (from + self.random.range(1, 400) as usize).min(text.len());
            self.send(arrives, Heard::Data(number, text.slice(from..to)));
            arrives += self.random.range(0, 3);
            from = to;
        }
        self.wires[at].arrives = arrives;
        match ends {
            Some(true) => self.send(arrives, Heard::End(number)),
            Some(false) => self.fail(number, arrives, FailureKind::Reset, Sent::Maybe),
            None => return,
        }
        self.wires.remove(at);
    }

    /// The server tells its streams what is new.
    fn push(&mut self) {
        let wires: Vec<(u32, u64, u64)> =
            self.wires.iter().filter_map(|wire| Some((wire.number, wire.position?, wire.selector))).collect();
        for (number, position, selector) in wires {
            let mut events = self.cluster.since(position, selector);
            for _ in 0..[0, 0, 0, 1, 2][self.random.range(0, 5) as usize] {
                events.push(bookmark(self.cluster.version, false));
            }
            if let Some(wire) = self.wires.iter_mut().find(|wire| wire.number == number) {
                wire.position = Some(self.cluster.version);
            }
            self.stream(number, &events);
        }
        let clock = self.clock;
        let (closed, open): (Vec<_>, Vec<_>) =
            self.wires.drain(..).partition(|wire| wire.closes <= clock && !wire.stalled);
        self.wires = open;
        for wire in closed {
            self.send(wire.arrives.max(clock), Heard::End(wire.number));
        }
    }

    /// The world goes on.
    fn turn(&mut self) {
        if self.clock < LAST_CHANGE {
            for _ in 0..self.random.range(0, 4) {
                self.cluster.mutate(&mut self.random);
            }
        }
        // What has been told can be forgotten; a stream that is behind loses its place, as in the real one.
        self.push();
        if self.wrong("compaction", 4) {
            self.cluster.compact();
        }
        if self.wrong("restart", 2) {
            for wire in std::mem::take(&mut self.wires) {
                if !wire.stalled {
                    self.fail(wire.number, self.clock.max(wire.arrives), FailureKind::Reset, Sent::Maybe);
                }
            }
            if self.random.percent(50) {
                self.cluster.compact();
            }
        }
    }

    fn event(&mut self, event: InformerEvent<RawObject>) {
        match event {
            InformerEvent::Added { key, object, initial } => {
                assert!(!initial || self.synced == 0, "initial after Synced");
                let uid = object.uid().unwrap().into_owned();
                let old = self.mirror.insert(key.to_string(), (uid, version(&object)));
                assert!(old.is_none(), "{key} is added twice");
            }
            InformerEvent::Updated { key, old, new } => {
                let known = self.mirror.get_mut(&*key).unwrap_or_else(|| panic!("{key} was not added"));
                assert_eq!(known.1, version(&old), "{key}: what was known");
                assert_eq!(known.0, new.uid().unwrap(), "{key} is another object");
                assert!(version(&new) > known.1, "{key} goes back to {} from {}", version(&new), known.1);
                known.1 = version(&new);
            }
            InformerEvent::Deleted { key, missed, .. } => {
                assert!(self.mirror.remove(&*key).is_some(), "{key} was not there");
                self.missed += u32::from(missed);
            }
            InformerEvent::Synced => self.synced += 1,
            other => panic!("{other:?}"),
        }
    }

    fn drain(&mut self) {
        while let Some(act) = self.driver.poll() {
            match act {
                Act::Do(Task::Request { wire, request, .. }) => self.request(wire, &request.url),
                Act::Do(Task::Cancel(number)) => self.wires.retain(|wire| wire.number != number),
                Act::Event(Ok(event)) => self.event(event),
                Act::Event(Err(_)) => self.errors += 1,
                other => panic!("{other:?}"),
            }
        }
    }

    fn hear(&mut self, heard: Heard) {
        let now = Now { mono: self.clock, wall: self.clock };
        self.driver.handle(&mut self.session, now, heard);
        self.drain();
    }

    fn run(&mut self) {
        self.hear(Heard::Time);
        let mut turn = 0;
        loop {
            let post = self.post.first_key_value().map(|((at, _), _)| *at);
            let timer = self.driver.timeout().map(|at| at.max(self.clock));
            let next = [post, timer, Some(turn)].into_iter().flatten().min().unwrap();
            if next > END {
                return;
            }
            self.clock = next;
            // Data before time.
            if post == Some(next) {
                let (_, heard) = self.post.pop_first().unwrap();
                self.hear(heard);
            } else if timer == Some(next) {
                self.hear(Heard::Time);
            } else {
                self.turn();
                turn += if self.clock < LAST_CHANGE { self.random.range(1, 2_000) } else { 20_000 };
            }
        }
    }

    fn check(&self) {
        let all: u64 = self.selectors.iter().fold(0, |all, selector| all | selector);
        let wanted: BTreeMap<String, (String, u64)> = self
            .cluster
            .things
            .iter()
            .filter(|(_, thing)| all == 0 || thing.labels & all != 0)
            .map(|(key, thing)| (key.clone(), (format!("u{}", thing.uid), thing.version)))
            .collect();
        assert_eq!(self.mirror, wanted, "what the events tell is not what the server has");
        assert_eq!(self.synced, 1, "it is in step once");
        assert!(self.requests < 2_000, "{} requests in {END} ms", self.requests);
        assert!(self.wires.len() <= self.selectors.len() * 2, "streams are left behind");
    }
}

/// Tells a story; the error is what went wrong.
fn tell(seed: u64, faults: u32) -> Result<(u32, u32), String> {
    let story = std::panic::catch_unwind(|| {
        let mut story = Story::new(seed, faults);
        story.run();
        story.check();
        (story.errors, story.missed)
    });
    story.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

/// Leaves out each fault without which the story still goes wrong.
fn shrink(seed: u64) -> String {
    let mut faults = u32::MAX;
    for fault in 0..FAULTS.len() {
        let fewer = faults & !(1 << fault);
        if tell(seed, fewer).is_err() {
            faults = fewer;
        }
    }
    let left: Vec<&str> =
        FAULTS.iter().enumerate().filter(|(at, _)| faults & (1 << at) != 0).map(|(_, name)| *name).collect();
    let why = tell(seed, faults).err().unwrap_or_default();
    format!("KUBEWIRE_SEED={seed} goes wrong: {why}\nit takes these faults: {left:?}")
}

#[test]
fn after_quiet_the_store_is_the_server() {
    let told = crate::tell_all(crate::seeds(STORIES), |seed| tell(seed, u32::MAX));
    let told = told.unwrap_or_else(|seed| panic!("{}", shrink(seed)));
    let (errors, missed) = told.iter().fold((0, 0), |sum, told| (sum.0 + told.0, sum.1 + told.1));
    // Where nothing goes wrong, nothing is proved.
    let stories = told.len() as u32;
    assert!(stories < 100 || errors > stories && missed > stories / 20, "{errors} errors, {missed} missed");
}

#[test]
fn without_faults_nothing_is_told_but_changes() {
    for seed in 0..300 {
        assert_eq!(tell(seed, 0).map(|told| told.0), Ok(0), "seed {seed}");
    }
}
