//! Electors with clocks that go differently, on one lease of a model server. `KUBEWIRE_SEED` and `KUBEWIRE_SEEDS` as in `informer.rs`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use kubewire::machine::{Candidate, Election, ElectionEvent, Stop};
use kubewire::{Act, Config, Driver, Failure, FailureKind, Head, Heard, Now, Sent, Session, Task};
use serde_json::{Value, json};

use crate::cluster::status;
use crate::random::Random;

const STORIES: u64 = 200;
/// Faults end here (milliseconds of true time).
const CALM: u64 = 200_000;
const END: u64 = 300_000;

const FAULTS: [&str; 8] =
    ["refused", "reset", "lost answer", "slow", "status", "freeze", "edit", "clock rate"];

struct Elector {
    driver: Driver<Election>,
    session: Session,
    /// Its clock's speed, in thousandths, and where it began.
    rate: u64,
    epoch: u64,
    /// Until then it does nothing at all.
    frozen: u64,
    stops: u64,
    stopped: bool,
    done: bool,
    /// What it was told last, on its own clock.
    until: Option<u64>,
}

impl Elector {
    fn clock(&self, time: u64) -> u64 {
        self.epoch + time * self.rate / 1000
    }

    /// The true time of a moment on its clock.
    fn time(&self, clock: u64) -> u64 {
        (clock.saturating_sub(self.epoch) * 1000).div_ceil(self.rate)
    }

    fn now(&self, time: u64) -> Now {
        // Clocks are set as they are: an hour apart.
        Now { mono: self.clock(time), wall: 1_800_000_000_000 + self.epoch * 3_600 + self.clock(time) }
    }

    fn leads(&self, time: u64) -> bool {
        self.until.is_some_and(|until| self.clock(time) < until)
    }
}

struct Story {
    random: Random,
    faults: u32,
    time: u64,
    lease: Option<Value>,
    version: u64,
    electors: Vec<Elector>,
    post: BTreeMap<(u64, u64), (usize, Letter)>,
    letters: u64,
    /// Until then nobody can promise: somebody who has never seen the lease finds it free, by hand.
    excused: u64,
    handovers: u32,
    log: Vec<String>,
}

enum Letter {
    /// A request that reaches the server.
    Request(u32, &'static str, String, Vec<u8>),
    Heard(Heard),
}

impl Story {
    fn new(seed: u64, faults: u32) -> Self {
        let mut random = Random::new(seed);
        let mut electors = Vec::new();
        for number in 0..random.range(2, 5) {
            let rate = if faults & 1 << 7 == 0 { 1000 } else { random.range(950, 1051) };
            let candidate = Candidate::new("shop", "lock", &format!("elector-{number}"));
            let stops = if random.percent(30) { random.range(1_000, CALM) } else { u64::MAX };
            electors.push(Elector {
                driver: Driver::new(Election::new(&candidate, seed * 10 + number).unwrap(), seed + number),
                session: Config::server("https://api.test").unwrap().session().unwrap(),
                rate,
                epoch: random.range(0, 1_000_000),
                frozen: 0,
                stops,
                stopped: false,
                done: false,
                until: None,
            });
        }
        // One stays, so that somebody leads in the end.
        electors[0].stops = u64::MAX;
        Self {
            random,
            faults,
            time: 0,
            lease: None,
            version: 1,
            electors,
            post: BTreeMap::new(),
            letters: 0,
            excused: 0,
            handovers: 0,
            log: Vec::new(),
        }
    }

    fn wrong(&mut self, fault: &str, percent: u64) -> bool {
        let number = FAULTS.iter().position(|known| *known == fault).unwrap();
        self.random.percent(percent) && self.time < CALM && self.faults & 1 << number != 0
    }

    fn send(&mut self, at: u64, elector: usize, letter: Letter) {
        self.letters += 1;
        self.post.insert((at, self.letters), (elector, letter));
    }

    fn way(&mut self) -> u64 {
        let slow = if self.wrong("slow", 8) { self.random.range(1_000, 14_000) } else { 0 };
        slow + self.random.range(1, 40)
    }

