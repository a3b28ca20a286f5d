//! Sequences whose answers the real server gave before: the same comparison where there is no server.
//!
//! `cargo xtask conformance --record` writes them anew, which every change of the generator makes necessary.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::compare::Differences;
use crate::kinds::Kinds;
use crate::scripts::Script;
use crate::sides::{self, Ours};
use crate::step::{Known, Step};
use crate::{Around, Bench, DIFFERENCES, LENGTH, define, generate, known_to, normal, prepare};

/// So many of each family.
const EACH: u64 = 100;
/// The file may have so many bytes.
const MOST: usize = 3 * 1024 * 1024;
/// At what time the sandbox answers again: in 2026.
const WALL: u64 = 1_790_000_000_000;

/// What sort of sequence it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Family {
    Plain,
    Daily,
    Custom,
    /// Of `scripts.json`, each by its place there.
    Script,
}

#[derive(Serialize, Deserialize)]
struct Record {
    family: Family,
    seed: u64,
    /// Of the steps that were asked.
    hash: u64,
    /// What the controllers had put into the namespaces.
    map: Value,
    answers: Vec<(usize, Value)>,
}

impl Family {
    const ALL: [Self; 4] = [Self::Plain, Self::Daily, Self::Custom, Self::Script];

    fn count(self) -> u64 {
        if self == Self::Script { Script::all().len() as u64 } else { EACH }
    }

    fn defines(self) -> bool {
        matches!(self, Self::Custom | Self::Script)
    }

    fn steps(self, seed: u64) -> Vec<Step> {
        match self {
            Self::Plain => generate::sequence(seed, LENGTH),
            Self::Daily => Kinds::read().sequence(seed, LENGTH, ""),
            Self::Custom => Kinds::custom().sequence(seed, LENGTH, ""),
            Self::Script => Script::all()[seed as usize].steps(),
        }
    }

    /// A server that answers them.
    fn bench(self) -> Bench {
        match self {
            Self::Plain => Bench::new(),
            Self::Daily => Bench::bare("recorded"),
            Self::Custom | Self::Script => Bench::bare("recorded").defining(Kinds::custom().definitions),
        }
    }
}

impl Record {
    /// What its namespaces' names begin with, in what is written down.
    fn namespaces(&self) -> String {
        format!("recorded-{}-", self.seed)
    }
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
    assert_eq!(records.len() as u64, Family::ALL.into_iter().map(Family::count).sum::<u64>());
    let differences = Differences::read(DIFFERENCES);
    let mut compared = 0;
    for record in &records {
        let steps = record.family.steps(record.seed);
        let what = format!("seed {} of the family {:?}", record.seed, record.family);
        assert_eq!(
            hash(&steps),
            record.hash,
            "{what} asks something else by now: `cargo xtask conformance --record`"
        );
        let mut ours = Ours::new(WALL);
        let plain = record.family == Family::Plain;
        let (namespaces, around) =
            (record.namespaces(), if plain { Around::Controllers } else { Around::Nobody });
        if record.family.defines() {
            define(&mut ours, &Kinds::custom().definitions);
        }
        let uids = ["a", "b"]
            .map(|name| prepare(&mut ours, &format!("{namespaces}{name}"), around, Some(&record.map)).0);
        let ours = normal::normal(&sides::run(&mut ours, &steps, Known::new(&namespaces, uids)));
        let real = record.answers.clone();
        let (real, ours) = (known_to(&ours, real.clone(), usize::MAX), known_to(&real, ours, usize::MAX));
        let found = differences.first(&real, &ours);
        assert!(found.is_none(), "{what}: {found:#?}");
        compared += real.len();
    }
    assert!(compared > 7_500, "only {compared} answers were compared");
}

/// Writes the records, where both sides answer alike.
#[test]
#[ignore = "it writes a file: cargo xtask conformance --record"]
fn record() {
    let mut records = Vec::new();
    for family in Family::ALL {
        let bench = family.bench();
        for seed in 0..family.count() {
            let steps = family.steps(seed);
            // What the watch cache had not heard of yet, it has the second time.
            let alike = (0..3).find_map(|_| {
                let both = bench.answers(&steps);
                let real = known_to(&both.ours, both.real.clone(), usize::MAX);
                let ours = known_to(&both.real, both.ours.clone(), usize::MAX);
                bench.differences.first(&real, &ours).is_none().then_some(both)
            });
            let both = alike.unwrap_or_else(|| panic!("seed {seed} differs: make that right first"));
            let mut record = Record { family, seed, hash: hash(&steps), map: both.map, answers: both.real };
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
