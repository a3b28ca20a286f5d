//! `cargo xtask generate`: the tables that are made from what a real server says of itself: the core's of built-in resources, the sandbox's of their types and what is said of these,
//! of the first roles and bindings, and of the columns of their tables.

mod columns;
mod described;
mod discovery;
mod golang;
mod policy;
mod schema;
mod table;

use crate::{apiserver::with_cluster, root::root};
use anyhow::{Context, Result, bail};
use golang::Source;
use kubewire_apiserver::{Admin, State, on_path};
use lexopt::{Arg, Parser};
use std::fs;

const TABLE: &str = "crates/core/src/resource/builtin.txt";
const TYPES: &str = "crates/sandbox/src/schema/builtin.txt";
const NUMBERS: &str = "crates/sandbox/src/proto/numbers.txt";
const DESCRIBED: &str = "crates/sandbox/src/schema/described.txt";
const POLICY: &str = "crates/sandbox/src/auth/rbac/policy.txt";
const COLUMNS: &str = "crates/sandbox/src/table/kinds/columns.txt";

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

/// Fails when a committed table is not what the server in `state` says.
pub(crate) fn check(state: &State) -> Result<()> {
    for (name, said) in tables(state)? {
        let path = root().join(name);
        let held = fs::read_to_string(&path).with_context(|| format!("could not read {name}"))?;
        if let Some(line) = first_difference(&held, &said) {
            bail!("{name} is not what the server says, first at line {line}: run `cargo xtask generate`")
        }
        println!("{name} is what the server says");
    }
    Ok(())
}

fn write(state: &State) -> Result<()> {
    for (name, text) in tables(state)? {
        fs::write(root().join(name), &text).with_context(|| format!("could not write {name}"))?;
        println!("{name}: {} lines, {} bytes", text.lines().count(), text.len());
    }
    Ok(())
}

/// The tables' paths and texts. The sandbox's needs Go, for the source of the types.
fn tables(state: &State) -> Result<Vec<(&'static str, String)>> {
    let admin = Admin::of(state)?;
    let mut get = |path: &str| Ok(admin.json(path)?);
    let groups = discovery::read(&mut get)?;
    let columns = columns::text(&groups, &mut |path| Ok(admin.table(path)?))?;
    let mut tables =
        vec![(TABLE, table::text(&groups)?), (POLICY, policy::text(&mut get)?), (COLUMNS, columns)];
    if on_path("go").is_some() {
        let mut source = Source::find(&root().join("tests/apiserver"))?;
        let (types, numbers, described) = schema::texts(&groups, &mut source, &mut get)?;
        tables.extend([(TYPES, types), (NUMBERS, numbers), (DESCRIBED, described)]);
    } else {
        println!("{TYPES}, {NUMBERS}, {DESCRIBED}: not looked at, for there is no Go");
    }
    Ok(tables)
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
