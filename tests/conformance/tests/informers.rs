//! Watchers and informers: what they tell. What they live through is in `endurance`.

use std::sync::Arc;

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::machine::{InformerEvent, WatcherEvent};
use kubewire::{Api, Error, PatchType, SharedStore, Store};
use kubewire_conformance::World;
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
