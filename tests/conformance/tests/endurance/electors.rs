//! Electors of both hosts, who write down when they lead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use kubewire::machine::{Candidate, ElectionEvent};
use kubewire::{Config, Error};
use tokio::time::timeout;

use super::lock;

pub(crate) const RENEW_DEADLINE: Duration = Duration::from_secs(5);

/// Half of the usual times: a busy machine is slow.
fn candidate(namespace: &str, lease: &str, identity: &str) -> Candidate {
    Candidate::new(namespace, lease, identity)
        .lease_duration(Duration::from_secs(7))
        .renew_deadline(RENEW_DEADLINE)
        .retry_period(Duration::from_secs(1))
}

/// How often each writes down whether it leads.
const LOOK: Duration = Duration::from_millis(10);
const LEASES: [&str; 2] = ["threads", "tasks"];

/// What one elector said, and when.
struct Entry {
    lease: &'static str,
    who: String,
    at: Instant,
    said: Said,
}

enum Said {
    /// It leads until then.
    Leads(Instant),
    Told(ElectionEvent),
    Failed(Error),
}

type Log = Arc<Mutex<Vec<Entry>>>;

/// Three electors a host, each with a client of its own, as in pods of their own. They go on to the end of the test.
pub(crate) struct Electors {
    log: Log,
}

impl Electors {
    /// In a runtime.
    pub(crate) fn start(namespace: &str, config: impl Fn() -> Config) -> Self {
        let log = Log::default();
        for number in 0..3 {
            let [on_threads, on_tasks] = LEASES;
            let who = format!("{on_threads}-{number}");
            let client = kubewire_ureq::Client::new(config()).unwrap();
            let election = client.elect(&candidate(namespace, on_threads, &who)).unwrap();
            on_a_thread(election, who, log.clone());
            let who = format!("{on_tasks}-{number}");
            let client = kubewire_tokio::Client::new(config()).unwrap();
            let election = client.elect(&candidate(namespace, on_tasks, &who)).unwrap();
            tokio::spawn(in_a_task(election, who, log.clone()));
        }
        Self { log }
    }

    /// Who leads at this moment, of each lease, as far as they have written it down.
    fn leading(&self) -> BTreeMap<&'static str, String> {
        let now = Instant::now();
        let log = lock(&self.log);
        let leads = |entry: &&Entry| matches!(entry.said, Said::Leads(until) if until > now);
        log.iter().filter(leads).map(|entry| (entry.lease, entry.who.clone())).collect()
    }

    /// Who leads; waits until somebody does, of each lease.
    pub(crate) fn leaders(&self) -> BTreeMap<&'static str, String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let leading = self.leading();
            if leading.len() == LEASES.len() {
                return leading;
            }
            assert!(Instant::now() < deadline, "nobody leads: {:?}", self.told());
            thread::sleep(LOOK);
        }
    }

    /// Where no renewal was possible for the renew deadline.
    pub(crate) fn nobody_leads(&self) {
        assert_eq!(self.leading(), BTreeMap::new());
    }

    /// How often a leader noticed that it leads no more.
    pub(crate) fn losses(&self) -> usize {
        let lost = |entry: &&Entry| matches!(entry.said, Said::Told(ElectionEvent::Lost { .. }));
        lock(&self.log).iter().filter(lost).count()
    }

    /// What they said, without that they go on leading.
    pub(crate) fn told(&self) -> Vec<String> {
        let text = |entry: &Entry| match &entry.said {
            Said::Leads(_) => None,
            Said::Told(event) => Some(format!("{}: {event:?}", entry.who)),
            Said::Failed(error) => Some(format!("{}: {error}", entry.who)),
        };
        lock(&self.log).iter().filter_map(text).collect()
    }

    /// Reads the log: of no lease have two led at once. Gives how many turns there were.
    pub(crate) fn check(&self) -> usize {
        let log = lock(&self.log);
        let mut turns: Vec<Turn<'_>> = Vec::new();
        for lease in LEASES {
            let mut claims: Vec<_> =
                log.iter().filter(|entry| entry.lease == lease).filter_map(Turn::claimed).collect();
            claims.sort_by_key(|claim| claim.from);
            let first = turns.len();
            for claim in claims {
                match turns[first..].last_mut() {
                    Some(last) if last.who == claim.who && claim.from <= last.until => {
                        last.until = last.until.max(claim.until);
                    }
                    Some(last) => {
                        // Nobody stops early here, so a claim holds to its end.
                        assert!(last.until <= claim.from, "{last:?} and {claim:?} at once");
                        turns.push(claim);
                    }
                    None => turns.push(claim),
                }
            }
        }
        turns.len()
    }
}

/// From when until when somebody said that they lead.
#[derive(Debug)]
struct Turn<'a> {
    who: &'a str,
    from: Instant,
    until: Instant,
}

impl<'a> Turn<'a> {
    fn claimed(entry: &'a Entry) -> Option<Self> {
        match entry.said {
            Said::Leads(until) => Some(Self { who: &entry.who, from: entry.at, until }),
            _ => None,
        }
    }
}

fn on_a_thread(mut election: kubewire_ureq::Election, who: String, log: Log) {
    thread::spawn(move || {
        loop {
            let event = election.try_next();
            write(&log, LEASES[0], &who, event, || election.leading_until());
            thread::sleep(LOOK);
        }
    });
}

async fn in_a_task(mut election: kubewire_tokio::Election, who: String, log: Log) {
    loop {
        let event = timeout(LOOK, election.next()).await.unwrap_or_default();
        let until = || election.leading_until().map(tokio::time::Instant::into_std);
        write(&log, LEASES[1], &who, event, until);
    }
}

fn write(
    log: &Log,
    lease: &'static str,
    who: &str,
    event: Option<Result<ElectionEvent, Error>>,
    until: impl FnOnce() -> Option<Instant>,
) {
    // From before it was asked: so a turn that is written down is none too short.
    let at = Instant::now();
    let told = event.map(|event| event.map_or_else(Said::Failed, Said::Told));
    let said = told.into_iter().chain(until().map(Said::Leads));
    lock(log).extend(said.map(|said| Entry { lease, who: who.to_owned(), at, said }));
}
