//! `cargo xtask apiserver build | start | stop | front | kubelet`: the real API server.

use crate::root::target;
use anyhow::{Result, bail};
use kubewire_apiserver::{Binaries, Cluster, Front, Kubelet, STATE_VARIABLE, State, stop};
use lexopt::{Arg, Parser};
use std::{
    env,
    path::{Path, PathBuf},
    time::Instant,
};

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let mut action = None;
    let mut dir = target().join("apiserver");
    while let Some(word) = words.next()? {
        match word {
            Arg::Value(value) if action.is_none() => action = Some(value),
            Arg::Value(value) => dir = PathBuf::from(value),
            other => return Err(other.unexpected().into()),
        }
    }
    match action.as_ref().and_then(|action| action.to_str()) {
        Some("build") => build().map(drop),
        Some("start") => start(&dir),
        Some("stop") => {
            println!("stopped {} processes of {}", stop(&dir)?, dir.display());
            Ok(())
        }
        Some("front") => front(&dir),
        Some("kubelet") => kubelet(&dir),
        _ => bail!(
            "say what to do with the API server: `cargo xtask apiserver build`, `start`, `stop`, `front` or `kubelet`"
        ),
    }
}

/// The programs of a cluster, built if need be, with a word on how far that is.
pub(crate) fn build() -> Result<Binaries> {
    Ok(Binaries::build(&mut |line| println!("{line}"))?)
}

/// Does `work` with the cluster that the environment names, or else with one of our own that it stops after.
pub(crate) fn with_cluster<T>(name: &str, work: impl FnOnce(&State) -> Result<T>) -> Result<T> {
    if env::var_os(STATE_VARIABLE).is_some() {
        return work(&State::from_env()?);
    }
    let cluster = Cluster::start(&target().join(name), &build()?)?;
    work(cluster.state())
}

/// One more API server of the cluster that the environment names, for tests in other languages: it says its port and the file of its
/// authority, and does what each line of standard input says, and says when it is done: `rotate` gives it a new certificate and authority,
/// `kill` ends it as `kill -9` does, `restart` starts it again. It stops with the input.
fn front(dir: &Path) -> Result<()> {
    let mut front = Front::start(&State::from_env()?, dir)?;
    println!("{} {}", front.port(), front.ca().display());
    for line in std::io::stdin().lines() {
        let line = line?;
        match line.as_str() {
            "rotate" => front.rotate()?,
            "kill" => front.kill(),
            "restart" => front.restart()?,
            other => bail!("the API server does not know `{other}`: say rotate, kill or restart"),
        }
        println!("{line}: done");
    }
    Ok(())
}

/// As much of a kubelet as the API server asks for a log, for tests in other languages: it says its port, and does what each line of standard input says.
/// `next` waits for a request and says its path and query; `write TEXT` writes a line of the log that was asked for last, `begin TEXT` one that
/// does not end yet; `end` ends the log.
fn kubelet(dir: &Path) -> Result<()> {
    let kubelet = Kubelet::start(dir)?;
    println!("{}", kubelet.port());
    let mut open = None;
    for line in std::io::stdin().lines() {
        let line = line?;
        match (line.split_once(' ').unwrap_or((&line, "")), &mut open) {
            (("next", _), _) => println!("{}", open.insert(kubelet.request()).target),
            (("write", text), Some(request)) => request.write(format!("{text}\n").as_bytes())?,
            (("begin", text), Some(request)) => request.write(text.as_bytes())?,
            (("end", _), _) => {
                if let Some(request) = open.take() {
                    request.end()?;
                }
            }
            _ => bail!(
                "the kubelet does not know `{line}`, or nobody has asked for a log: say next, write TEXT, begin TEXT or end"
            ),
        }
    }
    Ok(())
}

fn start(dir: &Path) -> Result<()> {
    let binaries = build()?;
    let begin = Instant::now();
    let state = Cluster::start(dir, &binaries)?.detach();
    let mount = state.admin_mount.display();
    println!("{} is ready ({:.1} s). For the tests:\n", state.server, begin.elapsed().as_secs_f32());
    println!("  export {STATE_VARIABLE}={}\n", state.path().display());
    println!("To be its admin, as a pod would be:\n");
    println!("  kubewire --mount {mount} --server {} get namespaces\n", state.server);
    println!("To stop it: cargo xtask apiserver stop");
    Ok(())
}
