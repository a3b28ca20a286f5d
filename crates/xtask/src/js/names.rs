//! What is kept off the way to WebAssembly, since it is dear there, or has no place: found by the names of a file's
//! functions, before they are stripped.

use anyhow::{Context, Result, ensure};
use rustc_demangle::demangle;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{CustomSectionReader, KnownCustom, Name, Parser, Payload};

/// What a name may not contain.
pub(super) struct Rule {
    part: &'static str,
    /// Whether `part` is the beginning of a crate's name, and not just anywhere.
    is_crate: bool,
    /// What it costs, gzipped, and what to do instead.
    why: &'static str,
}

/// Of the core: the whole client is meant to fit 60 KB.
pub(super) const CORE: &[Rule] = &[
    kept_off("serde", true, "33 KB: read JSON with the core's own reader, and hand fields over one by one"),
    kept_off("http::", true, "15 KB: requests are plain `Wire`s here, hosts in Rust convert them"),
    kept_off("BTreeMap", false, "8 KB for two of them: a sorted or short `Vec` does"),
    kept_off("flt2dec", false, "26 KB with its kin: print no floats, time is whole milliseconds"),
    kept_off("dec2flt", false, "26 KB with its kin: parse no floats"),
];

/// Of the sandbox, which is for tests and may be heavier: what it has for the listener alone, and what asks for the time by itself.
pub(super) const SANDBOX: &[Rule] = &[
    kept_off("tokio", true, "the listener's: leave the feature `listener` off"),
    kept_off("hyper", true, "the listener's: leave the feature `listener` off"),
    kept_off("std::time", true, "time comes in with each call: ask no clock"),
];

const fn kept_off(part: &'static str, is_crate: bool, why: &'static str) -> Rule {
    Rule { part, is_crate, why }
}

pub(super) fn check(wasm: &[u8], rules: &[Rule]) -> Result<()> {
    let names = names(wasm).context("could not read the names in the WebAssembly file")?;
    ensure!(
        !names.is_empty(),
        "the built WebAssembly file has no names to check: does its profile strip them?"
    );
    let breaches: Vec<_> = rules.iter().filter_map(|rule| breach(rule, &names)).collect();
    ensure!(
        breaches.is_empty(),
        "what is kept off the way to WebAssembly is on it:\n  {}",
        breaches.join("\n  ")
    );
    println!(
        "{} functions, none of them from what is kept off; the heaviest, before they are made small:",
        names.len()
    );
    for (bytes, name) in heaviest(wasm).context("could not read the functions of the WebAssembly file")? {
        println!("  {bytes:>6} {name}");
    }
    Ok(())
}

/// The heaviest functions, with what others are inlined into them: where to look when the file has grown.
fn heaviest(wasm: &[u8]) -> Result<Vec<(usize, String)>> {
    const SHOWN: usize = 12;
    let (mut imported, mut bytes, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => imported = section.into_imports().count(),
            Payload::CodeSectionEntry(body) => bytes.push(body.range().len()),
            Payload::CustomSection(section) => names.extend(functions(&section)?),
            _ => {}
        }
    }
    let named = |(place, bytes)| (bytes, names.get(&(imported + place)).cloned().unwrap_or_default());
    let mut all: Vec<_> = bytes.into_iter().enumerate().map(named).collect();
    all.sort_by(|one, other| other.cmp(one));
    all.truncate(SHOWN);
    Ok(all)
}

fn breach(rule: &Rule, names: &BTreeSet<String>) -> Option<String> {
    let found: Vec<&String> = names.iter().filter(|name| rule.hits(name)).collect();
    let first = found.first()?;
    Some(format!("{} ({} functions, as {first}): {}", rule.part, found.len(), rule.why))
}

impl Rule {
    fn hits(&self, name: &str) -> bool {
        // A crate's name stands at the start of a path: `<http::Uri as …>`, and not `kubewire::http::…`.
        let starts_path =
            |at: usize| !name[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        name.match_indices(self.part).any(|(at, _)| !self.is_crate || starts_path(at))
    }
}

/// The functions' names as in the source.
fn names(wasm: &[u8]) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CustomSection(section) = payload? else { continue };
        names.extend(functions(&section)?.into_iter().map(|(_, name)| name));
    }
    Ok(names)
}

/// The functions that a section names, by their numbers.
fn functions(section: &CustomSectionReader<'_>) -> Result<Vec<(usize, String)>> {
    let mut names = Vec::new();
    let KnownCustom::Name(section) = section.as_known() else { return Ok(names) };
    for name in section {
        let Name::Function(functions) = name? else { continue };
        for function in functions {
            let function = function?;
            names.push((usize::try_from(function.index)?, format!("{:#}", demangle(function.name))));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(rules: &[Rule], name: &str) -> usize {
        let names = BTreeSet::from([name.to_owned()]);
        rules.iter().filter(|rule| breach(rule, &names).is_some()).count()
    }

    #[test]
    fn dear_things_are_found() {
        for name in [
            "<http::uri::Uri as core::fmt::Display>::fmt",
            "serde_json::de::from_slice",
            "alloc::collections::btree::map::BTreeMap<K,V,A>::insert",
            "core::num::flt2dec::strategy::grisu::format_exact_opt",
        ] {
            assert_eq!(breaches(CORE, name), 1, "{name}");
        }
        assert_eq!(breaches(SANDBOX, "std::time::Instant::now"), 1);
        assert_eq!(breaches(SANDBOX, "serde_json::de::from_slice"), 0);
    }

    #[test]
    fn ours_are_not() {
        for name in ["kubewire::call::http::path", "kubewire_http::x", "kubewire::json::deserde", "memcpy"] {
            assert_eq!(breaches(CORE, name), 0, "{name}");
        }
    }
}
