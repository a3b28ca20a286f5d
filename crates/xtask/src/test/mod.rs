//! `cargo xtask test`: the one test command.

mod clients;
mod conformance;
mod node;
mod rust;
mod stage;
mod table;

use crate::root::is_ci;
use anyhow::{Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use stage::{Outcome, STAGES, Stage};
use std::time::Instant;
use table::Row;

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let mut only = Vec::new();
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("list") => {
                for stage in STAGES {
                    println!("{:<12} {}", stage.name, stage.what);
                }
                return Ok(());
            }
            Arg::Long("only") => only.push(words.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    run(&chosen(&only)?)
}

fn chosen(only: &[String]) -> Result<Vec<&'static Stage>> {
    for name in only {
        let known = STAGES.iter().any(|stage| stage.name == name);
        ensure!(known, "there is no stage {name}: `cargo xtask test --list` shows them");
    }
    Ok(STAGES.iter().filter(|stage| only.is_empty() || only.iter().any(|name| name == stage.name)).collect())
}

/// Runs every stage, also after one has failed: one run tells all there is to mend.
fn run(stages: &[&Stage]) -> Result<()> {
    let mut rows = Vec::new();
    for stage in stages {
        println!("\n== {}: {}", stage.name, stage.what);
        let start = Instant::now();
        let result = (stage.run)();
        let took = start.elapsed();
        match &result {
            Ok(Outcome::Done) => println!("== {}: ok, {:.1} s", stage.name, took.as_secs_f32()),
            Ok(Outcome::LeftOut(why)) => println!("== {}: left out, {why}", stage.name),
            Err(error) => println!("== {}: FAILED, {:.1} s: {error:#}", stage.name, took.as_secs_f32()),
        }
        rows.push(Row { name: stage.name, result, took });
    }
    print!("\n{}", table::text(&rows));
    let failed = table::failed(&rows, is_ci());
    if failed.is_empty() {
        return Ok(());
    }
    let again: Vec<_> = failed.iter().map(|name| format!("--only {name}")).collect();
    bail!("failed: {}. Again: cargo xtask test {}", failed.join(", "), again.join(" "))
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn stages_are_chosen_in_their_own_order() {
        let names = |only: &[&str]| -> Vec<_> {
            let only: Vec<String> = only.iter().copied().map(String::from).collect();
            chosen(&only).unwrap().iter().map(|stage| stage.name).collect()
        };
        assert_eq!(names(&["clippy", "house"]), ["house", "clippy"]);
        assert_eq!(names(&[]).len(), super::STAGES.len());
        assert!(chosen(&["nonsense".to_owned()]).is_err());
    }
}
