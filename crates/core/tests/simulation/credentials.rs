//! Credentials under many drivers: read once, read again when refused, and kept when they cannot be read.

use kubewire::machine::Retry;
use kubewire::{Error, FailureKind};

use crate::world::{World, pem};
use crate::{call, get};

fn calls(world: &mut World, count: u64, at: u64) {
    for seed in 0..count {
        world.host(call(get(), Retry::Advised, seed), at);
    }
}

fn all_succeed(world: &World) {
    for host in &world.hosts {
        assert_eq!(host.told.len(), 1);
        assert!(host.told[0].what.is_ok(), "{:?}", host.told);
    }
}

fn reads(world: &World) -> (u32, u32) {
    (world.reads.get("token").copied().unwrap_or(0), world.reads.get("ca.crt").copied().unwrap_or(0))
}

#[test]
fn many_drivers_read_each_file_once() {
    let mut world = World::new(1, 0);
    calls(&mut world, 20, 0);
    world.run();
    all_succeed(&world);
    assert_eq!(reads(&world), (1, 1));
}

#[test]
fn files_are_read_again_when_they_are_due() {
    for (at, wanted) in [(40_000, (1, 1)), (60_000, (2, 1)), (400_000, (2, 2))] {
        let mut world = World::new(1, 0);
        calls(&mut world, 5, 0);
        calls(&mut world, 20, at);
        world.run();
        all_succeed(&world);
        assert_eq!(reads(&world), wanted, "at {at} ms");
    }
}

#[test]
fn twenty_refusals_read_a_rotated_token_once() {
    let mut world = World::new(1, 0);
    calls(&mut world, 20, 0);
    // The files are old but not due when the twenty come again.
    world.rotate("token", 1, 10_000);
    calls(&mut world, 20, 20_000);
    world.run();
    all_succeed(&world);
    assert_eq!(reads(&world), (2, 1));
    assert!(world.server.seen.values().map(|seen| seen.unwelcome).sum::<u32>() >= 20);
}

#[test]
fn twenty_doubts_read_a_rotated_authority_once() {
    let mut world = World::new(1, 0);
    calls(&mut world, 20, 0);
    world.rotate("ca.crt", 1, 10_000);
    calls(&mut world, 20, 20_000);
    world.run();
    all_succeed(&world);
    assert_eq!(reads(&world), (1, 2));
}

#[test]
fn both_may_change_at_once() {
    let mut world = World::new(1, 0);
    calls(&mut world, 3, 0);
    world.rotate("ca.crt", 1, 10_000);
    world.rotate("token", 1, 10_000);
    calls(&mut world, 20, 20_000);
    world.run();
    all_succeed(&world);
    assert_eq!(reads(&world), (2, 2));
}

#[test]
fn a_token_that_is_still_refused_surfaces_the_servers_words() {
    let mut world = World::new(1, 0);
    world.server.token = "another".into();
    calls(&mut world, 20, 0);
    world.run();
    for host in &world.hosts {
        let Err(Error::Api { status, .. }) = &host.told[0].what else { panic!("{:?}", host.told) };
        assert_eq!((status.code, status.message.as_str()), (401, "who are you"));
    }
    // Each asked once, and not again after the token was read again and was the same.
    assert!(world.server.seen.values().all(|seen| seen.requests == 1));
    assert_eq!(reads(&world).0, 2);
}

#[test]
fn an_authority_that_is_still_not_the_servers_surfaces_the_failure() {
    let mut world = World::new(1, 0);
    world.server.authority = pem(9);
    calls(&mut world, 20, 0);
    world.run();
    for host in &world.hosts {
        let Err(Error::Transport { failure, .. }) = &host.told[0].what else { panic!("{:?}", host.told) };
        assert_eq!(failure.kind, FailureKind::Untrusted);
    }
    assert!(world.server.seen.values().all(|seen| seen.requests == 1));
    assert_eq!(reads(&world).1, 2);
}

#[test]
fn a_file_that_is_gone_later_leaves_the_old_content() {
    for file in ["token", "ca.crt"] {
        let mut world = World::new(1, 0);
        calls(&mut world, 1, 0);
        world.lose(file, 10_000);
        calls(&mut world, 20, 1_000_000);
        world.run();
        all_succeed(&world);
        let (token, ca) = reads(&world);
        assert_eq!((token, ca), (2, 2), "{file} is asked for once more, and then left alone for a while");
    }
}

#[test]
fn a_file_that_was_never_there_fails_all_with_one_reading() {
    let mut world = World::new(1, 0);
    world.lose("token", 0);
    calls(&mut world, 20, 5);
    world.run();
    for host in &world.hosts {
        assert!(matches!(&host.told[0].what, Err(Error::Config(_))), "{:?}", host.told);
    }
    assert_eq!(reads(&world), (1, 0));
}
