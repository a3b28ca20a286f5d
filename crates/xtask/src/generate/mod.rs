//! `cargo xtask generate`: the core's table of built-in resources, and the sandbox's first roles and bindings, from what a real server says of itself.

mod discovery;
mod policy;
mod table;

use crate::{apiserver::with_cluster, root::root};
use anyhow::{Context, Result, bail};
use kubewire_apiserver::{Admin, State};
use lexopt::{Arg, Parser};
use std::fs;

/// A file, and what a server says that it holds.
type File = (&'static str, fn(&State) -> Result<String>);

const FILES: [File; 2] =
    [("crates/core/src/resource/builtin.txt", table), ("crates/sandbox/src/auth/rbac/policy.txt", policy)];

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

/// Fails when a committed file is not what the server in `state` says.
pub(crate) fn check(state: &State) -> Result<()> {
    for (name, say) in FILES {
        let path = root().join(name);
        let held = fs::read_to_string(&path).with_context(|| format!("could not read {name}"))?;
        if let Some(line) = first_difference(&held, &say(state)?) {
            bail!("{name} is not what the server says, first at line {line}: run `cargo xtask generate`")
        }
        println!("{name} is what the server says");
    }
    Ok(())
}

fn write(state: &State) -> Result<()> {
    for (name, say) in FILES {
        let text = say(state)?;
        let path = root().join(name);
        fs::write(&path, &text).with_context(|| format!("could not write {name}"))?;
        println!("{name}: {} lines, {} bytes", text.lines().count(), text.len());
    }
    Ok(())
}

fn table(state: &State) -> Result<String> {
    let admin = Admin::of(state)?;
    table::text(&discovery::read(&mut |path| Ok(admin.json(path)?))?)
}

fn policy(state: &State) -> Result<String> {
    let admin = Admin::of(state)?;
    policy::text(&mut |path| Ok(admin.json(path)?))
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
