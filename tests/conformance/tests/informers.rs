//! Watchers and informers: what they tell, and that nothing is lost whatever happens to the server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::machine::{InformerEvent, WatcherEvent};
use kubewire::{Api, Error, List, PatchType, Raw, SharedStore, Store};
use kubewire_apiserver::Front;
use kubewire_conformance::{World, config_at, eventually, pod_at};
use kubewire_ureq::{Client, Informer};
use serde_json::json;

fn map(name: &str, label: &str) -> serde_json::Value {
    json!({"metadata": {"name": name, "labels": {"half": label, "all": "yes"}}, "data": {"text": "é}\"{"}})
}

fn name(map: &ConfigMap) -> &str {
    map.metadata.name.as_deref().unwrap()
}

#[test]
fn a_watcher_tells_what_there_is_and_what_changes() {
    let world = World::new("watcher");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    for index in 0..3 {
        world.admin.run(maps.create(&map(&format!("m{index}"), "a"))).unwrap();
    }
    let mut watcher = world.admin.watcher(maps.list().labels("all=yes")).unwrap();
    let mut next = || watcher.next().unwrap().unwrap();
    assert_eq!(next(), WatcherEvent::Init);
    for wanted in ["m0", "m1", "m2"] {
        let WatcherEvent::InitApply(map) = next() else { panic!("no object") };
        assert_eq!(name(&map), wanted);
    }
    let WatcherEvent::InitDone { resource_version } = next() else { panic!("no end") };
    assert!(resource_version.parse::<u64>().is_ok());
    world.admin.run(maps.create(&map("m3", "a"))).unwrap();
    world.admin.run(maps.delete("m1")).unwrap();
    let (added, deleted) = (next(), next());
    assert!(matches!(&added, WatcherEvent::Apply(map) if name(map) == "m3"), "{added:?}");
    assert!(matches!(&deleted, WatcherEvent::Delete(map) if name(map) == "m1"), "{deleted:?}");
}

#[test]
fn an_object_that_does_not_fit_is_told_and_the_rest_goes_on() {
    /// A ConfigMap whose `number` is one.
    #[derive(Debug, serde::Deserialize)]
    struct Numbered {
        data: Number,
    }
    #[derive(Debug, serde::Deserialize)]
    struct Number {
        #[serde(deserialize_with = "number")]
        number: u32,
    }
    fn number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
        <String as serde::Deserialize>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
    impl kubewire::Kind for Numbered {
        fn resource() -> kubewire::Resource {
            kubewire::Resource::new("", "v1", "ConfigMap", "configmaps", kubewire::Scope::Namespaced)
        }
    }
    let world = World::new("unfit");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let make = |name: &str, number: &str| {
        let object = json!({"metadata": {"name": name, "labels": {"n": "yes"}}, "data": {"number": number}});
        world.admin.run(maps.create(&object)).unwrap();
    };
    make("good", "1");
    make("odd", "many");
    let numbered = Api::<Numbered>::namespaced(&world.namespace);
    let mut informer = world.admin.informer(numbered.list().labels("n=yes")).unwrap();
    let (store, mut errors) = (informer.store(), Vec::new());
    for event in informer.by_ref() {
        match event {
            Ok(InformerEvent::Synced) => break,
            Ok(_) => {}
            Err(error) => errors.push(error),
        }
    }
    let [Error::Decode { call, problem }] = &errors[..] else { panic!("{errors:?}") };
    assert_eq!(*call, format!("decode {}/odd", world.namespace));
    assert_eq!(problem.path(), "data.number");
    assert_eq!(store.state().iter().map(|kept| kept.data.number).collect::<Vec<_>>(), [1]);
    make("later", "2");
    let event = informer.next().unwrap().unwrap();
    assert_eq!(event.key(), Some(&*format!("{}/later", world.namespace)));
}

