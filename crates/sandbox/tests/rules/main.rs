//! Rules of custom resources (`x-kubernetes-validations`) beside the answers that the real server gave.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod cases;
#[path = "../common/mod.rs"]
mod common;

use cases::{BATCH, Case, Cases, costly, costs, dear, found, refused, same};
use kubewire::Now;
use kubewire_sandbox::Sandbox;
use serde_json::Value;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const JUDGES: &str = "/apis/rules.test/v1/judges";

fn send(sandbox: &mut Sandbox, method: &str, target: &str, body: &Value) -> (u16, Value) {
    common::send(sandbox, Now::default(), method, target, &[("content-type", "application/json")], body)
}

fn empty() -> Sandbox {
    Sandbox::builder().rbac(false).build().unwrap()
}

fn all() -> Cases {
    Cases::read(include_str!("rules.json"))
}

#[test]
fn rules_that_are_none_are_refused() {
    let cases = all();
    let mut sandbox = empty();
    let mut wrong = Vec::new();
    for case in cases.rules.iter().filter(|case| case.refused.is_some()) {
        let definition = cases.definition(&[case]);
        let (code, answer) = send(&mut sandbox, "POST", &format!("{DEFINITIONS}?dryRun=All"), &definition);
        let own = (code == 422).then(|| refused(&answer));
        if own != case.refused {
            wrong.push(format!("{}\n  real: {:?}\n  ours: {code} {own:?}", case.rule, case.refused));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_find_what_they_find_on_the_server() {
    let cases = all();
    let good: Vec<&Case> = cases.rules.iter().filter(|case| case.refused.is_none()).collect();
    let mut wrong = Vec::new();
    for batch in good.chunks(BATCH) {
        let mut sandbox = with(&cases, batch);
        for (at, object) in cases.objects.iter().enumerate() {
            let object = Cases::object(same(object, batch.len()));
            let (_, answer) = send(&mut sandbox, "POST", &format!("{JUDGES}?dryRun=All"), &object);
            for (case, own) in batch.iter().zip(found(&answer, batch.len())) {
                compare(case, at, own.as_ref(), &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_see_what_was_there_before() {
    let cases = all();
    let rules: Vec<&Case> = cases.changes.iter().map(|(case, ..)| case).collect();
    let mut sandbox = with(&cases, &rules);
    let old = Cases::object(cases.changes.iter().map(|(_, old, _)| old));
    let (code, answer) = send(&mut sandbox, "POST", JUDGES, &old);
    assert_eq!(code, 201, "{answer}");
    let mut now = Cases::object(cases.changes.iter().map(|(.., now)| now));
    now["metadata"]["resourceVersion"] = answer["metadata"]["resourceVersion"].clone();
    let (_, answer) = send(&mut sandbox, "PUT", &format!("{JUDGES}/judge"), &now);
    let mut wrong = Vec::new();
    for (case, own) in rules.iter().zip(found(&answer, rules.len())) {
        compare(case, 0, own.as_ref(), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn with(cases: &Cases, rules: &[&Case]) -> Sandbox {
    let mut sandbox = empty();
    let (code, answer) = send(&mut sandbox, "POST", DEFINITIONS, &cases.definition(rules));
    assert_eq!(code, 201, "{answer}");
    sandbox
}

fn compare(case: &Case, at: usize, own: Option<&String>, wrong: &mut Vec<String>) {
    let real = case.found[at].as_ref();
    if real != own {
        wrong.push(format!("{} of object {at}\n  real: {real:?}\n  ours: {own:?}", case.rule));
    }
}

/// Rules with pieces of others in them, or without some of their letters: they are refused or taken, and never more than that.
#[test]
fn rules_of_any_kind_are_answered() {
    let cases = all();
    let texts: Vec<&str> = cases.rules.iter().filter_map(|case| case.rule["rule"].as_str()).collect();
    let mut state = 7_u64;
    let mut dice = move |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % sides.max(1)
    };
    let empty = empty();
    let object = Cases::object(same(&cases.objects[0], 1));
    for _ in 0..300 {
        let mut letters: Vec<char> = texts[dice(texts.len())].chars().collect();
        for _ in 0..=dice(3) {
            let other: Vec<char> = texts[dice(texts.len())].chars().collect();
            let (from, to) = (dice(other.len()), dice(other.len()));
            let (start, end) = (dice(letters.len()), dice(letters.len()));
            let piece = other[from.min(to)..from.max(to)].to_vec();
            letters.splice(start.min(end)..start.max(end), piece);
        }
        let rule: String = letters.into_iter().collect();
        let case = Case {
            rule: serde_json::json!({"rule": rule, "message": "m"}),
            at: String::new(),
            refused: None,
            found: Vec::new(),
        };
        let mut sandbox = empty.clone();
        let (code, answer) = send(&mut sandbox, "POST", DEFINITIONS, &cases.definition(&[&case]));
        assert!(matches!(code, 201 | 422 | 501), "{rule}: {answer}");
        if code == 201 {
            let (code, answer) = send(&mut sandbox, "POST", JUDGES, &object);
            assert!(matches!(code, 201 | 422), "{rule}: {answer}");
        }
    }
}

#[test]
fn rules_without_end_are_refused() {
    let cases = all();
    for (count, refused) in [(120, false), (300, true), (20_000, true)] {
        let many = |text: &str| text.repeat(count);
        for rule in [
            format!("{}true{}", many("("), many(")")),
            format!("size({}1{}) == 1", many("["), many("]")),
            format!("{}1{} == 1", many("{1: "), many("}")),
            format!("{}true{}", many("(true && "), many(")")),
            format!("self{} == 1", many(".a")),
            format!("self.tags{} == 1", many("[0]")),
            format!("{}1 == 1", many("1 + ")),
            format!("{}true", many("true ? true : ")),
            format!("self.name{} == 'a'", many(".trim()")),
            format!("{}true", many("!")),
            format!("{}1 == 1", many("-")),
        ] {
            let case = Case {
                rule: serde_json::json!({"rule": rule}),
                at: String::new(),
                refused: None,
                found: Vec::new(),
            };
            let (code, answer) = send(&mut empty(), "POST", DEFINITIONS, &cases.definition(&[&case]));
            let start: String = rule.chars().take(30).collect();
            assert!(matches!(code, 201 | 422), "{start}: {answer}");
            let told = answer["message"].as_str().unwrap_or_default();
            let too_deep = told.contains("recursion") || told.contains("exceeds limit");
            assert_eq!(too_deep, refused, "{count} of {start}: {code}");
        }
    }
}

#[test]
fn rules_cost_what_they_cost_on_the_server() {
    let (cases, mut sandbox, mut wrong) = (all(), empty(), Vec::new());
    for case in costs() {
        let definition = costly(&cases.properties, &case);
        let (code, answer) = send(&mut sandbox, "POST", &format!("{DEFINITIONS}?dryRun=All"), &definition);
        let own = dear(&answer);
        if code == 501 || serde_json::json!(own) != case["found"] {
            wrong.push(format!("{case}\n  ours: {code} {own:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The server goes through a map in any order.
#[test]
fn the_keys_of_a_map_have_an_order() {
    let cases = all();
    let rule = serde_json::json!({"rule": "self.labels.map(k, k) == ['a', 'b', 'c', 'd', 'e', 'f']"});
    let case = Case { rule, at: String::new(), refused: None, found: Vec::new() };
    let mut sandbox = with(&cases, &[&case]);
    let labels = serde_json::json!({"labels": {"d": "1", "b": "2", "a": "3", "e": "4", "c": "5", "f": "6"}});
    let (_, answer) = send(&mut sandbox, "POST", JUDGES, &Cases::object(same(&labels, 1)));
    assert_eq!(found(&answer, 1), [None], "{answer}");
}
