//! The stages of the JavaScript package.

use super::stage::Outcome;
use crate::{
    js,
    root::target,
    run::{at, cargo, read, run},
    tools::{self, WASM},
};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path};

/// The core alone builds for WebAssembly, and so do the package's own files, which keep their promises.
pub(super) fn wasm() -> Result<Outcome> {
    tools::wasm_target()?;
    run(&mut cargo(&["build", "-p", "kubewire", "--target", WASM]))?;
    if let Some(missing) = tools::missing_node() {
        js::build_unoptimised()?;
        return Ok(Outcome::LeftOut(format!("wasm-opt and the size, {missing}")));
    }
    js::build()?;
    Ok(Outcome::Done)
}

pub(super) fn js() -> Result<Outcome> {
    if let Some(missing) = tools::missing_node() {
        return Ok(Outcome::LeftOut(missing));
    }
    js::prepare()?;
    let dir = js::dir();
    // What the sandbox in JavaScript is compared with.
    run(&mut cargo(&["build", "-p", "kubewire-js-sandbox", "--example", "replay"]))?;
    run(at(&dir, "npm", &["test"]).env("KUBEWIRE_SANDBOX_REPLAY", target().join("debug/examples/replay")))?;
    tarball(&dir)?;
    Ok(Outcome::Done)
}

/// Needs both WebAssembly files.
const TRIED: &str = "const client = await (await all.Sandbox.create()).client(); await client.list('pods');";

/// What `npm pack` makes can be installed and imported where nothing else is.
fn tarball(dir: &Path) -> Result<()> {
    let empty = target().join("tarball");
    if empty.exists() {
        fs::remove_dir_all(&empty).with_context(|| format!("could not empty {}", empty.display()))?;
    }
    fs::create_dir_all(&empty).with_context(|| format!("could not make {}", empty.display()))?;
    let said = read(at(dir, "npm", &["pack", "--silent", "--pack-destination"]).arg(&empty))?;
    let name = said.lines().last().context("`npm pack` did not name its file")?;
    fs::write(empty.join("package.json"), r#"{"private": true, "type": "module"}"#)
        .context("could not write package.json")?;
    let words = ["install", "--no-audit", "--no-fund", "--omit=dev", &format!("./{name}")];
    run(&mut at(&empty, "npm", &words))?;
    for (module, tried) in [("kubewire", ""), ("kubewire/sandbox", TRIED)] {
        let import =
            format!("const all = await import('{module}'); {tried} console.log(Object.keys(all).join(' '))");
        let exported = read(&mut at(&empty, "node", &["--input-type=module", "--eval", &import]))?;
        ensure!(!exported.trim().is_empty(), "{module} of the packed npm package exports nothing");
        println!("{module} of {name} exports {}", exported.trim());
    }
    Ok(())
}
