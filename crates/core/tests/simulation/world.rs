//! Virtual time: hosts, one session, files and a server, and a queue of all that is on its way.

use std::collections::BTreeMap;

use bytes::Bytes;
use kubewire::{Act, Config, Heard, Need, Now, ReadError, Session, Task};

use crate::host::{Drive, Host, Told};
use crate::random::Random;
use crate::server::{Replies, Server};

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) session: Session,
    pub(crate) server: Server,
    pub(crate) hosts: Vec<Host>,
    /// By name: `token` and `ca.crt`. An absent one cannot be read.
    pub(crate) files: BTreeMap<&'static str, Bytes>,
    pub(crate) reads: BTreeMap<String, u32>,
    /// All that any driver wanted, in order.
    pub(crate) trace: Vec<String>,
    queue: BTreeMap<(u64, u64), What>,
    order: u64,
    random: Random,
    /// Says the time for nothing now and then.
    impatient: Option<Random>,
}

enum What {
    Heard(usize, Heard),
    Stop(usize),
    /// A new token or authority; the file has it as soon as the server wants it.
    Rotate(&'static str, u64),
    Lose(&'static str),
}

pub(crate) fn pem(number: u64) -> Bytes {
    format!("-----BEGIN CERTIFICATE-----\nAAA{number}\n-----END CERTIFICATE-----\n").into()
}

impl World {
    pub(crate) fn new(seed: u64, faults: u64) -> Self {
        let token = "token-0".to_owned();
        let files = BTreeMap::from([("token", Bytes::from(token.clone())), ("ca.crt", pem(0))]);
        let random = Random::new(seed ^ 0x5EED);
        let server =
            Server { random: random.clone(), faults, token, authority: pem(0), seen: BTreeMap::new() };
        Self {
            now: 0,
            session: Config::server("https://api.test").unwrap().mount("/mnt").session().unwrap(),
            server,
            hosts: Vec::new(),
            files,
            reads: BTreeMap::new(),
            trace: Vec::new(),
            queue: BTreeMap::new(),
            order: 0,
            random,
            impatient: None,
        }
    }

    pub(crate) fn impatient(&mut self, seed: u64) {
        self.impatient = Some(Random::new(seed));
    }

    /// Adds a host that begins at a time.
    pub(crate) fn host(&mut self, driver: impl Drive + 'static, at: u64) -> usize {
        self.hosts.push(Host::new(driver, at));
        let host = self.hosts.len() - 1;
        self.push(at, What::Heard(host, Heard::Time));
        host
    }

    pub(crate) fn stop(&mut self, host: usize, at: u64) {
        self.push(at, What::Stop(host));
    }

    pub(crate) fn rotate(&mut self, file: &'static str, number: u64, at: u64) {
        self.push(at, What::Rotate(file, number));
    }

    pub(crate) fn lose(&mut self, file: &'static str, at: u64) {
        self.push(at, What::Lose(file));
    }

    fn push(&mut self, at: u64, what: What) {
        self.order += 1;
        self.queue.insert((at, self.order), what);
    }

    fn clock(&self) -> Now {
        Now { mono: self.now, wall: 1_800_000_000_000 + self.now }
    }

    /// Lets time pass until nothing is left to happen.
    pub(crate) fn run(&mut self) {
        for _ in 0..50_000 {
            let event = self.queue.first_key_value().map(|((at, _), _)| *at);
            let alive = self.hosts.iter().enumerate().filter(|(_, host)| host.done.is_none());
            let timeouts = alive.filter_map(|(index, host)| Some((host.driver.timeout()?, index)));
            let timeout = timeouts.filter(|(_, index)| self.hosts[*index].started <= self.now).min();
            match (event, timeout) {
                (None, None) => return,
                // What is there comes before the time.
                (Some(at), timeout) if timeout.is_none_or(|(other, _)| at <= other.max(self.now)) => {
                    self.now = self.now.max(at);
                    let (_, what) = self.queue.pop_first().unwrap();
                    self.happen(what);
                }
                (_, Some((at, host))) => {
                    self.now = self.now.max(at);
                    self.happen(What::Heard(host, Heard::Time));
                }
                (Some(_), None) => unreachable!("it comes before no time"),
            }
            self.be_impatient();
        }
        panic!("the world does not come to rest");
    }

    fn be_impatient(&mut self) {
        let Some(random) = &mut self.impatient else { return };
        let host = random.range(0, self.hosts.len() as u64) as usize;
        if self.hosts[host].started < self.now && self.hosts[host].done.is_none() {
            self.happen(What::Heard(host, Heard::Time));
        }
    }

    fn happen(&mut self, what: What) {
        let now = self.clock();
        match what {
            What::Heard(host, heard) => {
                if let Heard::End(wire) | Heard::Failed(wire, _) = &heard {
                    self.hosts[host].wires.retain(|other| other != wire);
                }
                self.hosts[host].driver.handle(&mut self.session, now, heard);
                self.drain(host);
            }
            What::Stop(host) => {
                if self.hosts[host].done.is_none() {
                    self.hosts[host].stopped = Some(self.now);
                    self.hosts[host].driver.stop(&mut self.session, now);
                    self.drain(host);
                }
            }
            What::Rotate("token", number) => {
                self.server.token = format!("token-{number}");
                self.files.insert("token", self.server.token.clone().into());
            }
            What::Rotate(file, number) => {
                self.server.authority = pem(number);
                self.files.insert(file, pem(number));
            }
            What::Lose(file) => drop(self.files.remove(file)),
        }
    }

    /// Does what a driver wants.
    fn drain(&mut self, index: usize) {
        while let Some(act) = self.hosts[index].driver.poll() {
            self.trace.push(format!("{} {index} {act:?}", self.now));
            let host = &mut self.hosts[index];
            match act {
                Act::Event(what) => host.told.push(Told { at: self.now, what }),
                Act::Done => {
                    assert!(host.wires.is_empty(), "done, and requests are on their way");
                    assert_eq!(host.driver.timeout(), None, "done, and a timer runs");
                    host.done.get_or_insert(self.now);
                }
                Act::Do(task) => {
                    assert!(host.done.is_none(), "done, and then {task:?}");
                    host.note(&task);
                    self.work(index, task);
                }
                other => panic!("a host does not know {other:?}"),
            }
        }
    }

    fn work(&mut self, index: usize, task: Task) {
        let (now, replies): (u64, Replies) = match task {
            Task::Need(number, Need::File(path)) => {
                let name = path.strip_prefix("/mnt/").unwrap().to_owned();
                let content = self.files.get(name.as_str()).cloned();
                let content = content.ok_or_else(|| ReadError::Other("simulated".into()));
                *self.reads.entry(name).or_default() += 1;
                (self.now, vec![(self.random.range(0, 10), Heard::Given(number, content))])
            }
            Task::Request { wire, request, tls, stream, .. } => {
                let trust = self.session.tls(tls).expect("the trust of a request that was just formed");
                (self.now, self.server.request(self.now, index, wire, &request, &trust, stream))
            }
            Task::Upgrade { wire, request, tls, protocols, .. } => {
                assert_eq!(protocols, ["v2.echo", "v1.echo"]);
                let trust = self.session.tls(tls).expect("the trust of a request that was just formed");
                (self.now, self.server.upgrade(self.now, index, wire, &request, &trust))
            }
            Task::Send(wire, message) => (self.now, self.server.message(wire, message)),
            Task::Cancel(wire) => return self.cancel(index, wire),
            other => panic!("a host does not know {other:?}"),
        };
        let last = replies.last().map(|(at, heard)| (*at, format!("{heard:?}")));
        let mut over = None;
        for (after, heard) in replies {
            if let Heard::End(wire) | Heard::Failed(wire, _) = &heard {
                over = Some(*wire);
            }
            self.push(now + after, What::Heard(index, heard));
        }
        // Some hosts say more of a request after its end: it must land nowhere.
        if let (Some(wire), Some((after, _))) = (over, last)
            && self.random.percent(20)
        {
            let late = now + after + self.random.range(1, 3_000);
            self.push(late, What::Heard(index, Heard::Data(wire, Bytes::from_static(b"LATE"))));
            self.push(late + 1, What::Heard(index, Heard::End(wire)));
        }
    }

    /// A request is given up: what is on its way of it gets lost, or comes all the same.
    fn cancel(&mut self, index: usize, wire: u32) {
        if self.random.percent(50) {
            self.queue.retain(|_, what| match what {
                What::Heard(host, Heard::Head(other, _) | Heard::Data(other, _)) => {
                    *host != index || *other != wire
                }
                _ => true,
            });
        }
        let late = self.now + self.random.range(0, 2_000);
        self.push(late, What::Heard(index, Heard::Data(wire, Bytes::from_static(b"LATE"))));
        self.push(late, What::Heard(index, Heard::Room(wire)));
    }
}
