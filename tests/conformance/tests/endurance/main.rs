//! Informers and elections of both hosts under all at once: objects come and go, the API server is killed and restarted, tokens rotate.

mod electors;
mod informers;
mod rotation;

use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use electors::{Electors, RENEW_DEADLINE};
use informers::{Mirror, listed};
use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::{Api, PatchType};
use kubewire_apiserver::Front;
use kubewire_conformance::{World, config_at, eventually, pod_at};
use kubewire_ureq::Client;
use rotation::Rotation;
use serde_json::json;

struct Size {
    informers: usize,
    objects: usize,
    restarts: usize,
    /// How often tokens rotate, and for how long nothing else happens to electors.
    rotation: Duration,
    calm: Duration,
}

/// `cargo xtask soak`'s, and one short round.
fn size() -> Size {
    let (seconds, soak) = (Duration::from_secs, std::env::var_os("KUBEWIRE_SOAK").is_some());
    match soak {
        true => {
            Size { informers: 20, objects: 5_000, restarts: 10, rotation: seconds(10), calm: seconds(60) }
        }
        // A token that is no more is refused after ten seconds at the latest.
        false => Size { informers: 4, objects: 200, restarts: 2, rotation: seconds(3), calm: seconds(14) },
    }
}

/// Pods at a server that is killed and restarted, while objects come and go at another one.
#[test]
fn nothing_is_lost_and_nobody_leads_beside_another() {
    let size = size();
    let world = World::new("endurance");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let files = tempfile::tempdir().unwrap();
    let mut front = Front::start(&world.state, files.path()).unwrap();
    let mount = world.default_account();
    world.allow(&mount.account, false, &["list", "watch"], &["configmaps"]);
    world.allow_electing(&mount.account);
    mount.write("ca.crt", &std::fs::read_to_string(front.ca()).unwrap());
    let mut rotation = Rotation::new(&world, &mount, size.rotation);
    let client = eventually("the rights are there", || {
        let client = pod_at(front.port(), &mount).unwrap();
        client.run(maps.list()).ok().map(|_| client)
    });

    // Half of them on threads, half on tokio.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _inside = runtime.enter();
    let asynchronous = kubewire_tokio::Client::new(config_at(front.port(), &mount).unwrap()).unwrap();
    let inform = |number: usize| match number % 2 {
        0 => informers::on_a_thread(&client, &maps),
        _ => informers::in_a_task(&asynchronous, &maps),
    };
    let informers: Vec<_> = (0..size.informers).map(inform).collect();
    let electors = Electors::start(&world.namespace, || config_at(front.port(), &mount).unwrap());
    let started = Instant::now();

    // Tokens rotate, and nothing else: who leads goes on.
    let leaders = electors.leaders();
    let mut round = 1_000;
    while started.elapsed() < size.calm {
        rotation.turn(&world, &mount);
        churn(&world.admin, &maps, round, 30);
        round += 1;
        thread::sleep(Duration::from_millis(200));
    }
    assert!(rotation.old_token_is_refused(front.port(), &mount), "a rotation is one");
    assert_eq!(electors.leaders(), leaders);
    assert_eq!(electors.losses(), 0, "a rotation is no reason to lose a lease: {:?}", electors.told());

    for round in 0..size.restarts {
        churn(&world.admin, &maps, round, size.objects);
        rotation.turn(&world, &mount);
        front.kill();
        // What happens while it is down nobody sees.
        churn(&world.admin, &maps, round + 100, size.objects / 20);
        let list = world.admin.run(maps.list().raw_items()).unwrap();
        for map in list.items.iter().filter(|map| map.name().starts_with('m')).take(5) {
            world.admin.run(maps.delete(&map.name())).unwrap();
        }
        if round % 2 == 1 {
            world.compact();
            // So long that whoever leads stops.
            thread::sleep(RENEW_DEADLINE + Duration::from_millis(500));
            electors.nobody_leads();
        }
        rotation.turn(&world, &mount);
        front.restart().unwrap();
        electors.leaders();
    }
    let wanted = listed(&world, &maps);
    informers.iter().for_each(|informer| informer.comes_to(&wanted));
    let sum =
        |count: fn(&Mirror) -> usize| informers.iter().map(|one| count(&lock(&one.mirror))).sum::<usize>();
    let (errors, missed) = (sum(|mirror| mirror.errors), sum(|mirror| mirror.missed));
    let turns = electors.check();
    println!(
        "{} objects, {errors} errors told, {missed} deletions that nobody saw, {} rotations, {turns} turns of leaders, {:?}",
        wanted.len(),
        rotation.count(),
        started.elapsed()
    );
    assert!(errors >= size.restarts, "the restarts are noticed");
    assert!(missed >= 5 * size.informers, "what went while nobody looked is told");
    assert!(turns >= 2 * (1 + size.restarts / 2), "each time that all stopped, somebody began");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

fn map(name: &str) -> serde_json::Value {
    json!({"metadata": {"name": name, "labels": {"all": "yes"}}, "data": {"text": "é}\"{"}})
}

/// So many changes: objects are made, changed, and one in three is deleted.
fn churn(admin: &Client, maps: &Api<ConfigMap>, round: usize, changes: usize) {
    for index in 0..changes / 3 {
        let name = format!("m{round}-{index}");
        admin.run(maps.create(&map(&name))).unwrap();
        let patch = json!({"data": {"round": round.to_string()}});
        let other = format!("m{round}-{}", index / 2);
        if index % 3 == 2 {
            admin.run(maps.delete(&name)).unwrap();
        } else if index / 2 % 3 != 2 {
            admin.run(maps.patch(&other, PatchType::Merge, &patch)).unwrap();
        }
    }
}
