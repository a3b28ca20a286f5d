//! `cargo xtask conformance --sandbox`: the conformance tests with the sandbox in the real server's place, but for those that
//! `tests/conformance/real.txt` keeps for the real one, each with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail, ensure};
use kubewire_apiserver::{Binaries, STATE_VARIABLE, State};

use crate::root::{root, target};
use crate::run::{at, cargo, run};

/// Starts the sandbox, and runs what is not kept for the real server.
pub(crate) fn main(binaries: &Binaries) -> Result<()> {
    let kept = kept(&root().join("tests/conformance"))?;
    let dir = target().join("stand-in");
    let sandbox = Sandbox::start(&State::admin_mount_in(&dir))?;
    let state = State::stand_in(&dir, &sandbox.url, binaries)?;
    let mut command = cargo(&["test", "--package", "kubewire-conformance"]);
    for file in kept.files.iter().filter(|(_, kept)| !**kept).map(|(file, _)| file) {
        command.args(["--test", file]);
    }
    command.args(["--", "--exact"]);
    for name in &kept.tests {
        command.args(["--skip", name]);
    }
    run(command.env(STATE_VARIABLE, state.path()))
}

/// What only the real server can pass.
struct Kept {
    /// Every file of tests, and whether it is kept as a whole.
    files: BTreeMap<String, bool>,
    /// Single tests.
    tests: BTreeSet<String>,
}

/// Reads `real.txt`: `FILE TEST REASON`, with `*` for all tests of a file.
fn kept(dir: &Path) -> Result<Kept> {
    let mut sources = BTreeMap::new();
    for entry in fs::read_dir(dir.join("tests"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let source = if path.is_dir() { path.join("main.rs") } else { path };
        sources.insert(name, fs::read_to_string(source)?);
    }
    let mut kept =
        Kept { files: sources.keys().map(|name| (name.clone(), false)).collect(), tests: BTreeSet::new() };
    for line in fs::read_to_string(dir.join("real.txt"))?.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.splitn(3, ' ');
        let (Some(file), Some(test), Some(_why)) = (words.next(), words.next(), words.next()) else {
            bail!("real.txt: `{line}` is not FILE TEST REASON");
        };
        let source = sources.get(file).with_context(|| format!("real.txt: there is no test file {file}"))?;
        if test == "*" {
            kept.files.insert(file.to_owned(), true);
        } else {
            ensure!(source.contains(&format!("fn {test}(")), "real.txt: {file} has no test {test}");
            kept.tests.insert(test.to_owned());
        }
    }
    Ok(kept)
}

/// The command's sandbox, which ends with this.
pub(crate) struct Sandbox {
    process: Child,
    url: String,
}

impl Sandbox {
    /// Builds and starts it, with the administrator's mount files and a kubeconfig in a directory.
    pub(crate) fn start(mount: &Path) -> Result<Self> {
        run(&mut cargo(&["build", "--package", "kubewire-cli"]))?;
        fs::create_dir_all(mount)?;
        let program = target().join("debug/kubewire");
        let mut command = at(root(), program, &["sandbox", "--port", "0", "--mount"]);
        let mut process =
            command.arg(mount).stdout(Stdio::piped()).spawn().context("could not start the sandbox")?;
        let said = process.stdout.take().context("the sandbox says nothing")?;
        let mut sandbox = Self { process, url: String::new() };
        for line in BufReader::new(said).lines() {
            let line = line?;
            if let Some((_, url)) = line.split_once("listens at ") {
                url.clone_into(&mut sandbox.url);
                return Ok(sandbox);
            }
        }
        bail!("the sandbox ended before it said where it listens")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
