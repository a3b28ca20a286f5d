//! The stages, in the order in which they run: the quick ones first.

use super::{clients, conformance, node, rust};
use crate::house;
use anyhow::Result;

/// One stage of the test command.
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) run: fn() -> Result<Outcome>,
}

/// What became of a stage that did not fail.
pub(super) enum Outcome {
    Done,
    /// Some of it, or all, and why: a failure where `CI=true`.
    LeftOut(String),
}

pub(super) const STAGES: &[Stage] = &[
    stage("house", "file lengths, the top level, crate counts, host lines", || done(house::check())),
    stage("format", "rustfmt", || done(rust::format())),
    stage("clippy", "all lints, warnings denied", || done(rust::clippy())),
    stage("docs", "rustdoc, warnings denied", || done(rust::docs())),
    stage("test", "unit, doc and property tests", || done(rust::test())),
    stage("msrv", "the oldest Rust that we promise", || done(rust::msrv())),
    stage("deny", "the dependencies' bans, licences and sources", || done(rust::deny())),
    stage("package", "what goes to crates.io builds by itself, and the example beside it", || {
        done(rust::package())
    }),
    stage("wasm", "the WebAssembly files: imports, names, size", node::wasm),
    stage("js", "the npm package: types, tests, tarball", node::js),
    stage("clients", "kube and the official Python client at the sandbox's listener", clients::run),
    stage("conformance", "both hosts against the real API server", conformance::run),
];

const fn stage(name: &'static str, what: &'static str, run: fn() -> Result<Outcome>) -> Stage {
    Stage { name, what, run }
}

fn done(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::Done)
}
