//! Clients that others have written, at the sandbox's listener: `tests/clients`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kubewire_apiserver::on_path;

use super::stage::Outcome;
use crate::root::{root, target};
use crate::run::{self, at, cargo};
use crate::stand_in::Sandbox;

const CONFIG: &str = "KUBECONFIG";

pub(super) fn run() -> Result<Outcome> {
    let mount = target().join("clients");
    let _sandbox = Sandbox::start(&mount)?;
    let config = mount.join("kubeconfig");
    let manifest = root().join("tests/clients/kube/Cargo.toml");
    // Its own lock and directory: it is no part of the workspace.
    let mut kube = cargo(&["test", "--locked", "--target-dir"]);
    run::run(
        kube.arg(target().join("clients-kube")).arg("--manifest-path").arg(manifest).env(CONFIG, &config),
    )?;
    let Some(python) = on_path("python3") else {
        return Ok(Outcome::LeftOut(
            "the Python client, for there is no python3: install it, with venv".to_owned(),
        ));
    };
    let python = installed(&python)?;
    run::run(
        at(&root().join("tests/clients/python"), python, &["-m", "unittest", "-v"]).env(CONFIG, &config),
    )?;
    Ok(Outcome::Done)
}

/// A Python that has the client, made anew where the versions have changed.
fn installed(python: &Path) -> Result<PathBuf> {
    let wanted = root().join("tests/clients/python/requirements.txt");
    let dir = target().join("clients-python");
    let (own, held) = (dir.join("bin/python"), dir.join("requirements.txt"));
    let text = fs::read(&wanted).with_context(|| format!("could not read {}", wanted.display()))?;
    if fs::read(&held).is_ok_and(|held| held == text) {
        return Ok(own);
    }
    run::run(at(root(), python, &["-m", "venv", "--clear"]).arg(&dir))?;
    let words = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
    ];
    run::run(at(root(), &own, &words).arg(&wanted))?;
    fs::write(&held, text).with_context(|| format!("could not write {}", held.display()))?;
    Ok(own)
}
