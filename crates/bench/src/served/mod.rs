//! Whole clients beside each other: each in a process of its own, over loopback, against one server of canned answers.

mod kubes;
mod ours;
mod phase;
mod rounds;
mod rows;
mod server;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::objects::{Objects, Order};
use crate::table::PAIRS;
use rounds::{Round, Side};
use rows::{CHANGE, HELD, PEAK, RESIDENT, Row, SECONDS};
use server::Server;

/// So many pods has an informer to take in, and so many changes after them.
const PODS: usize = 50_000;
/// So many rounds of informers: a start takes seconds.
const ROUNDS: usize = 3;
/// So many changes come to a watch, or to an informer after its start.
const CHANGES: usize = 20_000;

/// A Rust client's whole life: `SIDE URL CHANGES`. It prints what client-go's prints.
pub fn client(words: &[String]) -> Result<()> {
    let [side, url, changes] = words else { bail!("usage: kubewire-bench client SIDE URL CHANGES") };
    let changes = changes.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match side.as_str() {
        "kube-informer" => runtime.block_on(kubes::informer(url, changes, false)),
        "kube-streaming-informer" => runtime.block_on(kubes::informer(url, changes, true)),
        "kube-watch" => runtime.block_on(kubes::watch(url, changes)),
        "bytes-informer" => runtime.block_on(ours::informer_of_bytes(url, changes)),
        "typed-informer" => runtime.block_on(ours::informer_of_pods(url, changes)),
        "bytes-watch" => runtime.block_on(ours::watch_of_bytes(url, changes)),
        "typed-watch" => runtime.block_on(ours::watch_of_pods(url, changes)),
        _ => bail!("no such side: {side}"),
    }
}

/// The tables. Without client-go's program its figures are missing.
pub fn run(client_go: Option<&str>, watch: bool, informer: bool) -> Result<()> {
    let pods = if informer { PODS } else { CHANGES };
    let server = Server::start(Objects::pods(pods, Order::Go), CHANGES).context("no server on loopback")?;
    let client_go = client_go.map(Path::new);
    if client_go.is_none() {
        println!("\nclient-go is left out: it is built with Go, and there is no `go` on the PATH.");
    }
    if watch {
        watches(&server, client_go)?;
    }
    if informer {
        informers(&server, client_go)?;
    }
    Ok(())
}

fn watches(server: &Server, client_go: Option<&Path>) -> Result<()> {
    let sides = sides("watch", client_go, &["kube-watch", "bytes-watch", "typed-watch"]);
    let rounds = rounds::run(server, &sides, PAIRS)?;
    let title = format!("A plain watch of {CHANGES} pods over loopback, {PAIRS} rounds, medians; an event:");
    rows::table(
        &title,
        &rounds,
        &[
            Row {
                what: "as bytes with keys",
                figure: CHANGE,
                kube: "kube-watch",
                ours: "bytes-watch",
                goal: "",
            },
            Row { what: "typed", figure: CHANGE, kube: "kube-watch", ours: "typed-watch", goal: "" },
        ],
    );
    Ok(())
}

fn informers(server: &Server, client_go: Option<&Path>) -> Result<()> {
    let ours = ["bytes-informer", "typed-informer"];
    let kubes = ["kube-informer", "kube-streaming-informer"];
    let sides = sides("informer", client_go, &[kubes, ours].concat());
    let rounds: Vec<Round> = rounds::run(server, &sides, ROUNDS)?;
    let title = format!(
        "An informer over {PODS} pods over loopback, and {CHANGES} changes after its start, {ROUNDS} rounds, medians. \
         kube lists by pages, as it does by default; client-go and kubewire take a streaming list:"
    );
    let [bytes, typed] = ours;
    let [pages, streaming] = kubes;
    rows::table(
        &title,
        &rounds,
        &[
            Row { what: "start, kept as bytes", figure: SECONDS, kube: pages, ours: bytes, goal: "" },
            Row { what: "start, typed", figure: SECONDS, kube: pages, ours: typed, goal: "" },
            Row {
                what: "start, kept as bytes; kube by a streaming list",
                figure: SECONDS,
                kube: streaming,
                ours: bytes,
                goal: "",
            },
            Row { what: "peak of the heap, kept as bytes", figure: PEAK, kube: pages, ours: bytes, goal: "" },
            Row { what: "peak of the heap, typed", figure: PEAK, kube: pages, ours: typed, goal: "" },
            Row {
                what: "peak of the heap, kept as bytes; kube by a streaming list",
                figure: PEAK,
                kube: streaming,
                ours: bytes,
                goal: "",
            },
            Row {
                what: "peak resident, kept as bytes",
                figure: RESIDENT,
                kube: pages,
                ours: bytes,
                goal: "",
            },
            Row { what: "peak resident, typed", figure: RESIDENT, kube: pages, ours: typed, goal: "" },
            Row {
                what: "held after the start, a pod, as bytes",
                figure: HELD,
                kube: pages,
                ours: bytes,
                goal: "ours at most 4.3 KB",
            },
            Row { what: "a change, kept as bytes", figure: CHANGE, kube: pages, ours: bytes, goal: "" },
            Row { what: "a change, typed", figure: CHANGE, kube: pages, ours: typed, goal: "" },
        ],
    );
    Ok(())
}

fn sides<'a>(role: &'static str, client_go: Option<&'a Path>, rust: &[&'static str]) -> Vec<Side<'a>> {
    let rust = rust.iter().map(|name| Side::Rust(name));
    rust.chain(client_go.map(|program| Side::Go { program, role })).collect()
}
