//! `cargo xtask bench`: beside `kube` and client-go, in one run. A workspace and a module of their own, so that nothing else builds those.

use std::path::PathBuf;

use crate::{
    root::{root, target},
    run::{at, cargo, run},
};
use anyhow::Result;
use kubewire_apiserver::on_path;
use lexopt::{Arg, Parser};

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let mut parts = Vec::new();
    while let Some(word) = words.next()? {
        match word {
            Arg::Value(part) => parts.push(part),
            _ => return Err(word.unexpected().into()),
        }
    }
    let manifest = ["--release", "--locked", "--manifest-path", "crates/bench/Cargo.toml", "--target-dir"];
    let mut bench = cargo(&["run"]);
    bench.args(manifest).arg(target()).arg("--");
    if let Some(program) = client_go()? {
        bench.arg("--client-go").arg(program);
    }
    run(bench.args(parts))
}

/// Builds client-go's side, where there is Go.
fn client_go() -> Result<Option<PathBuf>> {
    let Some(go) = on_path("go") else { return Ok(None) };
    let program = target().join("bench").join("client-go");
    run(at(&root().join("crates/bench/client-go"), go, &["build", "-o"]).arg(&program).arg("."))?;
    Ok(Some(program))
}
