//! `kubewire elect`: a command that runs only while its process leads, whatever is done to that process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kubewire_conformance::{World, eventually, text};

/// The command: says who it is each 20 ms, with the time.
const WORK: &str = "while :; do echo \"$WHO $(date +%s%N)\" >> \"$LOG\"; sleep 0.02; done";

struct Candidate {
    child: Child,
    name: String,
}

impl Candidate {
    fn start(world: &World, name: &str, command: &[&str]) -> Self {
        let log = world.files.path().join("log");
        let mut words = Command::new(kubewire_conformance::program());
        words
            .args([
                "--server",
                &world.state.server,
                "--mount",
                text(&world.state.admin_mount),
                "-n",
                &world.namespace,
            ])
            .args(["elect", "lock", "--id", name, "--lease-duration", "8s", "--renew-deadline", "2s"])
            .args(["--retry-period", "300ms", "--grace-period", "300ms", "--"])
            .args(command)
            .env("WHO", name)
            .env("LOG", log)
            .stderr(Stdio::piped());
        Self { child: words.spawn().unwrap(), name: name.to_owned() }
    }

    /// What it said, once it has ended.
    fn said(&mut self) -> String {
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            _ = stderr.read_to_string(&mut said);
        }
        said
    }

    /// By its process id, and no other way.
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Candidate {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Who worked when, in nanoseconds.
fn log(world: &World) -> Vec<(String, u128)> {
    let text = std::fs::read_to_string(world.files.path().join("log")).unwrap_or_default();
    let line = |line: &str| {
        let (who, when) = line.split_once(' ')?;
        Some((who.to_owned(), when.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

fn works(world: &World, name: &str, since: usize) -> Option<()> {
    log(world).iter().skip(since).any(|(who, _)| who == name).then_some(())
}

#[test]
fn the_command_runs_only_while_its_process_leads() {
    let world = World::new("elect-command");
    let shell = ["sh", "-c", WORK];
    let mut candidates: BTreeMap<&str, Candidate> = BTreeMap::new();
    for name in ["a", "b", "c"] {
        candidates.insert(name, Candidate::start(&world, name, &shell));
    }
    let rounds = if std::env::var_os("KUBEWIRE_SOAK").is_some() { 20 } else { 3 };
    for round in 0..rounds {
        let leader = eventually("somebody works", || {
            let last = log(&world).last()?.clone();
            let age =
                std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos() - last.1;
            (age < 200_000_000).then_some(last.0)
        });
        let seen = log(&world).len();
        let others = ["a", "b", "c"].into_iter().filter(|name| *name != leader);
        let name = *candidates.keys().find(|name| **name == leader).unwrap();
        // Killed, frozen, or told to end.
        let how = ["-STOP", "-KILL", "-TERM"][round % 3];
        candidates[name].signal(how);
        let began = Instant::now();
        let what = format!("round {round}: {leader} was told {how}, and another works");
        eventually(&what, || {
            // Whoever has ended works no more, and says why.
            for (other, candidate) in candidates.iter_mut().filter(|(other, _)| **other != leader) {
                let ended = candidate.child.try_wait().unwrap();
                assert!(ended.is_none(), "{what}: {other} has ended, {ended:?}: {}", candidate.said());
            }
            others.clone().find_map(|other| works(&world, other, seen))
        });
        assert!(
            how != "-TERM" || began.elapsed() < Duration::from_secs(6),
            "given back, it is taken at once"
        );
        match how {
            // It wakes up when another has long led, and must notice by itself.
            "-STOP" => {
                candidates[name].signal("-CONT");
                // Its command was stopped; it stays, and may lead again.
                std::thread::sleep(Duration::from_millis(500));
                let ended = candidates.get_mut(name).and_then(|one| one.child.try_wait().unwrap());
                assert!(ended.is_none(), "{name} is no candidate any more: {ended:?}");
            }
            _ => _ = candidates.insert(name, Candidate::start(&world, name, &shell)),
        }
    }
    let log = log(&world);
    drop(candidates);
    // Whoever wrote then was alone: turns do not overlap.
    let mut turns: Vec<(String, u128, u128)> = Vec::new();
    for (who, when) in &log {
        match turns.last_mut() {
            Some(last) if last.0 == *who => last.2 = *when,
            _ => turns.push((who.clone(), *when, *when)),
        }
    }
    for pair in turns.windows(2) {
        assert!(pair[0].2 < pair[1].1, "{pair:?}");
    }
    assert!(turns.len() > rounds, "{} turns", turns.len());
    let names: Vec<&String> = turns.iter().map(|turn| &turn.0).collect();
    assert!(turns.len() <= 4 * rounds, "each turn is one piece: {names:?}");
}

#[test]
fn its_end_is_the_commands_end() {
    let world = World::new("elect-end");
    let mut done = Candidate::start(&world, "one", &["sh", "-c", "exit 7"]);
    assert_eq!(done.child.wait().unwrap().code(), Some(7));
    let said: Vec<String> =
        BufReader::new(done.child.stderr.take().unwrap()).lines().map(Result::unwrap).collect();
    assert_eq!(said, ["kubewire: leading"], "{}", done.name);
    // It gave the lease back: the next one does not wait for eight seconds.
    let began = Instant::now();
    let mut next = Candidate::start(&world, "two", &["true"]);
    assert!(next.child.wait().unwrap().success());
    assert!(began.elapsed() < Duration::from_secs(6));
    let mut none = Candidate::start(&world, "three", &["/no/such/program"]);
    assert_eq!(none.child.wait().unwrap().code(), Some(127));
}