#[test]
fn several_selectors_and_an_index_make_one_store() {
    let world = World::new("several");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    for (name, half) in [("m0", "a"), ("m1", "b"), ("m2", "c")] {
        world.admin.run(maps.create(&map(name, half))).unwrap();
    }
    let half =
        |map: &Arc<ConfigMap>| map.metadata.labels.iter().flatten().map(|(_, value)| value.clone()).collect();
    let store = SharedStore::new(Store::<Arc<ConfigMap>>::new().with_index("label", half));
    let lists = ["half in (a,b)", "half in (b,c),all=yes"].map(|selector| maps.list().labels(selector));
    let mut informer = world.admin.informer_over(store.clone(), lists).unwrap();
    let mut added = Vec::new();
    for event in informer.by_ref() {
        match event.unwrap() {
            InformerEvent::Added { object, initial: true, .. } => added.push(name(&object).to_owned()),
            InformerEvent::Synced => break,
            other => panic!("{other:?}"),
        }
    }
    added.sort_unstable();
    assert_eq!(added, ["m0", "m1", "m2"], "each is told once");
    assert_eq!(store.read().by_index("label", "b").count(), 1);
    assert_eq!(store.read().in_namespace(&world.namespace).count(), 3);
    // It leaves one selector and stays with the other; then it leaves both.
    let relabel = |half: &str| {
        world
            .admin
            .run(maps.patch("m1", PatchType::Merge, &json!({"metadata": {"labels": {"half": half}}})))
            .unwrap();
    };
    relabel("c");
    relabel("none");
    let mut told = Vec::new();
    while told.last() != Some(&"deleted") {
        match informer.next().unwrap().unwrap() {
            InformerEvent::Updated { .. } => told.push("updated"),
            InformerEvent::Deleted { missed: false, .. } => told.push("deleted"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, ["updated", "deleted"]);
    assert_eq!(store.read().by_index("label", "none").count(), 0);
}

/// What one informer's events made, and whether it is in step.
#[derive(Default)]
struct Mirror {
    versions: BTreeMap<String, String>,
    errors: usize,
    missed: usize,
}

impl Mirror {
    fn take(&mut self, event: Result<InformerEvent<Raw<ConfigMap>>, Error>) {
        let version = |object: &Raw<ConfigMap>| object.resource_version().unwrap().into_owned();
        match event {
            Ok(InformerEvent::Added { key, object, .. }) => {
                let old = self.versions.insert(key.to_string(), version(&object));
                assert!(old.is_none(), "{key} is added twice");
            }
            Ok(InformerEvent::Updated { key, old, new }) => {
                let known = self.versions.insert(key.to_string(), version(&new));
                assert_eq!(known, Some(version(&old)), "{key}");
                let number = |object| version(object).parse::<u64>().unwrap();
                assert!(number(&new) > number(&old), "{key} goes back");
            }
            Ok(InformerEvent::Deleted { key, missed, .. }) => {
                assert!(self.versions.remove(&*key).is_some(), "{key} was not there");
                self.missed += usize::from(missed);
            }
            Ok(_) => {}
            Err(_) => self.errors += 1,
        }
    }
}

struct Size {
    informers: usize,
    objects: usize,
    restarts: usize,
}

/// Informers of a pod at a server that is killed and restarted, while objects come and go at another one and tokens rotate.
#[test]
fn churn_and_restarts_lose_nothing() {
    let size = match std::env::var_os("KUBEWIRE_SOAK") {
        Some(_) => Size { informers: 20, objects: 5_000, restarts: 10 },
        None => Size { informers: 4, objects: 200, restarts: 2 },
    };
    let world = World::new("churn");
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let files = tempfile::tempdir().unwrap();
    let mut front = Front::start(&world.state, files.path()).unwrap();
    let mount = world.account("informer");
    world.allow("informer", false, &["list", "watch"], &["configmaps"]);
    mount.write("ca.crt", &std::fs::read_to_string(front.ca()).unwrap());
    let client = eventually("the rights are there", || {
        let client = pod_at(front.port(), &mount).unwrap();
        client.run(maps.list()).ok().map(|_| client)
    });

    // Half of them on threads, half on tokio.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = config_at(front.port(), &mount).unwrap();
    let asynchronous = runtime.block_on(async { kubewire_tokio::Client::new(config) }).unwrap();
    let inform = |number: usize| match number % 2 {
        0 => inform(&client, &maps),
        _ => runtime.block_on(inform_on_tokio(&asynchronous, &maps)),
    };
    let informers: Vec<_> = (0..size.informers).map(inform).collect();
    let started = Instant::now();
    let mut rotated = started;
    for round in 0..size.restarts {
        churn(&world.admin, &maps, round, size.objects);
        front.kill();
        // What happens while it is down nobody sees.
        churn(&world.admin, &maps, round + 100, size.objects / 20);
        let list = world.admin.run(maps.list().raw_items()).unwrap();
        for map in list.items.iter().filter(|map| map.name().starts_with('m')).take(5) {
            world.admin.run(maps.delete(&map.name())).unwrap();
        }
        if round % 2 == 1 {
            world.compact();
        }
        front.restart().unwrap();
        if rotated.elapsed() > Duration::from_secs(10) || size.restarts < 5 {
            mount.write("token", &world.token("informer"));
            rotated = Instant::now();
        }
    }
    let list: List<Raw<ConfigMap>> = world.admin.run(maps.list().raw_items()).unwrap();
    let key = |map: &Raw<ConfigMap>| format!("{}/{}", world.namespace, map.name());
    let wanted: BTreeMap<String, String> =
        list.items.iter().map(|map| (key(map), map.resource_version().unwrap().into_owned())).collect();
    // The longest back-off is a minute.
    let deadline = Instant::now() + Duration::from_secs(90);
    for (number, (mirror, store)) in informers.iter().enumerate() {
        while mirror.lock().unwrap().versions != wanted {
            let differ = || {
                let mirror = mirror.lock().unwrap();
                let odd = mirror.versions.iter().filter(|(key, version)| wanted.get(*key) != Some(version));
                format!(
                    "{} of {} objects, odd: {:?}",
                    mirror.versions.len(),
                    wanted.len(),
                    odd.take(3).collect::<Vec<_>>()
                )
            };
            assert!(Instant::now() < deadline, "informer {number}: {}", differ());
            thread::sleep(Duration::from_millis(50));
        }
        let kept: BTreeMap<String, String> = store
            .read()
            .iter()
            .map(|(key, map)| (key.to_owned(), map.resource_version().unwrap().into_owned()))
            .collect();
        assert_eq!(kept, wanted, "informer {number}: the store");
    }
    let sum = |count: fn(&Mirror) -> usize| {
        informers.iter().map(|(mirror, _)| count(&mirror.lock().unwrap())).sum::<usize>()
    };
    let (errors, missed) = (sum(|mirror| mirror.errors), sum(|mirror| mirror.missed));
    println!(
        "{} objects, {errors} errors told, {missed} deletions that nobody saw, {:?}",
        wanted.len(),
        started.elapsed()
    );
    assert!(errors >= size.restarts, "the restarts are noticed");
    assert!(missed >= 5 * size.informers, "what went while nobody looked is told");
}

type Kept = SharedStore<Raw<ConfigMap>>;

fn inform(client: &Client, maps: &Api<ConfigMap>) -> (Arc<Mutex<Mirror>>, Kept) {
    let informer: Informer<List<Raw<ConfigMap>>> = client.informer(maps.list().raw_items()).unwrap();
    let (store, mirror) = (informer.store(), Arc::new(Mutex::new(Mirror::default())));
    let taken = Arc::clone(&mirror);
    // It ends with the test.
    thread::spawn(move || informer.for_each(|event| taken.lock().unwrap().take(event)));
    (mirror, store)
}

async fn inform_on_tokio(
    client: &kubewire_tokio::Client,
    maps: &Api<ConfigMap>,
) -> (Arc<Mutex<Mirror>>, Kept) {
    let mut informer = client.informer(maps.list().raw_items()).unwrap();
    let (store, mirror) = (informer.store(), Arc::new(Mutex::new(Mirror::default())));
    let taken = Arc::clone(&mirror);
    tokio::spawn(async move {
        while let Some(event) = informer.next().await {
            taken.lock().unwrap().take(event);
        }
    });
    (mirror, store)
}

/// So many changes: objects are made, changed, and one in three is deleted.
fn churn(admin: &Client, maps: &Api<ConfigMap>, round: usize, changes: usize) {
    for index in 0..changes / 3 {
        let name = format!("m{round}-{index}");
        admin.run(maps.create(&map(&name, "a"))).unwrap();
        let patch = json!({"data": {"round": round.to_string()}});
        let other = format!("m{round}-{}", index / 2);
        if index % 3 == 2 {
            admin.run(maps.delete(&name)).unwrap();
        } else if index / 2 % 3 != 2 {
            admin.run(maps.patch(&other, PatchType::Merge, &patch)).unwrap();
        }
    }
}
