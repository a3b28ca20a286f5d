//! The stages that need cargo alone.

use crate::{
    root::{is_ci, root},
    run::{at, cargo, run},
    simulate, tools,
    workspace::Workspace,
};
use anyhow::Result;
use std::{fs, path::Path};

const CARGO_DENY: &str = "0.20.2";

pub(super) fn format() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

pub(super) fn clippy() -> Result<()> {
    let words = ["clippy", "--workspace", "--all-targets"];
    run(cargo(&words).args(["--", "-D", "warnings"]))?;
    if Workspace::read()?.has_features(None) {
        run(cargo(&words).args(["--all-features", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

pub(super) fn docs() -> Result<()> {
    run(cargo(&["doc", "--no-deps", "--workspace", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// All but the conformance tests, whose stage starts the server that they need; and the sandbox beside what that server has answered before.
pub(super) fn test() -> Result<()> {
    run(&mut cargo(&["test", "--workspace", "--exclude", "kubewire-conformance"]))?;
    if Workspace::read()?.has_features(Some("kubewire")) {
        run(&mut cargo(&["test", "-p", "kubewire", "--all-features"]))?;
    }
    let recorded = ["test", "-p", "kubewire-conformance", "--test", "sandbox", "recorded_sequences"];
    run(&mut cargo(&recorded))?;
    // A plain `cargo test` tells a few of the simulations' stories.
    simulate::tell(10_000)
}

pub(super) fn msrv() -> Result<()> {
    let workspace = Workspace::read()?;
    let version = workspace.oldest_rust()?;
    tools::toolchain(&version)?;
    let words = ["run", &version, "cargo", "check", "--all-features"];
    run(at(root(), "rustup", &words).args(workspace.publishable()))
}

pub(super) fn deny() -> Result<()> {
    let program = tools::cargo_tool("cargo-deny", CARGO_DENY)?;
    run(&mut at(root(), program, &["check", "bans", "licenses", "sources"]))
}

pub(super) fn package() -> Result<()> {
    let target = root().join("target/packages");
    forget_packages(&target)?;
    let workspace = Workspace::read()?;
    let mut command = cargo(&["package", "--target-dir"]);
    command.arg(&target).args(workspace.publishable());
    if !is_ci() {
        // Someone in the middle of their work wants to know all the same.
        command.arg("--allow-dirty");
    }
    run(&mut command)?;
    own_client()
}

/// The example with a client of the program's own. Its crates, which nothing else here needs, take some two minutes of a processor the first time.
fn own_client() -> Result<()> {
    let manifest = "crates/tokio/examples/own_client/Cargo.toml";
    let words = ["clippy", "--locked", "--manifest-path", manifest, "--target-dir"];
    run(cargo(&words).arg(root().join("target/own_client")).args(["--", "-D", "warnings"]))
}

/// Cargo builds each package against those before it, from a registry of its own below `target`, and keeps what it unpacked and built from
/// there by version: of a tree packaged before at the same place it would take the old sources, or what they were built to.
fn forget_packages(target: &Path) -> Result<()> {
    forget(&target.join("debug/.fingerprint"))?;
    let Ok(registries) = fs::read_dir(tools::cargo_home()?.join("registry/src")) else { return Ok(()) };
    for registry in registries {
        forget(&registry?.path())?;
    }
    Ok(())
}

fn forget(directory: &Path) -> Result<()> {
    for package in fs::read_dir(directory).into_iter().flatten() {
        let package = package?;
        if package.file_name().to_string_lossy().starts_with("kubewire-") {
            fs::remove_dir_all(package.path())?;
        }
    }
    Ok(())
}
