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

/// A row of what is held, and the microseconds that it takes to decode one object of bytes, and of compressed bytes.
fn row<K>(what: &str, goal: &str, objects: &Objects) -> [String; 4]
where
    K: kube::Resource<DynamicType = ()> + Clone + DeserializeOwned + Kind + Item + Send + Sync + 'static,
{
    let pieces = objects.stream();
    let count = objects.items.len();
    let (kube, (reader, _writer)) = peak::held(|| reflector::<K>(&pieces));
    let (typed, (typed_store, _informer)) = peak::held(|| informer(Api::<K>::all().list(), &pieces));
    let (raw, (raw_store, _informer)) = peak::held(|| informer(Api::<K>::all().list().raw_items(), &pieces));

    let (packed, (packed_store, _informer)) =
        peak::held(|| informer(Api::<K>::all().list().packed_items(), &pieces));

    let mut seen = [Seen::default(); 4];
    reader.state().iter().for_each(|object| seen[0].add_typed(&**object));
    typed_store.state().iter().for_each(|object| seen[1].add_typed(&**object));
    raw_store.read().iter().for_each(|(_, object)| {
        let (namespace, version) = (object.namespace(), object.resource_version());
        seen[2].add(namespace.as_deref(), &object.name(), &version.unwrap_or_default());
    });
    packed_store.state().iter().for_each(|object| seen[3].add_typed(&object.get().expect("an object")));
    assert!(seen.iter().all(|one| *one == seen[0]), "all hold the same");
    assert_eq!(seen[0].objects as usize, count);

    let each = |held: usize| held / count;
    table::row(&[
        format!("{what}, {} bytes", objects.size()),
        each(kube).to_string(),
        each(typed).to_string(),
        each(raw).to_string(),
        each(packed).to_string(),
        format!("{:.1}", kube as f64 / raw as f64),
        format!("{:.1}", kube as f64 / packed as f64),
        goal.to_owned(),
    ]);

    let (raws, packeds) = (raw_store.state(), packed_store.state());
    let all = || raws.iter().map(|raw| raw.get().expect("an object")).collect::<Vec<K>>();
    let all_packed = || packeds.iter().map(|packed| packed.get().expect("an object")).collect::<Vec<K>>();
    let pairs: Vec<_> = (0..table::PAIRS).map(|_| (table::seconds(all), table::seconds(all_packed))).collect();
    let micros = |side: fn(&(f64, f64)) -> f64| table::median(pairs.iter().map(side)) * 1e6 / count as f64;
    let more = table::median(pairs.iter().map(|(raw, packed)| packed - raw)) * 1e6 / count as f64;
    [what.into(), format!("{:.1} µs", micros(|pair| pair.0)), format!("{:.1} µs", micros(|pair| pair.1)), format!("{more:.1} µs")]
}

pub fn run() {
    table::head(
        "Bytes that a cache holds of each object, its own parts included:",
        &["objects", "kube's reflector", "kubewire, typed", "bytes", "compressed", "ratio of bytes", "of compressed", "goal"],
    );
    const COUNT: usize = 5_000;
    let read = [
        row::<Pod>("pods", "at most 4300, and 1000", &Objects::pods(COUNT, Order::Go)),
        row::<Deployment>("Deployments", "", &Objects::deployments(COUNT)),
        row::<ConfigMap>("ConfigMaps", "", &Objects::config_maps(COUNT)),
        row::<Certificate>("custom resources", "", &Objects::certificates(COUNT)),
        row::<Lease>("Leases", "", &Objects::leases(COUNT)),
    ];
    table::head(
        "Decoding an object out of such a cache (goal: compressed at most 5 µs more):",
        &["objects", "of bytes", "of compressed bytes", "more"],
    );
    read.iter().for_each(|cells| table::row(cells));
}