    fn drain(&mut self, number: usize) {
        while let Some(act) = self.electors[number].driver.poll() {
            match act {
                Act::Do(Task::Request { wire, request, .. }) => {
                    let at = self.time + self.way();
                    let fail =
                        |kind, sent| Letter::Heard(Heard::Failed(wire, Failure::new(kind, sent, "broken")));
                    if self.wrong("refused", 10) {
                        self.send(at, number, fail(FailureKind::Refused, Sent::No));
                        continue;
                    }
                    if self.wrong("reset", 4) {
                        self.send(at, number, fail(FailureKind::Reset, Sent::Maybe));
                        continue;
                    }
                    let body = request.body.to_vec();
                    self.send(at, number, Letter::Request(wire, request.method, request.url, body));
                }
                Act::Event(event) => self.event(number, &event),
                Act::Done => self.electors[number].done = true,
                _ => {}
            }
        }
    }

    fn event(&mut self, number: usize, event: &Result<ElectionEvent, kubewire::Error>) {
        let time = self.time;
        self.log.push(format!("{time} {number} {event:?}"));
        assert!(!self.electors[number].done, "nothing is told after the end");
        let (until, leads) = match event {
            Ok(ElectionEvent::Leading { until, .. }) => {
                let elector = &mut self.electors[number];
                assert!(elector.until.is_none() && !elector.stopped, "leads already, or has stopped");
                self.handovers += 1;
                (*until, true)
            }
            Ok(ElectionEvent::Renewed { until }) => {
                assert!(self.electors[number].until.is_some_and(|old| old <= *until));
                (*until, true)
            }
            Ok(ElectionEvent::Lost { .. }) => {
                assert!(self.electors[number].until.take().is_some(), "lost what it had not");
                (0, false)
            }
            _ => (0, false),
        };
        if leads {
            self.electors[number].until = Some(until);
            for (other, elector) in self.electors.iter().enumerate().filter(|(other, _)| *other != number) {
                let excused = time < self.excused;
                let told = || self.log.iter().rev().take(12).rev().cloned().collect::<Vec<_>>().join("\n");
                assert!(
                    excused || !elector.leads(time),
                    "{number} leads beside {other} at {time}:\n{}",
                    told()
                );
            }
        }
    }

    /// The server carries a request out, and answers.
    fn serve(&mut self, number: usize, wire: u32, method: &str, url: &str, body: &[u8]) {
        assert!(
            url.starts_with("https://api.test/apis/coordination.k8s.io/v1/namespaces/shop/leases"),
            "{url}"
        );
        let (code, answer) = if self.wrong("status", 10) {
            let (code, reason) = [
                (500, "InternalError"),
                (429, "TooManyRequests"),
                (503, "ServiceUnavailable"),
                (403, "Forbidden"),
            ][self.random.range(0, 4) as usize];
            (code, status(code, reason, ""))
        } else {
            self.carry_out(method, body)
        };
        let at = self.time + self.way();
        if self.wrong("lost answer", 8) {
            if self.random.percent(50) {
                let failure = Failure::new(FailureKind::Reset, Sent::Maybe, "broken");
                self.send(at, number, Letter::Heard(Heard::Failed(wire, failure)));
            }
            return;
        }
        self.send(at, number, Letter::Heard(Heard::Head(wire, Head::new(code))));
        self.send(at, number, Letter::Heard(Heard::Data(wire, answer.into())));
        self.send(at, number, Letter::Heard(Heard::End(wire)));
    }

    fn carry_out(&mut self, method: &str, body: &[u8]) -> (u16, String) {
        match (method, &self.lease) {
            ("GET" | "PUT", None) => return (404, status(404, "NotFound", "")),
            ("GET", Some(lease)) => return (200, lease.to_string()),
            ("POST", Some(_)) => return (409, status(409, "AlreadyExists", "")),
            _ => {}
        }
        let mut new: Value = serde_json::from_slice(body).unwrap();
        if let Some(old) = &self.lease {
            if new["metadata"]["resourceVersion"] != old["metadata"]["resourceVersion"] {
                return (409, status(409, "Conflict", ""));
            }
            assert_eq!(new["metadata"]["labels"], old["metadata"]["labels"], "what is not ours is lost");
        }
        self.put(&mut new);
        (200, new.to_string())
    }

