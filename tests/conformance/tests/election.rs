//! Leader elections on the real server's leases.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::Lease;
use kubewire::machine::{Candidate, ElectionEvent, LossReason};
use kubewire::{Api, Error, PatchType};
use kubewire_conformance::World;
use kubewire_ureq::Election;
use serde_json::{Value, json};

/// A tenth of the usual times, but for the lease, which has whole seconds.
fn candidate(world: &World, identity: &str) -> Candidate {
    Candidate::new(&world.namespace, "lock", identity)
        .lease_duration(Duration::from_secs(3))
        .renew_deadline(Duration::from_secs(2))
        .retry_period(Duration::from_millis(300))
}

/// Whose lease is waited out for longer than a busy server takes for anything.
fn patient(world: &World, identity: &str) -> Candidate {
    candidate(world, identity).lease_duration(Duration::from_secs(60)).renew_deadline(Duration::from_secs(10))
}

fn leases(world: &World) -> Api<Lease> {
    Api::namespaced(&world.namespace)
}

fn lease(world: &World) -> Value {
    serde_json::to_value(world.admin.run(leases(world).get("lock")).unwrap()).unwrap()
}

fn next(election: &mut Election) -> ElectionEvent {
    election.next().expect("the election goes on").unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn one_leads_and_gives_back_and_another_leads() {
    let world = World::new("elect");
    let mut first = world.admin.elect(&patient(&world, "first")).unwrap();
    assert!(matches!(next(&mut first), ElectionEvent::Leading { transitions: 0, .. }));
    let until = first.leading_until().unwrap();
    assert!(first.is_leader() && until <= Instant::now() + Duration::from_secs(10));
    let spec = lease(&world)["spec"].clone();
    assert_eq!((&spec["holderIdentity"], &spec["leaseDurationSeconds"]), (&json!("first"), &json!(60)));
    for time in ["acquireTime", "renewTime"] {
        // As client-go writes it: six decimals.
        assert_eq!(spec[time].as_str().unwrap().len(), "2026-01-31T12:00:00.000000Z".len(), "{spec}");
    }

    let mut second = world.admin.elect(&patient(&world, "second")).unwrap();
    assert_eq!(next(&mut second), ElectionEvent::Following { leader: "first".into() });
    // What is not ours in the lease stays.
    let labels = json!({"metadata": {"labels": {"team": "shop"}}});
    world.admin.run(leases(&world).patch("lock", PatchType::Merge, &labels)).unwrap();
    // It renews by itself, though nobody pulls, and whatever else changed in the lease.
    kubewire_conformance::eventually("it is renewed", || {
        first.leading_until().is_some_and(|renewed| renewed > until + Duration::from_secs(2)).then_some(())
    });
    assert!(first.is_leader() && !second.is_leader());

    let stopped = Instant::now();
    first.stop();
    assert!(matches!(next(&mut second), ElectionEvent::Leading { transitions: 1, .. }));
    assert!(stopped.elapsed() < Duration::from_secs(30), "it did not wait for the lease to end");
    let lease = lease(&world);
    assert_eq!(lease["spec"]["holderIdentity"], "second");
    assert_eq!(lease["metadata"]["labels"], json!({"team": "shop"}));
    drop(second);
    kubewire_conformance::eventually("dropped, it gives the lease back", || {
        let holder = self::lease(&world)["spec"]["holderIdentity"].clone();
        (holder == "" || holder.is_null()).then_some(())
    });
}

#[test]
fn a_lease_written_by_hand_ends_the_leading_and_not_the_election() {
    let world = World::new("byhand");
    let mut first = world.admin.elect(&candidate(&world, "first")).unwrap();
    assert!(matches!(next(&mut first), ElectionEvent::Leading { .. }));
    let intruder = json!({"spec": {"holderIdentity": "intruder", "leaseDurationSeconds": 1, "renewTime": null, "leaseTransitions": null}});
    world.admin.run(leases(&world).patch("lock", PatchType::Merge, &intruder)).unwrap();
    assert_eq!(next(&mut first), ElectionEvent::Lost { reason: LossReason::Taken });
    assert_eq!(next(&mut first), ElectionEvent::Following { leader: "intruder".into() });
    assert!(!first.is_leader());
    // A second after the last change that was seen, it is over.
    assert!(matches!(next(&mut first), ElectionEvent::Leading { transitions: 1, .. }));
    world.admin.run(leases(&world).delete("lock")).unwrap();
    kubewire_conformance::eventually("it is made again", || world.admin.run(leases(&world).get("lock")).ok());
    assert_eq!(lease(&world)["spec"]["holderIdentity"], "first");
}

#[test]
fn without_rights_it_tells_so_and_goes_on() {
    let world = World::new("norights");
    let mount = world.account("pod");
    let client = world.pod(&mount).unwrap();
    let mut election = client.elect(&candidate(&world, "pod")).unwrap();
    let Some(Err(Error::Api { status, .. })) = election.next() else { panic!("no refusal") };
    assert!(status.is_forbidden() && status.message.contains("leases"), "{}", status.message);
    // The rights that client-go needs are enough.
    world.allow_electing("pod");
    let leading = election.find_map(Result::ok).unwrap();
    assert!(matches!(leading, ElectionEvent::Leading { .. }), "{leading:?}");
}

#[test]
fn a_server_that_is_gone_ends_the_leading_in_time() {
    let world = World::new("gone");
    let files = tempfile::tempdir().unwrap();
    let mut front = kubewire_apiserver::Front::start(&world.state, files.path()).unwrap();
    let mount = tempfile::tempdir().unwrap();
    std::fs::copy(world.state.admin_mount.join("token"), mount.path().join("token")).unwrap();
    std::fs::copy(front.ca(), mount.path().join("ca.crt")).unwrap();
    let config = kubewire::Config::server(&front.server()).unwrap().mount(mount.path().to_str().unwrap());
    let client = kubewire_ureq::Client::new(config).unwrap();
    let mut election = client.elect(&candidate(&world, "first")).unwrap();
    while !matches!(election.next(), Some(Ok(ElectionEvent::Leading { .. }))) {}
    front.kill();
    let until = election.leading_until().unwrap();
    let lost = election.find(|event| matches!(event, Ok(ElectionEvent::Lost { .. }))).unwrap();
    assert_eq!(lost.unwrap(), ElectionEvent::Lost { reason: LossReason::Deadline });
    assert!(!election.is_leader() && Instant::now() < until + Duration::from_secs(2));
    front.restart().unwrap();
    assert!(election.any(|event| matches!(event, Ok(ElectionEvent::Leading { .. }))));
}
