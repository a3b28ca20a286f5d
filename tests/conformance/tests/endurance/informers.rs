//! Informers, each beside a mirror of what its events say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::ConfigMap;
use kubewire::machine::InformerEvent;
use kubewire::{Api, Error, List, Raw, SharedStore};
use kubewire_conformance::World;

/// Versions under their keys.
type Versions = BTreeMap<String, String>;
type Store = SharedStore<Raw<ConfigMap>>;

/// What one informer's events made, and whether it is in step.
#[derive(Default)]
pub(crate) struct Mirror {
    versions: Versions,
    pub(crate) errors: usize,
    pub(crate) missed: usize,
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

/// One informer, which goes on to the end of the test.
pub(crate) struct Watched {
    pub(crate) mirror: Arc<Mutex<Mirror>>,
    store: Store,
}

pub(crate) fn on_a_thread(client: &kubewire_ureq::Client, maps: &Api<ConfigMap>) -> Watched {
    let informer = client.informer(maps.list().raw_items()).unwrap();
    let (store, mirror) = (informer.store(), Arc::new(Mutex::new(Mirror::default())));
    let taken = Arc::clone(&mirror);
    thread::spawn(move || informer.for_each(|event| taken.lock().unwrap().take(event)));
    Watched { mirror, store }
}

/// In a runtime.
pub(crate) fn in_a_task(client: &kubewire_tokio::Client, maps: &Api<ConfigMap>) -> Watched {
    let mut informer = client.informer(maps.list().raw_items()).unwrap();
    let (store, mirror) = (informer.store(), Arc::new(Mutex::new(Mirror::default())));
    let taken = Arc::clone(&mirror);
    tokio::spawn(async move {
        while let Some(event) = informer.next().await {
            taken.lock().unwrap().take(event);
        }
    });
    Watched { mirror, store }
}

/// What the server has.
pub(crate) fn listed(world: &World, maps: &Api<ConfigMap>) -> Versions {
    let list: List<Raw<ConfigMap>> = world.admin.run(maps.list().raw_items()).unwrap();
    let key = |map: &Raw<ConfigMap>| format!("{}/{}", world.namespace, map.name());
    list.items.iter().map(|map| (key(map), map.resource_version().unwrap().into_owned())).collect()
}

impl Watched {
    /// Waits until the events have told all of that, and the store has it.
    pub(crate) fn comes_to(&self, wanted: &Versions) {
        // The longest back-off is a minute.
        let deadline = Instant::now() + Duration::from_secs(90);
        while self.mirror.lock().unwrap().versions != *wanted {
            assert!(Instant::now() < deadline, "{}", self.difference(wanted));
            thread::sleep(Duration::from_millis(50));
        }
        let version = |map: &Raw<ConfigMap>| map.resource_version().unwrap().into_owned();
        let kept: Versions =
            self.store.read().iter().map(|(key, map)| (key.to_owned(), version(map))).collect();
        assert_eq!(kept, *wanted, "the store");
    }

    fn difference(&self, wanted: &Versions) -> String {
        let versions = &self.mirror.lock().unwrap().versions;
        let odd: Vec<_> =
            versions.iter().filter(|(key, version)| wanted.get(*key) != Some(version)).take(3).collect();
        format!("{} of {} objects, odd: {odd:?}", versions.len(), wanted.len())
    }
}
