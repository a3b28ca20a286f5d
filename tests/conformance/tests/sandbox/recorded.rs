//! Sequences whose answers the real server gave before: the same comparison where there is no server.
//!
//! `cargo xtask conformance --record` writes them anew, which every change of the generator makes necessary.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::compare::Differences;
use crate::kinds::Kinds;
use crate::sides::{self, Ours};
use crate::step::{Known, Step};
use crate::{Around, Bench, DIFFERENCES, LENGTH, generate, known_to, normal, prepare};

/// So many of each family.
const EACH: u64 = 100;
/// The file may have so many bytes.
const MOST: usize = 3 * 1024 * 1024;
/// At what time the sandbox answers again: in 2026.
const WALL: u64 = 1_790_000_000_000;

#[derive(Serialize, Deserialize)]
struct Record {
    daily: bool,
    seed: u64,
    /// Of the steps that were asked.
    hash: u64,
    /// What the controllers had put into the namespaces.
    map: Value,
    answers: Vec<(usize, Value)>,
}

impl Record {
    fn steps(&self, kinds: &Kinds) -> Vec<Step> {
        steps(kinds, self.daily, self.seed)
    }

    /// What its namespaces' names begin with, in what is written down.
    fn namespaces(&self) -> String {
        format!("recorded-{}-", self.seed)
    }
}

fn steps(kinds: &Kinds, daily: bool, seed: u64) -> Vec<Step> {
    if daily { kinds.sequence(seed, LENGTH, "") } else { generate::sequence(seed, LENGTH) }
}

/// FNV-1a, which is the same everywhere and always.
fn hash(steps: &[Step]) -> u64 {
    format!("{steps:?}")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/recorded.lz4")
}

#[test]
fn recorded_sequences_are_answered_alike() {
    let packed = std::fs::read(file()).expect("the records are there");
    assert!(packed.len() <= MOST, "{} bytes are too many", packed.len());
    let text = lz4_flex::decompress_size_prepended(&packed).expect("they are packed");
    let records: Vec<Record> = serde_json::from_slice(&text).expect("they are JSON");
    assert_eq!(records.len() as u64, 2 * EACH);
    let (kinds, differences) = (Kinds::read(), Differences::read(DIFFERENCES));
    let mut compared = 0;
    for record in &records {
        let steps = record.steps(&kinds);
        let what =
            format!("seed {} of the {} kinds", record.seed, if record.daily { "daily" } else { "plain" });
        assert_eq!(
            hash(&steps),
            record.hash,
            "{what} asks something else by now: `cargo xtask conformance --record`"
        );
        let mut ours = Ours::new(WALL);
        let (namespaces, around) =
            (record.namespaces(), if record.daily { Around::Nobody } else { Around::Controllers });
        let uids = ["a", "b"]
            .map(|name| prepare(&mut ours, &format!("{namespaces}{name}"), around, Some(&record.map)).0);
        let ours = normal::normal(&sides::run(&mut ours, &steps, Known::new(&namespaces, uids)));
        let real = record.answers.clone();
        let (real, ours) = (known_to(&ours, real.clone(), usize::MAX), known_to(&real, ours, usize::MAX));
        let found = differences.first(&real, &ours);
        assert!(found.is_none(), "{what}: {found:#?}");
        compared += real.len();
    }
    assert!(compared > 5_000, "only {compared} answers were compared");
}

/// Writes the records, where both sides answer alike.
#[test]
#[ignore = "it writes a file: cargo xtask conformance --record"]
fn record() {
    let kinds = Kinds::read();
    let mut records = Vec::new();
    for (daily, bench) in [(false, Bench::new()), (true, Bench::bare())] {
        for seed in 0..EACH {
            let steps = steps(&kinds, daily, seed);
            // What the watch cache had not heard of yet, it has the second time.
            let alike = (0..3).find_map(|_| {
                let both = bench.answers(&steps);
                let real = known_to(&both.ours, both.real.clone(), usize::MAX);
                let ours = known_to(&both.real, both.ours.clone(), usize::MAX);
                bench.differences.first(&real, &ours).is_none().then_some(both)
            });
            let both = alike.unwrap_or_else(|| panic!("seed {seed} differs: make that right first"));
            let mut record = Record { daily, seed, hash: hash(&steps), map: both.map, answers: both.real };
            let text = serde_json::to_string(&record.answers).expect("it is JSON");
            let text = text.replace(&both.namespaces, &record.namespaces());
            record.answers = serde_json::from_str(&text).expect("it is JSON still");
            records.push(record);
        }
    }
    let text = serde_json::to_vec(&records).expect("they are JSON");
    let packed = lz4_flex::compress_prepend_size(&text);
    println!("{} sequences: {} bytes, {} packed", records.len(), text.len(), packed.len());
    assert!(packed.len() <= MOST);
    std::fs::write(file(), packed).expect("the records are written");
}
