//! Programs and targets that are installed when they are first needed.

use crate::{
    root::root,
    run::{at, cargo, read, run},
};
use anyhow::{Context, Result};
use kubewire_apiserver::{cache_home, on_path};
use std::path::{Path, PathBuf};

/// The target of the WebAssembly builds.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The path of a program that cargo installs, in the version that we pin, from the user's cache or else installed there.
pub(crate) fn cargo_tool(name: &str, version: &str) -> Result<PathBuf> {
    let home = cache_home()?.join("tools").join(format!("{name}-{version}"));
    let program = home.join("bin").join(name);
    if !program.is_file() {
        println!("installing {name} {version} (once, minutes)");
        run(cargo(&["install", "--quiet", "--locked", name, "--version", version, "--root"]).arg(&home))?;
    }
    Ok(program)
}

/// Sees to it that the toolchain in use has the standard library of [`WASM`].
pub(crate) fn wasm_target() -> Result<()> {
    let dir = read(&mut at(root(), "rustc", &["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(dir.trim()).is_dir() {
        return Ok(());
    }
    run(&mut at(root(), "rustup", &["target", "add", WASM])).with_context(|| {
        format!("building for {WASM} needs its standard library; without rustup, install it by hand")
    })
}

/// Sees to it that rustup has `toolchain`.
pub(crate) fn toolchain(toolchain: &str) -> Result<()> {
    if has_toolchain(toolchain) {
        return Ok(());
    }
    run(&mut at(root(), "rustup", &["toolchain", "install", toolchain, "--profile", "minimal"]))
        .with_context(|| format!("this needs Rust {toolchain}, which rustup could not install"))
}

/// Whether rustup has `toolchain`.
pub(crate) fn has_toolchain(toolchain: &str) -> bool {
    read(&mut at(root(), "rustup", &["run", toolchain, "rustc", "--version"])).is_ok()
}

/// `node` and `npm`, or a line that says how to get them.
pub(crate) fn missing_node() -> Option<String> {
    let missing = ["node", "npm"].into_iter().find(|program| on_path(program).is_none())?;
    Some(format!("no {missing} on the PATH: install Node.js 20 or later from https://nodejs.org"))
}

/// Where cargo keeps the sources of dependencies.
pub(crate) fn cargo_home() -> Result<PathBuf> {
    match std::env::var_os("CARGO_HOME") {
        Some(home) => Ok(home.into()),
        None => Ok(std::env::home_dir().context("there is no home directory")?.join(".cargo")),
    }
}
