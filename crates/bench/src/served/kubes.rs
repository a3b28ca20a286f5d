//! `kube`'s side: its watcher into its reflector, and its plain watch.

use std::pin::pin;

use anyhow::{Context, Result, bail};
use futures_util::TryStreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, WatchParams};
use kube::core::WatchEvent;
use kube::runtime::watcher::{self, Event, watcher};
use kube::runtime::{reflector, reflector::Store};
use kube::{Client, Config};

use super::phase::Start;
use crate::seen::Seen;

fn pods(url: &str) -> Result<Api<Pod>> {
    Ok(Api::all(Client::try_from(Config::new(url.parse()?))?))
}

pub async fn informer(url: &str, changes: u64, streaming: bool) -> Result<()> {
    let pods = pods(url)?;
    let config = watcher::Config::default();
    let config = if streaming { config.streaming_lists() } else { config };
    let start = Start::now();
    let (store, writer) = reflector::store();
    let mut events = pin!(reflector::reflector(writer, watcher(pods, config)));
    while !matches!(events.try_next().await?.context("the watcher ended")?, Event::InitDone) {}
    start.report(|| all(&store))?;

    let start = Start::now();
    let mut updates = 0;
    while updates < changes {
        let event = events.try_next().await?.context("the watcher ended")?;
        updates += u64::from(matches!(event, Event::Apply(_)));
    }
    start.report(|| all(&store))
}

fn all(store: &Store<Pod>) -> Seen {
    let mut seen = Seen::default();
    store.state().iter().for_each(|pod| seen.add_typed(&**pod));
    seen
}

pub async fn watch(url: &str, changes: u64) -> Result<()> {
    let pods = pods(url)?;
    let start = Start::now();
    let mut events = pin!(pods.watch(&WatchParams::default(), "0").await?);
    let mut seen = Seen::default();
    while seen.objects < changes {
        match events.try_next().await?.context("the watch ended")? {
            WatchEvent::Modified(pod) => seen.add_typed(&pod),
            _ => bail!("an event of another type"),
        }
    }
    start.report(|| seen)
}
