//! `cargo xtask generate`: the core's table of built-in resources, from what a real server says of itself.

mod discovery;
mod table;

use crate::{apiserver::with_cluster, root::root};
use anyhow::{Context, Result, bail};
use kubewire_apiserver::{Admin, State};
use lexopt::{Arg, Parser};
use std::fs;

const TABLE: &str = "crates/core/src/resource/builtin.txt";

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let mut check_only = false;
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("check") => check_only = true,
            other => return Err(other.unexpected().into()),
        }
    }
    with_cluster("generate", |state| if check_only { check(state) } else { write(state) })
}

/// Fails when the committed table is not what the server in `state` says.
pub(crate) fn check(state: &State) -> Result<()> {
    let path = root().join(TABLE);
    let held = fs::read_to_string(&path).with_context(|| format!("could not read {TABLE}"))?;
    let said = table(state)?;
    let Some(line) = first_difference(&held, &said) else {
        println!("{TABLE} is what the server says");
        return Ok(());
    };
    bail!("{TABLE} is not what the server says, first at line {line}: run `cargo xtask generate`")
}

fn write(state: &State) -> Result<()> {
    let text = table(state)?;
    let path = root().join(TABLE);
    fs::write(&path, &text).with_context(|| format!("could not write {TABLE}"))?;
    println!("{TABLE}: {} lines, {} bytes", text.lines().count(), text.len());
    Ok(())
}

fn table(state: &State) -> Result<String> {
    let admin = Admin::of(state)?;
    table::text(&discovery::read(&mut |path| Ok(admin.json(path)?))?)
}

/// The number of the first line in which two texts differ, from 1.
fn first_difference(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return None;
    }
    let same = a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn differences_are_found() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\nb\n", "a\n"), Some(2));
    }
}
