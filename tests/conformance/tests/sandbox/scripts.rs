//! Sequences that someone wrote, each about one matter, beside those of the dice: `scripts.json`, and those that try what objects may say.

use serde::Deserialize;
use serde_json::Value;

use crate::kinds::Kinds;
use crate::step::Step;
use crate::{Bench, Both, known_to};

const SCRIPTS: &str = include_str!("scripts.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// What it shows.
    pub(crate) about: String,
    steps: Vec<Line>,
}

/// A method, a path and its query, and a body where there is one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Line {
    Plain(String, String),
    Body(String, String, Value),
}

impl Script {
    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        let mut all: Vec<Self> =
            serde_json::from_str(SCRIPTS).expect("the file of scripts is JSON of its form");
        all.extend(crate::edits::scripts());
        all
    }

    /// One of what is listed elsewhere.
    pub(crate) fn of(about: String, steps: Vec<Line>) -> Self {
        Self { about, steps }
    }

    pub(crate) fn steps(&self) -> Vec<Step> {
        self.steps.iter().enumerate().map(|(id, line)| line.step(id)).collect()
    }
}

impl Line {
    pub(crate) fn plain(method: &str, target: &str) -> Self {
        Self::Plain(method.into(), target.into())
    }

    pub(crate) fn body(method: &str, target: &str, body: Value) -> Self {
        Self::Body(method.into(), target.into(), body)
    }

    fn step(&self, id: usize) -> Step {
        let (method, target, body) = match self {
            Self::Plain(method, target) => (method, target, None),
            Self::Body(method, target, body) => (method, target, Some(body.clone())),
        };
        let media = match method.as_str() {
            "PATCH" => "application/merge-patch+json",
            "APPLY" => "application/apply-patch+yaml",
            "STRATEGIC" => "application/strategic-merge-patch+json",
            _ => "application/json",
        };
        let method = if matches!(method.as_str(), "APPLY" | "STRATEGIC") { "PATCH" } else { method };
        let headers = vec![("content-type".into(), media.into())];
        Step { id, method: method.into(), target: target.clone(), headers, body, watch: false }
    }
}

/// Each step whose answers differ: what the two say, and where.
pub(crate) fn differ(bench: &Bench, steps: &[Step]) -> Vec<(usize, String, String)> {
    let Both { real, ours, .. } = bench.answers(steps);
    let (real, ours) = (known_to(&ours, real.clone(), usize::MAX), known_to(&real, ours, usize::MAX));
    let told = |answer: &Value, pointer: &str, value: &Value| {
        format!("{} {} {pointer}: {value:.300}", answer["status"], answer["body"]["message"])
    };
    let pairs = real.chunks(1).zip(ours.chunks(1));
    let differing = pairs.filter_map(|(real, ours)| {
        let found = bench.differences.first(real, ours)?;
        let (pointer, real, ours) = (found.pointer.as_str(), &real[0].1, &ours[0].1);
        Some((found.step, told(real, pointer, &found.real), told(ours, pointer, &found.ours)))
    });
    differing.collect()
}

#[test]
fn scripts_are_answered_alike() {
    let bench = Bench::bare("scripts").defining(Kinds::custom().definitions);
    let only = std::env::var("KUBEWIRE_SCRIPT").unwrap_or_default();
    let mut different = Vec::new();
    for script in Script::all().iter().filter(|script| script.about.contains(&only)) {
        let steps = script.steps();
        // What the server has not heard of yet, it has the second time.
        let mut found = differ(&bench, &steps);
        if !found.is_empty() {
            found = differ(&bench, &steps);
        }
        for (id, real, ours) in found {
            let Step { method, target, .. } = &steps[id];
            different.push(format!("{}: {method} {target}\n  real: {real}\n  ours: {ours}", script.about));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    if only.is_empty() {
        let unused = bench.differences.unused(true);
        assert_eq!(unused, Vec::<&str>::new(), "named differences that nothing needs");
    }
}
