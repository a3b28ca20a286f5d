//! Rounds: each side once, one after the other, and each checked to have seen what there was.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::phase::Phase;
use super::server::Server;
use crate::seen::Seen;

/// A client of the comparison.
pub enum Side<'a> {
    /// This program, as a client.
    Rust(&'static str),
    /// client-go's program.
    Go { program: &'a Path, role: &'static str },
}

impl Side<'_> {
    fn name(&self) -> &'static str {
        match self {
            Side::Rust(name) => name,
            Side::Go { role, .. } => role,
        }
    }
}

/// What each side's phases took: of an informer its start and its changes, of a watch its changes.
pub type Round = BTreeMap<&'static str, Phases>;

#[derive(Clone, Copy)]
pub struct Phases {
    pub start: Option<Phase>,
    pub changes: Phase,
}

pub fn run(server: &Server, sides: &[Side<'_>], rounds: usize) -> Result<Vec<Round>> {
    let one = |side: &Side<'_>| {
        let name = side.name();
        Ok((name, client(server, side).with_context(|| format!("{name} did not run through"))?))
    };
    (0..rounds).map(|_| sides.iter().map(one).collect()).collect()
}

fn client(server: &Server, side: &Side<'_>) -> Result<Phases> {
    let name = side.name();
    let mut command = match side {
        Side::Rust(_) => Command::new(std::env::current_exe()?),
        Side::Go { program, .. } => Command::new(program),
    };
    if matches!(side, Side::Rust(_)) {
        command.arg("client");
    }
    let informs = name.ends_with("informer");
    server.let_changes_go(!informs);
    command.args([name, server.url(), &server.changes().to_string()]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("its output is piped")?);
    let phases = phases(server, informs, &mut lines);
    if phases.is_err() {
        // One that has gone astray would never end.
        child.kill()?;
    }
    let status = child.wait()?;
    let phases = phases?;
    ensure!(status.success(), "{status}");
    Ok(phases)
}

fn phases(server: &Server, informs: bool, lines: &mut BufReader<ChildStdout>) -> Result<Phases> {
    let mut start = None;
    if informs {
        start = Some(phase(lines, server.all())?);
        // Changes flow when it has said that it is ready, so that none counts as a part of the start.
        server.let_changes_go(true);
    }
    let expected = if informs { server.all_changed() } else { server.changed() };
    Ok(Phases { start, changes: phase(lines, expected)? })
}

fn phase(lines: &mut BufReader<ChildStdout>, expected: Seen) -> Result<Phase> {
    let mut line = String::new();
    lines.read_line(&mut line)?;
    let phase: Phase = serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))?;
    ensure!(phase.seen == expected, "it has seen {:?} where there were {expected:?}", phase.seen);
    Ok(phase)
}
