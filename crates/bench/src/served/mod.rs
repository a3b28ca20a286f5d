//! Whole clients beside each other: each in a process of its own, over loopback, against one server of canned answers.

mod forms;
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
use forms::Protobuf;
use rounds::Side;
use rows::{CHANGE, CPU, HELD, PEAK, RESIDENT, Row, SECONDS};
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
    let client_go = client_go.map(Path::new);
    if client_go.is_none() {
        println!("\nclient-go is left out: it is built with Go, and there is no `go` on the PATH.");
    }
    let pods = Objects::pods(if informer { PODS } else { CHANGES }, Order::Go);
    let protobuf = client_go.map(|program| Protobuf::encode(&pods, program)).transpose()?;
    let server = Server::start(pods, protobuf, CHANGES).context("no server on loopback")?;
    if watch {
        watches(&server, client_go)?;
    }
    if informer {
        informers(&server, client_go)?;
    }
    Ok(())
}

fn watches(server: &Server, program: Option<&Path>) -> Result<()> {
    let (kube, bytes, typed) = ("kube-watch", "bytes-watch", "typed-watch");
    let (json, protobuf) = ("json-watch", "watch");
    let rounds = rounds::run(server, &sides(&[kube, bytes, typed], program, &[json, protobuf]), PAIRS)?;
    let title = format!("A plain watch of {CHANGES} pods over loopback, {PAIRS} rounds, medians; an event:");
    let row = |what, client_go, ours| Row { what, figure: CHANGE, kube, client_go, ours, goal: "" };
    rows::table(
        &title,
        &rounds,
        &[
            row("as bytes with keys; client-go by protobuf", protobuf, bytes),
            row("as bytes with keys; client-go by JSON", json, bytes),
            row("typed; client-go by protobuf", protobuf, typed),
            row("typed; client-go by JSON", json, typed),
        ],
    );
    Ok(())
}

fn informers(server: &Server, program: Option<&Path>) -> Result<()> {
    let (kube, streaming) = ("kube-informer", "kube-streaming-informer");
    let (json, client_go) = ("json-informer", "informer");
    let (bytes, typed) = ("bytes-informer", "typed-informer");
    let sides = sides(&[kube, streaming, bytes, typed], program, &[json, client_go]);
    let rounds = rounds::run(server, &sides, ROUNDS)?;
    let title = format!(
        "An informer over {PODS} pods over loopback, and {CHANGES} changes after its start, {ROUNDS} rounds, medians. \
         Each as it does by itself: kube lists by pages of JSON, client-go takes a streaming list of protobuf, kubewire one of JSON:"
    );
    let row = |what, figure, ours| Row { what, figure, kube, client_go, ours, goal: "" };
    let stream = |what, figure, ours| Row { kube: streaming, client_go: json, ..row(what, figure, ours) };
    rows::table(
        &title,
        &rounds,
        &[
            row("start, kept as bytes", SECONDS, bytes),
            row("start, typed", SECONDS, typed),
            row("processor time of the start, kept as bytes", CPU, bytes),
            row("processor time of the start, typed", CPU, typed),
            row("peak of the heap, kept as bytes", PEAK, bytes),
            row("peak of the heap, typed", PEAK, typed),
            row("peak resident, kept as bytes", RESIDENT, bytes),
            row("peak resident, typed", RESIDENT, typed),
            Row { goal: "ours at most 4.3 KB", ..row("held after the start, a pod, as bytes", HELD, bytes) },
            row("held after the start, a pod, typed", HELD, typed),
            row("a change, kept as bytes", CHANGE, bytes),
            row("a change, typed", CHANGE, typed),
        ],
    );
    rows::table(
        "The same where all three take a streaming list of JSON:",
        &rounds,
        &[
            stream("start, kept as bytes", SECONDS, bytes),
            stream("start, typed", SECONDS, typed),
            stream("processor time of the start, kept as bytes", CPU, bytes),
            stream("peak of the heap, kept as bytes", PEAK, bytes),
            stream("peak resident, kept as bytes", RESIDENT, bytes),
            stream("a change, kept as bytes", CHANGE, bytes),
            stream("a change, typed", CHANGE, typed),
        ],
    );
    Ok(())
}

/// The Rust sides, and client-go's where it was built.
fn sides<'a>(rust: &[&'static str], program: Option<&'a Path>, client_go: &[&'static str]) -> Vec<Side<'a>> {
    let go =
        program.into_iter().flat_map(|program| client_go.iter().map(move |role| Side::Go { program, role }));
    rust.iter().map(|name| Side::Rust(name)).chain(go).collect()
}
