//! `cargo xtask fuzz [TARGET] [--seconds N]`: the fuzz targets, on nightly. Their corpora are replayed on stable by the tests.

use crate::{
    root::{root, target as target_dir},
    run::{at, read, run},
    tools,
};
use anyhow::{Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use std::fs;

const CARGO_FUZZ: &str = "0.13.2";
const DIR: &str = "crates/core/fuzz";

pub(crate) fn main(mut words: Parser) -> Result<()> {
    let mut chosen = None;
    let mut seconds = 60_u64;
    while let Some(word) = words.next()? {
        match word {
            Arg::Long("seconds") => seconds = words.value()?.parse()?,
            Arg::Value(value) if chosen.is_none() => chosen = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(
        root().join(DIR).join("Cargo.toml").is_file(),
        "there are no fuzz targets: {DIR} has no Cargo.toml"
    );
    if !tools::has_toolchain("nightly") {
        bail!("fuzzing needs nightly Rust: rustup toolchain install nightly");
    }
    let program = tools::cargo_tool("cargo-fuzz", CARGO_FUZZ)?;
    // cargo-fuzz asks whichever cargo it finds: rustup's variable says which.
    let fuzz = |words: &[&str]| {
        let mut command = at(root(), &program, words);
        command
            .args(["--fuzz-dir", DIR])
            .env("RUSTUP_TOOLCHAIN", "nightly")
            .env("CARGO_TARGET_DIR", target_dir().join("fuzz"));
        command
    };
    let listed = read(&mut fuzz(&["list"]))?;
    let targets: Vec<&str> = match &chosen {
        Some(target) => vec![target],
        None => listed.lines().collect(),
    };
    ensure!(!targets.is_empty(), "{DIR} has no targets");
    let limit = format!("-max_total_time={seconds}");
    for target in targets {
        let known = listed.lines().any(|line| line == target);
        ensure!(known, "there is no fuzz target {target}, only: {}", listed.trim().replace('\n', ", "));
        println!("\n{target}, {seconds} s");
        // What is found goes to the first folder; the seeds, which are committed, stay as they are.
        let found = target_dir().join("fuzz-found").join(target);
        fs::create_dir_all(&found)?;
        let seeds = root().join(DIR).join("corpus").join(target);
        run(fuzz(&["run", target]).args([&found, &seeds]).args(["--", &limit, "-print_final_stats=1"]))?;
    }
    Ok(())
}