    fn put(&mut self, lease: &mut Value) {
        self.version += 1;
        lease["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.lease = Some(lease.clone());
    }

    /// Somebody writes the lease by hand.
    fn edit(&mut self) {
        let Some(mut lease) = self.lease.clone() else { return };
        match self.random.range(0, 6) {
            0 => lease["spec"]["renewTime"] = json!("yesterday"),
            1 => lease["metadata"]["labels"] = json!({"by": "hand"}),
            2 => lease["spec"]["leaseTransitions"] = json!(-7),
            3 => {
                lease["spec"]["holderIdentity"] = json!("intruder");
                lease["spec"]["leaseDurationSeconds"] = json!(self.random.range(16, 30));
            }
            what => {
                // Whoever has not seen the lease held just before cannot know that it was.
                self.excused = self.time + 30_000;
                if what == 4 {
                    lease["spec"] = Value::Null;
                } else {
                    self.lease = None;
                    return self.log.push(format!("{} deleted by hand", self.time));
                }
            }
        }
        self.log.push(format!("{} by hand: {lease}", self.time));
        self.put(&mut lease);
    }

    fn turn(&mut self) {
        if self.wrong("edit", 2) {
            self.edit();
        }
        for number in 0..self.electors.len() {
            if self.wrong("freeze", 2) {
                let until = self.time + self.random.range(1_000, 40_000);
                self.electors[number].frozen = until;
            }
            let elector = &mut self.electors[number];
            if elector.stops <= self.time && !elector.stopped && elector.frozen <= self.time {
                elector.stopped = true;
                let now = elector.now(self.time);
                elector.driver.command(&mut elector.session, now, Stop);
                self.drain(number);
            }
        }
    }

    fn hear(&mut self, number: usize, heard: Heard) {
        let elector = &mut self.electors[number];
        let now = elector.now(self.time);
        elector.driver.handle(&mut elector.session, now, heard);
        self.drain(number);
    }

    /// The next thing in the world.
    fn step(&mut self, turn: &mut u64) -> ControlFlow<()> {
        let frozen = |elector: &Elector, at: u64| at.max(elector.frozen);
        let post = self.post.iter().map(|((at, letter), (number, what))| {
            let at =
                if matches!(what, Letter::Heard(_)) { frozen(&self.electors[*number], *at) } else { *at };
            (at, *letter)
        });
        let post = post.min();
        let timer = self.electors.iter().enumerate().filter_map(|(number, elector)| {
            let at = elector.time(elector.driver.timeout()?).max(self.time);
            Some((frozen(elector, at), number))
        });
        let timer = timer.min();
        let next = [post.map(|post| post.0), timer.map(|timer| timer.0), Some(*turn)];
        let next = next.into_iter().flatten().min().unwrap();
        if next > END {
            return ControlFlow::Break(());
        }
        self.time = next;
        if let Some((_, letter)) = post.filter(|post| post.0 == next) {
            let key = *self.post.keys().find(|key| key.1 == letter).unwrap();
            match self.post.remove(&key).unwrap() {
                (number, Letter::Heard(heard)) => self.hear(number, heard),
                (number, Letter::Request(wire, method, url, body)) => {
                    self.serve(number, wire, method, &url, &body);
                }
            }
        } else if let Some((_, number)) = timer.filter(|timer| timer.0 == next) {
            self.hear(number, Heard::Time);
        } else {
            self.turn();
            *turn += 500;
        }
        ControlFlow::Continue(())
    }

    fn begin(&mut self) {
        for number in 0..self.electors.len() {
            self.hear(number, Heard::Time);
        }
    }

    fn run(&mut self) {
        self.begin();
        let mut turn = 0;
        while self.step(&mut turn).is_continue() {}
        let leaders = self.electors.iter().filter(|elector| elector.leads(END)).count();
        assert_eq!(leaders, 1, "in the end one leads");
        for (number, elector) in self.electors.iter().enumerate() {
            assert_eq!(elector.done, elector.stopped, "elector {number} ends when it is stopped");
            assert!(!elector.stopped || elector.until.is_none(), "elector {number} leads after its end");
        }
    }
}

fn tell(seed: u64, faults: u32) -> Result<(u32, Vec<String>), String> {
    let story = std::panic::catch_unwind(|| {
        let mut story = Story::new(seed, faults);
        story.run();
        (story.handovers, story.log)
    });
    story.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
    })
}

