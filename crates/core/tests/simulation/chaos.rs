//! Many hosts and many faults, thousands of times.

use kubewire::machine::{Retry, WatchStream};
use kubewire::{Driver, Error};

use crate::echo::Echo;
use crate::host::Host;
use crate::random::Random;
use crate::world::World;
use crate::{LIMITS, call, draft};

const RUNS: u64 = 2_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Can be sent twice.
    Read,
    Replace,
    /// Must not be.
    Create,
    Patch,
    /// Must be sent once, but for fresh credentials.
    Never,
    Watch,
    Echo,
}

const KINDS: [Kind; 7] =
    [Kind::Read, Kind::Replace, Kind::Create, Kind::Patch, Kind::Never, Kind::Watch, Kind::Echo];

fn add(world: &mut World, kind: Kind, at: u64, seed: u64) {
    let one = |json| call(draft(json), Retry::Advised, seed);
    _ = match kind {
        Kind::Read => world.host(one(r#"{"verb":"get","resource":"nodes","name":"a"}"#), at),
        Kind::Replace => world.host(one(r#"{"verb":"replace","resource":"nodes","name":"a","body":{}}"#), at),
        Kind::Create => world.host(one(r#"{"verb":"create","resource":"nodes","body":{}}"#), at),
        Kind::Patch => {
            let json = r#"{"verb":"patch","resource":"nodes","name":"a","patchType":"json","body":[]}"#;
            world.host(one(json), at)
        }
        Kind::Never => {
            world.host(call(draft(r#"{"verb":"list","resource":"nodes"}"#), Retry::Never, seed), at)
        }
        Kind::Watch => {
            let watch = draft(r#"{"verb":"watch","resource":"nodes"}"#);
            world.host(Driver::new(WatchStream::new(&watch, seed), seed), at)
        }
        Kind::Echo => {
            let exec = r#"{"verb":"get","resource":"pods","namespace":"a","name":"b","subresource":"exec"}"#;
            world.host(Driver::new(Echo::new(draft(exec), 500 + seed % 500), seed), at)
        }
    };
}

/// A world of a few hosts, some of which are stopped, and of credentials that change.
fn world(seed: u64) -> (World, Vec<Kind>) {
    let mut random = Random::new(seed);
    let faults = [0, 10, 30, 60, 95][random.range(0, 5) as usize];
    let mut world = World::new(seed, faults);
    let mut kinds = Vec::new();
    for host in 0..random.range(1, 9) as usize {
        let kind = KINDS[random.range(0, 7) as usize];
        kinds.push(kind);
        let at = random.range(0, 3_000);
        add(&mut world, kind, at, random.range(0, 1 << 30));
        if random.percent(10) {
            world.stop(host, at + random.range(1, 10_000));
        }
    }
    for number in 1..random.range(1, 4) {
        let at = random.range(0, 10_000);
        world.rotate(if random.percent(50) { "token" } else { "ca.crt" }, number + 10 * seed, at);
    }
    if random.percent(10) {
        world.lose("token", random.range(0, 5_000));
    }
    (world, kinds)
}

fn check(world: &World, kinds: &[Kind]) {
    for (index, (host, kind)) in world.hosts.iter().zip(kinds).enumerate() {
        assert!(host.done.is_some(), "host {index} is never done");
        assert!(host.wires.is_empty(), "host {index} left requests behind");
        if let Some(stopped) = host.stopped {
            let late = host.told.iter().filter(|told| told.at > stopped).count();
            assert_eq!(late, 0, "host {index} was stopped, and is told more");
        }
        let default = Default::default();
        let seen = world.server.seen.get(&index).unwrap_or(&default);
        assert_eq!(seen.too_early, 0, "host {index} did not wait as it was asked");
        assert!(seen.requests <= 8, "host {index} tried {} times", seen.requests);
        match kind {
            Kind::Watch => check_watch(index, host),
            Kind::Echo => check_echo(host),
            kind => check_call(index, host, *kind, seen.acted, seen.requests - seen.unwelcome, &seen.body),
        }
    }
}

fn check_call(index: usize, host: &Host, kind: Kind, acted: u32, welcome: u32, body: &str) {
    assert_eq!(host.told.len(), usize::from(host.stopped.is_none()), "host {index}: {:?}", host.told);
    if matches!(kind, Kind::Create | Kind::Patch) {
        assert!(acted <= 1, "host {index}: {kind:?} was carried out {acted} times");
    }
    if kind == Kind::Never {
        assert!(welcome <= 1, "host {index} was to try once");
    }
    let Some(told) = host.told.first() else { return };
    assert!(told.at <= host.started + LIMITS.total.unwrap(), "host {index} is told too late: {told:?}");
    if let Ok(got) = &told.what {
        // The pieces of one request, all of them and in order, and nothing late.
        assert_eq!(got, body, "host {index}");
        assert!(acted >= 1);
    }
}

/// All events are of one request, and in order.
fn check_watch(index: usize, host: &Host) {
    let names: Vec<&String> = host.told.iter().filter_map(|told| told.what.as_ref().ok()).collect();
    let wire = names.first().map(|name| name.split(" piece ").next().unwrap());
    for (piece, name) in names.iter().enumerate() {
        assert_eq!(**name, format!("{} piece {piece}", wire.unwrap()), "host {index}");
    }
    let errors = host.told.iter().filter(|told| told.what.is_err()).count();
    assert!(
        errors <= 1 && host.told.iter().rev().skip(1).all(|told| told.what.is_ok()),
        "an error is the end"
    );
}

fn check_echo(host: &Host) {
    let last = host.told.len().saturating_sub(1);
    for (index, told) in host.told.iter().enumerate() {
        match &told.what {
            Ok(text) if text.starts_with("message") => assert_eq!(*text, format!("message {}", index + 1)),
            Ok(text) => assert!(index == last && matches!(text.as_str(), "closed" | "enough"), "{text}"),
            Err(error) => assert!(index == last && !matches!(error, Error::Decode { .. }), "{error}"),
        }
    }
}

#[test]
fn whatever_happens_the_promises_hold() {
    let (mut good, mut bad) = (0, 0);
    for seed in 0..RUNS {
        let (mut world, kinds) = world(seed);
        let run = || world.run();
        // The seed is what one needs to see it again.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| panic!("seed {seed}"));
        let check = || check(&world, &kinds);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(check))
            .unwrap_or_else(|_| panic!("seed {seed}"));
        for told in world.hosts.iter().flat_map(|host| &host.told) {
            *(if told.what.is_ok() { &mut good } else { &mut bad }) += 1;
        }
    }
    // Neither all is well nor all is broken: else the promises would be cheap.
    assert!(good > 2_000 && bad > 1_000, "{good} good events, {bad} errors");
}

#[test]
fn without_faults_all_succeed() {
    for seed in 0..200 {
        let mut world = World::new(seed, 0);
        KINDS.iter().for_each(|kind| add(&mut world, *kind, seed % 7, seed));
        world.run();
        check(&world, &KINDS);
        for told in world.hosts.iter().flat_map(|host| &host.told) {
            assert!(told.what.is_ok(), "{told:?}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_acts() {
    for seed in 0..300 {
        let (mut one, _) = world(seed);
        let (mut two, _) = world(seed);
        one.run();
        two.run();
        assert_eq!(one.trace, two.trace, "seed {seed}");
    }
}

#[test]
fn time_that_is_told_for_nothing_changes_nothing() {
    for seed in 0..300 {
        let (mut calm, _) = world(seed);
        let (mut impatient, _) = world(seed);
        impatient.impatient(seed);
        calm.run();
        impatient.run();
        assert_eq!(calm.trace, impatient.trace, "seed {seed}");
    }
}
