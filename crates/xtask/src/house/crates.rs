//! How many crates come with ours: each is one that an embedder has to trust.

use crate::run::{cargo, read};
use anyhow::Result;
use std::collections::BTreeSet;

/// A package, and how many crates of others it may bring along.
const LIMITS: [(&str, usize); 4] =
    [("kubewire", 18), ("kubewire-ureq", 40), ("kubewire-tokio", 46), ("kubewire-sandbox", 19)];

/// The core as the WebAssembly file has it.
const BARE: (&str, usize) = ("kubewire", 8);

pub(super) fn breaches() -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for (package, limit) in LIMITS {
        breaches.extend(check(package, limit, &[])?);
    }
    breaches.extend(check(BARE.0, BARE.1, &["--no-default-features"])?);
    Ok(breaches)
}

fn check(package: &str, limit: usize, features: &[&str]) -> Result<Option<String>> {
    let tree = ["tree", "-p", package, "-e", "normal", "--prefix", "none"];
    let others = others(&read(cargo(&tree).args(features))?);
    let with = if features.is_empty() { "" } else { " without features" };
    println!("{package}{with} brings {} crates, {limit} at most", others.len());
    Ok(breach(package, limit, &others))
}

fn breach(package: &str, limit: usize, others: &BTreeSet<String>) -> Option<String> {
    let listed = || others.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let count = others.len();
    (count > limit).then(|| format!("{package} brings {count} crates, more than {limit}: {}", listed()))
}

/// The crates in `cargo tree`'s lines (`NAME vVERSION`, and perhaps more), without our own.
fn others(tree: &str) -> BTreeSet<String> {
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    crates.filter(|one| !one.starts_with("kubewire")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "\
kubewire-ureq v0.1.0 (/somewhere/crates/ureq)
kubewire v0.1.0 (/somewhere/crates/core)
serde v1.0.0
serde_derive v1.0.0 (proc-macro)
serde v1.0.0 (*)
";

    #[test]
    fn each_counts_once_and_ours_do_not() {
        let others = others(TREE);
        assert_eq!(others.iter().collect::<Vec<_>>(), ["serde v1.0.0", "serde_derive v1.0.0"]);
        assert_eq!(breach("p", 2, &others), None);
        let found = breach("p", 1, &others);
        assert_eq!(
            found.as_deref(),
            Some("p brings 2 crates, more than 1: serde v1.0.0, serde_derive v1.0.0")
        );
    }
}
