//! `cargo xtask bench`: beside `kube`, in one run. A workspace of its own, so that nothing else builds `kube`.

use crate::{
    root::target,
    run::{cargo, run},
};
use anyhow::Result;
use lexopt::Parser;

pub(crate) fn main(mut words: Parser) -> Result<()> {
    if let Some(word) = words.next()? {
        return Err(word.unexpected().into());
    }
    let words =
        ["run", "--release", "--locked", "--manifest-path", "crates/bench/Cargo.toml", "--target-dir"];
    run(cargo(&words).arg(target()))
}
