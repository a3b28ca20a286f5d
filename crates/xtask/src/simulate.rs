//! `cargo xtask simulate`: the simulations' stories, many of them. `KUBEWIRE_SEED=N cargo test -p kubewire --test simulation` tells one again.

use crate::run::{cargo, run};
use anyhow::Result;
use lexopt::{Parser, ValueExt};

const STORIES: u64 = 1_000_000;

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let stories: u64 = match words.next()? {
        Some(lexopt::Arg::Value(number)) => number.parse()?,
        Some(word) => return Err(word.unexpected().into()),
        None => STORIES,
    };
    tell(stories)
}

/// So many stories of each of the simulations that tell them.
pub(crate) fn tell(stories: u64) -> Result<()> {
    let words =
        ["test", "--release", "-p", "kubewire", "--all-features", "--test", "simulation", "the_server"];
    run(cargo(&words).env("KUBEWIRE_SEEDS", stories.to_string()))
}
