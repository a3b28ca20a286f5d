//! A list's answer in memory. `kube`'s side is what its client does with the bytes: `serde_json` into `ObjectList<Pod>`.

use bytes::Bytes;
use k8s_openapi::api::core::v1::Pod;
use kube::core::ObjectList;
use kubewire::{Api, Call, List, Raw};

use crate::objects::{Objects, Order, protobuf};
use crate::peak;
use crate::table::{self, IN_MEMORY, PAIRS};

const PODS: usize = 10_000;

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

pub fn run() {
    let body = Objects::pods(PODS, Order::Go).whole_list();
    let odd = Objects::pods(PODS, Order::Odd).whole_list();
    let call = Api::<Pod>::all().list().raw_items().call().expect("a call");
    agree(&call, &body);
    agree(&call, &odd);

    let title = format!(
        "A list of {PODS} pods of {} bytes in memory, {PAIRS} pairs, medians; a pod:",
        body.len() / PODS
    );
    table::head(&title, &IN_MEMORY);
    table::pairs("keys", "22", PODS, || kubes(&body), || keys(&raw(&call, &body)));
    table::pairs("keys, odd order of members", "4", PODS, || kubes(&odd), || keys(&raw(&call, &odd)));
    metadata(&call, &body);
    let cache = || -> Vec<Raw<Pod>> {
        raw(&call, &body).items.iter().map(Raw::detach_without_managed_fields).collect()
    };
    table::pairs("into a cut cache", "14", PODS, || kubes(&body), cache);
    let typed = |pod: &Raw<Pod>| pod.get().expect("a Pod");
    let whole = |pod: &Raw<Pod>| pod.get_with_managed_fields().expect("a Pod");
    let all = |read: fn(&Raw<Pod>) -> Pod| raw(&call, &body).items.iter().map(read).collect::<Vec<_>>();
    table::pairs("typed `Pod`s without managedFields", "2.5", PODS, || kubes(&body), || all(typed));
    table::pairs("typed `Pod`s with managedFields", "1.3", PODS, || kubes(&body), || all(whole));

    // The body counts too: it is copied within, as if it had just come in.
    let share = |peak: usize| peak as f64 / body.len() as f64;
    let ours = share(peak::of(|| raw(&call, &Bytes::copy_from_slice(&body))));
    let theirs = share(peak::of(|| (Bytes::copy_from_slice(&body), kubes(&body))));
    let [ours, theirs, ratio] = [ours, theirs, theirs / ours].map(|figure| format!("{figure:.2}"));
    table::row(&["peak memory, in bodies".into(), theirs, ours, ratio, "ours at most 1.3".into()]);
}

/// Against the whole objects in JSON, which is how `kube` asks for what it lists.
fn metadata(call: &Call<List<Raw<Pod>>>, body: &Bytes) {
    let light = Bytes::from(protobuf::metadata(body));
    let metadata = Api::<Pod>::all().list().raw_metadata_items().call().expect("a call");
    let read = || metadata.decode(http::Response::new(light.clone())).expect("kubewire reads the metadata");
    for (ours, theirs) in read().items.iter().zip(&raw(call, body).items) {
        assert_eq!(ours.name(), theirs.name());
        assert_eq!([ours.namespace(), ours.uid()], [theirs.namespace(), theirs.uid()]);
    }
    let lengths = || -> usize {
        let items = read().items;
        items
            .iter()
            .map(|pod| pod.name().len() + pod.namespace().map_or(0, |namespace| namespace.len()))
            .sum()
    };
    table::pairs("keys, of the metadata as protobuf", "400", PODS, || kubes(body), lengths);
}
