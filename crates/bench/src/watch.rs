//! A watch's bytes in memory, as they come in: every event, its type and its object's key.

use bytes::Bytes;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Pod;
use kube::core::WatchEvent;
use kubewire::machine::{Input, Machine, Output, WatcherEvent};
use kubewire::{Api, Head, Kind, List, Listing, Now, Op, RawObject, reading};
use serde::de::DeserializeOwned;

use crate::objects::{Certificate, Objects, Order};
use crate::seen::Seen;
use crate::table::{self, IN_MEMORY};

/// What kube does with it: lines, and each into its typed event.
pub fn kubes<K: DeserializeOwned>(pieces: &[Bytes], mut see: impl FnMut(K)) {
    let mut carry: Vec<u8> = Vec::new();
    for piece in pieces {
        carry.extend_from_slice(piece);
        let mut from = 0;
        while let Some(end) = memchr::memchr(b'\n', &carry[from..]) {
            match serde_json::from_slice(&carry[from..from + end]).expect("an event") {
                WatchEvent::Added(object) => see(object),
                WatchEvent::Bookmark(_) => {}
                _ => panic!("an event of another type"),
            }
            from += end + 1;
        }
        carry.drain(..from);
    }
}

/// Drives one of our machines through it.
pub fn drive<M: Machine>(machine: &mut M, pieces: &[Bytes], mut see: impl FnMut(M::Event)) {
    let now = Now { mono: 1, wall: 1 };
    let mut drain = |machine: &mut M| {
        let mut id = None;
        while let Some(output) = machine.poll() {
            match output {
                Output::Start(exchange) => id = Some(exchange.id),
                Output::Event(event) => see(event),
                _ => panic!("it gives up"),
            }
        }
        id
    };
    let id = drain(machine).expect("it asks");
    machine.handle(now, Input::Opened(id, Head::new(200)));
    for piece in pieces {
        machine.handle(now, Input::Data(id, piece.clone()));
        drain(machine);
    }
}

/// What our watcher does with it: its objects as bytes, with their keys.
fn ours<L: Listing>(list: Op<L>, pieces: &[Bytes], mut see: impl FnMut(&RawObject)) {
    let mut watcher = reading::watcher(list, 1).expect("a watcher");
    drive(&mut watcher, pieces, |event| {
        if let WatcherEvent::InitApply(object) = event.expect("an event") {
            see(&object);
        }
    });
}

fn row<K, L: Listing>(what: &str, goal: &str, objects: &Objects, list: fn(Op<List<K>>) -> Op<L>)
where
    K: DeserializeOwned + kube::Resource + Kind + kubewire::Item + Send + Sync + 'static,
{
    let pieces = objects.stream();
    let list = list(Api::<K>::all().list());
    let light = if list.clone().call().expect("a call").draft().accept().contains("protobuf") {
        objects.metadata_stream()
    } else {
        pieces.clone()
    };
    let (mut theirs, mut seen) = (Seen::default(), Seen::default());
    kubes::<K>(&pieces, |object| theirs.add_typed(&object));
    ours(list.clone(), &light, |object| seen.add_raw(object));
    assert_eq!(theirs, seen, "both see the same objects");
    assert_eq!(seen.objects as usize, objects.items.len());
    let kube = || {
        let mut lengths = 0;
        kubes::<K>(&pieces, |object| {
            assert!(object.meta().resource_version.is_some());
            lengths += object.meta().name.as_ref().map_or(0, String::len);
        });
        lengths
    };
    let ours = || {
        let mut lengths = 0;
        ours(list.clone(), &light, |object| {
            assert!(object.resource_version().is_some());
            lengths += object.name().len();
        });
        lengths
    };
    table::pairs(&format!("{what}, {} bytes", objects.size()), goal, objects.items.len(), kube, ours);
}

pub fn run() {
    table::head(
        "Events of a watch in memory, each with its type and its object's key; an event:",
        &IN_MEMORY,
    );
    let pods = Objects::pods(10_000, Order::Go);
    row::<Pod, _>("pods", "80", &pods, Op::raw_items);
    row::<Pod, _>("pods' metadata, in protobuf", "400", &pods, Op::raw_metadata_items);
    let pods = Objects::pods(10_000, Order::Alphabetical);
    row::<Pod, _>("pods in a custom resource's order", "25", &pods, Op::raw_items);
    row::<Certificate, _>("custom resources", "25", &Objects::certificates(10_000), Op::raw_items);
    row::<Lease, _>("Leases", "15", &Objects::leases(50_000), Op::raw_items);
}
