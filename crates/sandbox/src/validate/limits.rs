//! What a `LimitRange` may say.
//!
//! Source: `ValidateLimitRange` in `k8s.io/kubernetes/pkg/apis/core/validation`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fault::Fault;
use super::names;
use super::part::Part;
use super::pod;
use crate::object::{Amount, Amounts};

const TYPES: [&str; 3] = ["Pod", "Container", "PersistentVolumeClaim"];
/// Which of two amounts of a resource may not be more than the other, whose field is told and whose value, and in which words.
const ORDERED: [(&str, &str, &str, &str, &str, &str); 6] = [
    ("min", "max", "min", "min", "min value", "max value"),
    ("min", "defaultRequest", "defaultRequest", "defaultRequest", "min value", "default request value"),
    ("defaultRequest", "max", "defaultRequest", "defaultRequest", "default request value", "max value"),
    (
        "defaultRequest",
        "default",
        "defaultRequest",
        "defaultRequest",
        "default request value",
        "default limit value",
    ),
    ("min", "default", "default", "min", "min value", "default value"),
    ("default", "max", "default", "max", "default value", "max value"),
];

pub(super) fn range(object: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for limit in Part::of(object, "spec").field("limits").items() {
        let kind = limit.field("type");
        faults.extend(of_type(&kind));
        if !seen.insert(kind.text()) {
            faults.push(kind.duplicate());
        }
        for list in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
            let part = limit.field(list);
            if kind.text() == "Pod" && list.starts_with("default") {
                if !part.is_empty() {
                    faults.push(part.forbidden("may not be specified when `type` is 'Pod'"));
                }
                continue;
            }
            for (name, part) in part.entries() {
                match kind.text() {
                    "Pod" | "Container" => faults.extend(pod::name_of_container(name, &part)),
                    _ => faults.extend(pod::resource_name(name, &part)),
                }
            }
        }
        let bounded = ["min", "max"].iter().any(|list| limit.field(list).field("storage").is_there());
        if kind.text() == "PersistentVolumeClaim" && !bounded {
            let why = "either minimum or maximum storage value is required, but neither was provided";
            faults.push(limit.field("limits").required(why));
        }
        amounts(&limit, &mut faults);
    }
    faults
}

fn of_type(kind: &Part<'_>) -> Vec<Fault> {
    let whys = names::label_key(kind.text());
    let known = kind.text().contains('/') || TYPES.contains(&kind.text());
    if whys.is_empty() && !known {
        return vec![kind.invalid("must be a standard limit type or fully qualified")];
    }
    whys.into_iter().map(|why| Fault::invalid(&kind.path, kind.text(), why)).collect()
}

fn amounts(limit: &Part<'_>, faults: &mut Vec<Fault>) {
    // Those of a pod by default do not count: they are forbidden.
    let pod = limit.field("type").text() == "Pod";
    let of = |list: &str| {
        if pod && list.starts_with("default") {
            Amounts::default()
        } else {
            Amounts::from(limit.value.get(list))
        }
    };
    let lists = ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"];
    let names: BTreeSet<String> = lists.into_iter().flat_map(|list| of(list).0.into_keys()).collect();
    for name in names {
        let get = |list: &str| of(list).get(&name);
        let fault = |field: &str, value: Amount, why: String| {
            Fault::invalid(&format!("{}[{name}]", limit.field(field).path), &value.to_string(), why)
        };
        for (low, high, field, value, lower, higher) in ORDERED {
            if let (Some(less), Some(more), Some(shown)) = (get(low), get(high), get(value))
                && less.nanos() > more.nanos()
            {
                faults.push(fault(field, shown, format!("{lower} {less} is greater than {higher} {more}")));
            }
        }
        let Some(ratio) = get("maxLimitRequestRatio") else { continue };
        if ratio.nanos() < Amount::count(1).nanos() {
            faults.push(fault("maxLimitRequestRatio", ratio, format!("ratio {ratio} is less than 1")));
        }
        if let (Some(min), Some(max)) = (get("min"), get("max")) {
            let most = max.nanos() as f64 / min.nanos() as f64;
            if ratio.nanos() as f64 / 1e9 > most {
                let why = format!("ratio {ratio} is greater than max/min = {most:.6}");
                faults.push(fault("maxLimitRequestRatio", ratio, why));
            }
        }
    }
}
