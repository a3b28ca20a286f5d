//! When a job has succeeded before all of its pods have.
//!
//! Source: `validateSuccessPolicy` in `k8s.io/kubernetes/pkg/apis/batch/validation`.

use super::super::fault::Fault;
use super::super::part::Part;
use crate::object::{as_go, quote};

pub(super) fn judge(spec: &Part<'_>) -> Vec<Fault> {
    let policy = spec.field("successPolicy");
    let rules = policy.field("rules");
    let items = rules.items();
    if spec.field("completionMode").text() != "Indexed" {
        return vec![Fault::invalid_value(&policy.path, shown(&rules), "requires indexed completion mode")];
    }
    let mut faults = Vec::new();
    if items.is_empty() {
        faults
            .push(rules.required("at least one rules must be specified when the successPolicy is specified"));
    }
    if items.len() > 20 {
        faults.push(Fault::too_many(&rules.path, items.len(), 20));
    }
    items.iter().for_each(|rule| one(rule, &spec.field("completions"), &mut faults));
    faults
}

fn one(rule: &Part<'_>, completions: &Part<'_>, faults: &mut Vec<Fault>) {
    let (indexes, count) = (rule.field("succeededIndexes"), rule.field("succeededCount"));
    if !indexes.is_there() && !count.is_there() {
        let why = "at least one of succeededCount or succeededIndexes must be specified";
        return faults.push(rule.required(why));
    }
    let mut total = 0;
    if indexes.is_there() {
        match self::total(indexes.text(), completions.number()) {
            Ok(found) => total = found,
            Err(why) => faults.push(indexes.invalid(format!("error parsing succeededIndexes: {why}"))),
        }
    }
    if !count.is_there() {
        return;
    }
    faults.extend(count.not_negative());
    if completions.is_there() && count.number() > completions.number() {
        let most = completions.number();
        faults.push(
            count.invalid(format!(
                "must be less than or equal to {most} (the number of specified completions)"
            )),
        );
    }
    if indexes.is_there() && count.number() > total {
        faults.push(count.invalid(format!(
            "must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
        )));
    }
}

/// How many indexes a text such as `0-3,7` names.
fn total(text: &str, completions: i64) -> Result<i64, String> {
    let (mut total, mut last) = (0, None);
    for interval in text.split(',').filter(|_| !text.is_empty()) {
        let ends: Vec<&str> = interval.split('-').collect();
        if ends.len() > 2 {
            return Err(format!(
                "the fragment {} violates the requirement that an index interval can have at most two parts separated by '-'",
                quote(interval)
            ));
        }
        for (at, end) in ends.iter().enumerate() {
            let index: i64 = end
                .parse()
                .map_err(|_| format!("cannot convert string to integer for index: {}", quote(end)))?;
            if index >= completions {
                return Err(format!("too large index: {}", quote(end)));
            }
            if let Some(last) = last.filter(|last| *last >= index) {
                return Err(format!("non-increasing order, previous: {last}, current: {index}"));
            }
            total += if at == 0 { 1 } else { index - last.unwrap_or(index) };
            last = Some(index);
        }
    }
    Ok(total)
}

fn shown(rules: &Part<'_>) -> String {
    let one = |rule: &Part<'_>| {
        let field = |name: &str| as_go(rule.field(name).value);
        format!(
            "{{\"SucceededIndexes\":{},\"SucceededCount\":{}}}",
            field("succeededIndexes"),
            field("succeededCount")
        )
    };
    let list = if rules.is_there() {
        format!("[{}]", rules.items().iter().map(one).collect::<Vec<_>>().join(","))
    } else {
        "null".to_owned()
    };
    format!("{{\"Rules\":{list}}}")
}
