//! Kubewire beside `kube`, in one run: see `cargo xtask bench`.
//!
//! Both decode the same body in memory. `kube`'s side is what its client does with a list's bytes: `serde_json` into `ObjectList<Pod>`.
//! Ratios are of pairs, one after the other, since a shared machine's absolute times swing.

mod peak;
mod pods;
mod watch;

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use k8s_openapi::api::core::v1::Pod;
use kube::core::ObjectList;
use kubewire::{Api, Call, List, Raw};
use pods::Order;

#[global_allocator]
static COUNTING: peak::Counting = peak::Counting;

const PODS: usize = 10_000;
const PAIRS: usize = 5;

fn kubes(body: &Bytes) -> ObjectList<Pod> {
    serde_json::from_slice(body).expect("kube reads the list")
}

fn raw(call: &Call<List<Raw<Pod>>>, body: &Bytes) -> List<Raw<Pod>> {
    call.decode(http::Response::new(body.clone())).expect("kubewire reads the list")
}

/// Looks at every key, as a cache would.
fn keys(list: &List<Raw<Pod>>) -> usize {
    list.items
        .iter()
        .map(|pod| {
            pod.name().len()
                + pod.namespace().map_or(0, |namespace| namespace.len())
                + pod.uid().map_or(0, |uid| uid.len())
                + pod.resource_version().map_or(0, |version| version.len())
        })
        .sum()
}

fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let value = black_box(work());
    let took = start.elapsed().as_secs_f64();
    drop(value);
    took
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// One line of the table: `kube` and `ours`, five times one after the other.
fn row<A, B>(what: &str, goal: &str, kube: impl Fn() -> A, ours: impl Fn() -> B) {
    let pairs: Vec<(f64, f64)> = (0..PAIRS).map(|_| (seconds(&kube), seconds(&ours))).collect();
    let micros = |seconds: f64| seconds * 1e6 / PODS as f64;
    let ratio = median(pairs.iter().map(|(kube, ours)| kube / ours).collect());
    let kube = micros(median(pairs.iter().map(|pair| pair.0).collect()));
    let ours = micros(median(pairs.iter().map(|pair| pair.1).collect()));
    println!("| {what} | {kube:.1} µs | {ours:.2} µs | {ratio:.1} | {goal} |");
}

/// Both must see the same pods.
fn agree(call: &Call<List<Raw<Pod>>>, body: &Bytes) {
    let theirs = kubes(body);
    let ours = raw(call, body);
    assert_eq!(ours.items.len(), theirs.items.len());
    for (index, (ours, theirs)) in ours.items.iter().zip(&theirs.items).enumerate() {
        let metadata = &theirs.metadata;
        assert_eq!(Some(&*ours.name()), metadata.name.as_deref());
        assert_eq!(ours.namespace().as_deref(), metadata.namespace.as_deref());
        assert_eq!(ours.uid().as_deref(), metadata.uid.as_deref());
        assert_eq!(ours.resource_version().as_deref(), metadata.resource_version.as_deref());
        if index % 100 == 0 {
            assert_eq!(&ours.get_with_managed_fields().expect("a Pod"), theirs);
            let mut light = theirs.clone();
            light.metadata.managed_fields = None;
            assert_eq!(ours.get().expect("a Pod"), light);
        }
    }
}

fn main() {
    let body = Bytes::from(pods::list(PODS, Order::Go));
    let odd = Bytes::from(pods::list(PODS, Order::Odd));
    let call = Api::<Pod>::all().list().raw_items().call().expect("a call");
    agree(&call, &body);
    agree(&call, &odd);

    println!("{PODS} pods of {} bytes, {PAIRS} pairs, medians; a pod:\n", body.len() / PODS);
    println!("| work | kube | kubewire | ratio | goal |\n|---|---|---|---|---|");
    row("keys of a list", "22", || kubes(&body), || keys(&raw(&call, &body)));
    row("keys, odd order of members", "4", || kubes(&odd), || keys(&raw(&call, &odd)));
    let light = Bytes::from(pods::metadata(&body));
    let metadata = Api::<Pod>::all().list().raw_metadata_items().call().expect("a call");
    let read = || metadata.decode(http::Response::new(light.clone())).expect("kubewire reads the metadata");
    for (ours, theirs) in read().items.iter().zip(&raw(&call, &body).items) {
        let (ours, theirs) = (
            [Some(ours.name()), ours.namespace(), ours.uid()],
            [Some(theirs.name()), theirs.namespace(), theirs.uid()],
        );
        assert_eq!(ours, theirs);
    }
    let lengths = || -> usize {
        read()
            .items
            .iter()
            .map(|pod| pod.name().len() + pod.namespace().map_or(0, |namespace| namespace.len()))
            .sum()
    };
    row("keys, metadata as protobuf", "400", || kubes(&body), lengths);
    for (what, goal, list) in
        [("events and keys of a watch", "80", &body), ("the same, odd order of members", "25", &odd)]
    {
        let pieces = watch::stream(list);
        assert_eq!(watch::ours(&pieces), watch::kubes(&pieces));
        row(what, goal, || watch::kubes(&pieces), || watch::ours(&pieces));
    }
    let cache = || -> Vec<Raw<Pod>> {
        raw(&call, &body).items.iter().map(Raw::detach_without_managed_fields).collect()
    };
    row("a list into a cut cache", "14", || kubes(&body), cache);
    println!("\nbytes of a cut pod: {}\n", cache().iter().map(|pod| pod.bytes().len()).sum::<usize>() / PODS);
    let typed = |pod: &Raw<Pod>| pod.get().expect("a Pod");
    row(
        "typed `Pod`s without managedFields",
        "2.5",
        || kubes(&body),
        || raw(&call, &body).items.iter().map(typed).collect::<Vec<_>>(),
    );
    let whole = |pod: &Raw<Pod>| pod.get_with_managed_fields().expect("a Pod");
    row(
        "typed `Pod`s with managedFields",
        "1.3",
        || kubes(&body),
        || raw(&call, &body).items.iter().map(whole).collect::<Vec<_>>(),
    );

    // The body counts too: it is copied within, as if it had just come in.
    let share = |peak: usize| peak as f64 / body.len() as f64;
    let ours = share(peak::of(|| raw(&call, &Bytes::copy_from_slice(&body))));
    let theirs = share(peak::of(|| (Bytes::copy_from_slice(&body), kubes(&body))));
    println!("| peak memory, in bodies | {theirs:.2} | {ours:.2} | {:.1} | at most 1.3 |", theirs / ours);
}
