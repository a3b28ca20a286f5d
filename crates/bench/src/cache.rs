//! What a cache holds of each object once a list is taken in: its own parts, keys and slack included, as the allocator counts it.

use bytes::Bytes;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::runtime::reflector::{Store, store};
use kube::runtime::watcher::Event;
use kubewire::{Api, IntoCall, Item, Kind, Listing, SharedStore, reading};
use serde::de::DeserializeOwned;

use crate::objects::{Certificate, Objects, Order};
use crate::peak;
use crate::seen::Seen;
use crate::table;
use crate::watch::{drive, kubes};

/// kube's reflector, with what fills it.
fn reflector<K>(pieces: &[Bytes]) -> (Store<K>, impl Sized + use<K>)
where
    K: kube::Resource<DynamicType = ()> + Clone + DeserializeOwned + 'static,
{
    let (reader, mut writer) = store();
    writer.apply_watcher_event(&Event::Init);
    kubes(pieces, |object| writer.apply_watcher_event(&Event::InitApply(object)));
    writer.apply_watcher_event(&Event::InitDone);
    (reader, writer)
}

/// Our informer's, with the informer.
fn informer<L: Listing, C: IntoCall<Answer = L>>(
    list: C,
    pieces: &[Bytes],
) -> (SharedStore<L::Kept>, impl Sized + use<L, C>) {
    let store = SharedStore::default();
    let mut informer = reading::informer(store.clone(), [list], 1).expect("an informer");
    drive(&mut informer, pieces, |event| drop(event.expect("a change")));
    (store, informer)
}

fn row<K>(what: &str, goal: &str, objects: &Objects)
where
    K: kube::Resource<DynamicType = ()> + Clone + DeserializeOwned + Kind + Item + Send + Sync + 'static,
{
    let pieces = objects.stream();
    let count = objects.items.len();
    let (kube, (reader, _writer)) = peak::held(|| reflector::<K>(&pieces));
    let (typed, (typed_store, _informer)) = peak::held(|| informer(Api::<K>::all().list(), &pieces));
    let (raw, (raw_store, _informer)) = peak::held(|| informer(Api::<K>::all().list().raw_items(), &pieces));

    let mut seen = [Seen::default(); 3];
    reader.state().iter().for_each(|object| seen[0].add_typed(&**object));
    typed_store.state().iter().for_each(|object| seen[1].add_typed(&**object));
    raw_store.read().iter().for_each(|(_, object)| {
        let (namespace, version) = (object.namespace(), object.resource_version());
        seen[2].add(namespace.as_deref(), &object.name(), &version.unwrap_or_default());
    });
    assert!(seen.iter().all(|one| *one == seen[0]), "all hold the same");
    assert_eq!(seen[0].objects as usize, count);

    let each = |held: usize| held / count;
    table::row(&[
        format!("{what}, {} bytes", objects.size()),
        each(kube).to_string(),
        each(typed).to_string(),
        each(raw).to_string(),
        format!("{:.1}", kube as f64 / raw as f64),
        goal.to_owned(),
    ]);
}

pub fn run() {
    table::head(
        "Bytes that a cache holds of each object, its own parts included:",
        &["objects", "kube's reflector", "kubewire, typed", "kubewire, bytes", "ratio", "goal"],
    );
    const COUNT: usize = 5_000;
    row::<Pod>("pods", "at most 4300", &Objects::pods(COUNT, Order::Go));
    row::<Deployment>("Deployments", "", &Objects::deployments(COUNT));
    row::<ConfigMap>("ConfigMaps", "", &Objects::config_maps(COUNT));
    row::<Certificate>("custom resources", "", &Objects::certificates(COUNT));
    row::<Lease>("Leases", "", &Objects::leases(COUNT));
}
