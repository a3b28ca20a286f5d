//! What informers can keep of objects: metadata as protobuf, and compressed bytes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::machine::InformerEvent;
use kubewire::{Api, Catalog, Listing, Object, Packed, PatchType, RawMetadata};
use kubewire_conformance::World;
use kubewire_ureq::Informer;
use serde_json::json;

fn create(world: &World, name: &str) {
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let labels = json!({"all": "yes"});
    let object = json!({"metadata": {"name": name, "labels": labels, "annotations": {"note": "é\n"}},
        "data": {"text": "the same words in each of them ".repeat(20), "name": name}});
    world.admin.run(maps.create(&object)).unwrap();
}

/// Creates one, changes one and deletes one under a running informer: the kinds of changes that it tells.
fn changes<L: Listing>(world: &World, informer: &mut Informer<L>) -> Vec<&'static str> {
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    for event in informer.by_ref() {
        if matches!(event.unwrap(), InformerEvent::Synced) {
            break;
        }
    }
    create(world, "new");
    let label = json!({"metadata": {"labels": {"changed": "yes"}}});
    world.admin.run(maps.patch("m0", PatchType::Merge, &label)).unwrap();
    world.admin.run(maps.delete("m1")).unwrap();
    let told = informer.take(3).map(|event| match event.unwrap() {
        InformerEvent::Added { .. } => "added",
        InformerEvent::Updated { .. } => "updated",
        InformerEvent::Deleted { missed: false, .. } => "deleted",
        _ => "other",
    });
    told.collect()
}

fn objects(world: &World) -> BTreeMap<String, Object> {
    let maps = Api::<Object>::dynamic(kubewire::Builtin.find(None, "cm").unwrap()).within(&world.namespace);
    let list = world.admin.run(maps.list().labels("all=yes")).unwrap();
    list.items.into_iter().map(|object| (object.name().to_owned(), object)).collect()
}

#[test]
fn metadata_is_watched_as_protobuf() {
    let world = World::new("metadata");
    (0..5).for_each(|index| create(&world, &format!("m{index}")));
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let mut informer = world.admin.informer(maps.list().labels("all=yes").raw_metadata_items()).unwrap();
    assert_eq!(changes(&world, &mut informer), ["added", "updated", "deleted"]);
    let store = informer.store();
    let kept = store.state();
    let read = |metadata: &RawMetadata| {
        assert_ne!(metadata.bytes().first(), Some(&b'{'), "it is no JSON");
        (metadata.name().into_owned(), metadata.get().unwrap())
    };
    let kept: BTreeMap<_, _> = kept.iter().map(read).collect();
    let wanted: BTreeMap<_, _> =
        objects(&world).into_iter().map(|(name, object)| (name, object.metadata)).collect();
    assert_eq!(kept, wanted);
    assert_eq!(kept.len(), 5);
}

#[test]
fn a_store_can_be_compressed() {
    let world = World::new("packed");
    (0..200).for_each(|index| create(&world, &format!("m{index}")));
    let maps = Api::<ConfigMap>::namespaced(&world.namespace);
    let mut informer = world.admin.informer(maps.list().labels("all=yes").packed_items()).unwrap();
    assert_eq!(changes(&world, &mut informer), ["added", "updated", "deleted"]);
    let store = informer.store();
    let kept = store.state();
    let maps: Vec<ConfigMap> = kept.iter().map(|packed| packed.get().unwrap()).collect();
    let wanted =
        world.admin.run(Api::<ConfigMap>::namespaced(&world.namespace).list().labels("all=yes")).unwrap();
    assert_eq!(maps, wanted.items);
    let whole: usize = maps.iter().map(|map| serde_json::to_vec(map).unwrap().len()).sum();
    let packed: usize = kept.iter().map(|packed: &Packed<_>| packed.size()).sum();
    assert!(packed * 3 < whole, "{packed} bytes of {whole}");
}
