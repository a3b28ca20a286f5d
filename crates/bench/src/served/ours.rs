//! Kubewire's side: `kubewire-tokio`, as its users use it.

use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::core::v1::Pod;
use kubewire::machine::InformerEvent;
use kubewire::{Api, Config, EventType, IntoCall, Listing, WatchEvent};
use kubewire_tokio::Client;

use super::phase::Start;
use crate::seen::Seen;

fn client(url: &str) -> Result<Client> {
    Ok(Client::new(Config::server(url)?)?)
}

pub async fn informer_of_bytes(url: &str, changes: u64) -> Result<()> {
    informer(url, changes, Api::<Pod>::all().list().raw_items(), |seen, pod| {
        let (namespace, version) = (pod.namespace(), pod.resource_version());
        seen.add(namespace.as_deref(), &pod.name(), &version.unwrap_or_default());
    })
    .await
}

pub async fn informer_of_pods(url: &str, changes: u64) -> Result<()> {
    informer(url, changes, Api::<Pod>::all().list(), |seen, pod| seen.add_typed(&**pod)).await
}

async fn informer<L: Listing>(
    url: &str,
    changes: u64,
    list: impl IntoCall<Answer = L>,
    add: impl Fn(&mut Seen, &L::Kept),
) -> Result<()> {
    let client = client(url)?;
    let start = Start::now();
    let mut informer = client.informer(list)?;
    let store = informer.store();
    let all = || {
        let mut seen = Seen::default();
        store.read().iter().for_each(|(_, object)| add(&mut seen, object));
        seen
    };
    while !matches!(informer.next().await.context("the informer ended")??, InformerEvent::Synced) {}
    start.report(all)?;

    let start = Start::now();
    let mut updates = 0;
    while updates < changes {
        let event = informer.next().await.context("the informer ended")??;
        updates += u64::from(matches!(event, InformerEvent::Updated { .. }));
    }
    start.report(all)
}

pub async fn watch_of_bytes(url: &str, changes: u64) -> Result<()> {
    let client = client(url)?;
    let start = Start::now();
    let mut events = client.watch(Api::<Pod>::all().watch())?;
    let mut seen = Seen::default();
    while seen.objects < changes {
        let event = events.next_raw().await.context("the watch ended")??;
        ensure!(event.event_type() == EventType::Modified, "an event of another type");
        seen.add_raw(event.raw());
    }
    start.report(|| seen)
}

pub async fn watch_of_pods(url: &str, changes: u64) -> Result<()> {
    let client = client(url)?;
    let start = Start::now();
    let mut events = client.watch(Api::<Pod>::all().watch())?;
    let mut seen = Seen::default();
    while seen.objects < changes {
        match events.next().await.context("the watch ended")?? {
            WatchEvent::Modified(pod) => seen.add_typed(&pod),
            _ => bail!("an event of another type"),
        }
    }
    start.report(|| seen)
}