fn shrink(seed: u64) -> String {
    let mut faults = u32::MAX;
    for fault in 0..FAULTS.len() {
        if tell(seed, faults & !(1 << fault)).is_err() {
            faults &= !(1 << fault);
        }
    }
    let left: Vec<&str> =
        FAULTS.iter().enumerate().filter(|(at, _)| faults & 1 << at != 0).map(|(_, name)| *name).collect();
    let why = tell(seed, faults).err().unwrap_or_default();
    format!("KUBEWIRE_SEED={seed} goes wrong: {why}\nit takes these faults: {left:?}")
}

#[test]
fn the_server_never_sees_two_leaders() {
    let told = crate::tell_all(crate::seeds(STORIES), |seed| tell(seed, u32::MAX).map(|told| told.0));
    let told = told.unwrap_or_else(|seed| panic!("{}", shrink(seed)));
    let (stories, handovers) = (told.len(), told.iter().sum::<u32>() as usize);
    assert!(stories < 100 || handovers > 3 * stories, "{handovers} handovers in {stories} stories");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in 0..50 {
        assert_eq!(tell(seed, u32::MAX).unwrap().1, tell(seed, u32::MAX).unwrap().1, "seed {seed}");
    }
}

#[test]
fn without_faults_the_first_leads_on() {
    for seed in 0..50 {
        let mut story = Story::new(seed, 0);
        story.electors.iter_mut().for_each(|elector| elector.stops = u64::MAX);
        story.run();
        assert_eq!(story.handovers, 1, "seed {seed}");
    }
}

#[test]
fn a_lease_that_is_given_back_is_taken_at_the_next_look() {
    for seed in 0..50 {
        let mut story = Story::new(seed, 0);
        story.electors.iter_mut().for_each(|elector| elector.stops = u64::MAX);
        story.begin();
        let mut turn = 0;
        while story.time < 30_000 {
            _ = story.step(&mut turn);
        }
        let leader = story.electors.iter().position(|elector| elector.leads(story.time)).unwrap();
        story.electors[leader].stops = story.time;
        let asked = story.time;
        while story.handovers < 2 {
            assert!(story.step(&mut turn).is_continue());
        }
        // Not the lease's 15 s, but the others' pause of 2 to 4.4 s.
        assert!(story.time - asked < 5_500, "seed {seed}: {} ms", story.time - asked);
    }
}

#[test]
fn a_lease_that_is_deleted_or_wiped_under_its_leader_is_waited_out() {
    for seed in 0..100 {
        let mut story = Story::new(seed, if seed % 2 == 0 { 0 } else { 1 << 7 });
        story.electors.iter_mut().for_each(|elector| elector.stops = u64::MAX);
        story.begin();
        let mut turn = 0;
        for number in 1..6 {
            while story.time < number * 40_000 {
                _ = story.step(&mut turn);
            }
            match (&story.lease, seed % 3) {
                (Some(lease), 0) => {
                    let mut wiped = lease.clone();
                    wiped["spec"] = Value::Null;
                    story.put(&mut wiped);
                }
                (Some(lease), 1) => {
                    let mut cut = lease.clone();
                    cut["spec"]["leaseDurationSeconds"] = json!(1);
                    story.put(&mut cut);
                }
                _ => story.lease = None,
            }
        }
        // Nobody leads beside another (`event` looks), and the leader, who finds it gone, leads on or is followed by one.
        while story.time < 240_000 {
            _ = story.step(&mut turn);
        }
        assert_eq!(
            story.electors.iter().filter(|elector| elector.leads(story.time)).count(),
            1,
            "seed {seed}"
        );
    }
}
