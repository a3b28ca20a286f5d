//! Values that are to be like several schemas, one of them, or none: `allOf`, `anyOf`, `oneOf`, `not`.

use serde_json::Value;

use super::outcome::Outcome;
use super::value;
use crate::validate::Fault;

pub(super) fn check(found: &Value, schema: &Value, path: &str) -> Outcome {
    let mut all = Outcome::default();
    let outcomes = |word: &str| -> Vec<Outcome> {
        let schemas = schema.get(word).and_then(Value::as_array);
        schemas.into_iter().flatten().map(|schema| value::check(found, schema, path)).collect()
    };
    any_of(outcomes("anyOf"), path, &mut all);
    one_of(outcomes("oneOf"), path, &mut all);
    all_of(outcomes("allOf"), path, &mut all);
    if schema.get("not").is_some_and(|schema| value::check(found, schema, path).is_valid()) {
        all.add(whole(path, "must not validate the schema (not)"));
    }
    all.passed += 1;
    all
}

/// A fault of the whole, which the server tells of no field.
fn whole(path: &str, why: &str) -> Fault {
    Fault::invalid("", "", format!("\"{path}\" {why}"))
}

fn any_of(outcomes: Vec<Outcome>, path: &str, all: &mut Outcome) {
    if outcomes.is_empty() {
        return;
    }
    let mut best: Option<Outcome> = None;
    for outcome in outcomes {
        if outcome.is_valid() {
            all.merge(outcome);
            return;
        }
        keep_best(outcome, &mut best);
    }
    all.add(whole(path, "must validate at least one schema (anyOf)"));
    best.into_iter().for_each(|outcome| all.merge(outcome));
}

fn one_of(outcomes: Vec<Outcome>, path: &str, all: &mut Outcome) {
    if outcomes.is_empty() {
        return;
    }
    let (valid, invalid): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Outcome::is_valid);
    let count = valid.len();
    match valid.into_iter().next() {
        Some(first) if count == 1 => all.merge(first),
        Some(_) => {
            let why =
                format!("must validate one and only one schema (oneOf). Found {count} valid alternatives");
            all.add(whole(path, &why));
        }
        None => {
            all.add(whole(path, "must validate one and only one schema (oneOf). Found none valid"));
            let mut best = None;
            invalid.into_iter().for_each(|outcome| keep_best(outcome, &mut best));
            best.into_iter().for_each(|outcome| all.merge(outcome));
        }
    }
}

fn all_of(outcomes: Vec<Outcome>, path: &str, all: &mut Outcome) {
    let (wanted, mut valid) = (outcomes.len(), 0);
    for outcome in outcomes {
        valid += usize::from(outcome.is_valid());
        all.merge(outcome);
    }
    if valid != wanted {
        let none = if valid == 0 { ". None validated" } else { "" };
        all.add(whole(path, &format!("must validate all the schemas (allOf){none}")));
    }
}

/// Of what failed, the first that passed the most checks is told.
fn keep_best(outcome: Outcome, best: &mut Option<Outcome>) {
    if best.as_ref().is_none_or(|best| outcome.passed > best.passed) {
        *best = Some(outcome);
    }
}
