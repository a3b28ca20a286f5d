//! `cargo xtask conformance --differential SEQUENCES`: the sandbox beside the real API server, at full length. `cargo xtask test` has some
//! two hundred sequences. `--definitions DIR` compares other people's definitions and objects, `--record` writes down what is compared where
//! there is no server, and `--sandbox` is another task.

use std::process::Command;

use crate::apiserver::{build, with_cluster};
use crate::run::{cargo, run};
use crate::stand_in;
use anyhow::{Context, Result, ensure};
use kubewire_apiserver::{STATE_VARIABLE, State};
use lexopt::{Arg, Parser, ValueExt};

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let (mut sequences, mut seed, mut record, mut definitions) = (None, 0_u64, false, None);
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("differential") => sequences = Some(words.value()?.parse::<u64>()?),
            Arg::Long("record") => record = true,
            Arg::Long("definitions") => definitions = Some(std::path::absolute(words.value()?)?),
            Arg::Long("sandbox") => return stand_in::main(&build()?),
            Arg::Long("seed") => seed = words.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    if record {
        return with_cluster("record", |state| {
            run(&mut tests(state, &["recorded::record", "--exact", "--ignored"]))
        });
    }
    if let Some(dir) = definitions {
        return with_cluster("definitions", |state| {
            run(tests(state, &["given::", "--ignored"]).env("KUBEWIRE_DEFINITIONS", &dir))
        });
    }
    let sequences = sequences
        .context("say how many, --differential SEQUENCES, or --definitions DIR, or --record, or --sandbox")?;
    ensure!(sequences > 0, "a run of none proves nothing");
    with_cluster("differential", |state| {
        run(tests(state, &[])
            .env("KUBEWIRE_SEQUENCES", sequences.to_string())
            .env("KUBEWIRE_SEED", seed.to_string()))
    })
}

/// The tests that ask both, on a cluster; `words` say which, and how.
fn tests(state: &State, words: &[&str]) -> Command {
    let all = ["test", "-p", "kubewire-conformance", "--test", "sandbox", "--", "--nocapture"];
    let mut command = cargo(&[&all, words].concat());
    command.env(STATE_VARIABLE, state.path());
    command
}
