//! Rules that many kinds share: ports, label selectors, numbers that may be percents.

use serde_json::{Map, Value};

use super::fault::Fault;
use super::names;
use super::part::Part;
use crate::registry::NameRule;

const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// A name that is a DNS label.
pub(super) fn label(part: &Part<'_>) -> Vec<Fault> {
    part.all_invalid(names::name(NameRule::Label, part.text(), false)).collect()
}

/// A name that is a DNS subdomain.
pub(super) fn subdomain(part: &Part<'_>) -> Vec<Fault> {
    part.all_invalid(names::name(NameRule::Subdomain, part.text(), false)).collect()
}

/// A path below a domain, such as `acme.io/foo`.
pub(super) fn prefixed_path(part: &Part<'_>) -> Vec<Fault> {
    const NONE: &str = "must be a domain-prefixed path (such as \"acme.io/foo\")";
    const PATH: &str = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
    if part.is_empty() {
        return vec![part.required("")];
    }
    let (host, path) = part.text().split_once('/').unwrap_or_default();
    if host.is_empty() || path.is_empty() {
        return vec![part.invalid(NONE)];
    }
    let whys = names::name(NameRule::Subdomain, host, false);
    let mut faults: Vec<Fault> = whys.into_iter().map(|why| Fault::invalid(&part.path, host, why)).collect();
    if !path.chars().all(|c| c.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:".contains(c)) {
        faults.push(Fault::invalid(&part.path, path, PATH));
    }
    faults
}

/// A number from 1 to 65535.
pub(super) fn port_number(part: &Part<'_>) -> Option<Fault> {
    let good = (1..=65535).contains(&part.number());
    (!good).then(|| part.invalid("must be between 1 and 65535, inclusive"))
}

/// What is wrong with a port's name.
pub(super) fn port_name(text: &str) -> Vec<String> {
    let mut whys = Vec::new();
    if text.len() > 15 {
        whys.push("must be no more than 15 characters".to_owned());
    }
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || !text.chars().all(known) {
        whys.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !text.contains(|c: char| c.is_ascii_lowercase()) {
        whys.push("must contain at least one letter (a-z)".into());
    }
    if text.contains("--") {
        whys.push("must not contain consecutive hyphens".into());
    }
    if text.starts_with('-') || text.ends_with('-') {
        whys.push("must not begin or end with a hyphen".into());
    }
    whys
}

/// A port by its number or its name.
pub(super) fn port(part: &Part<'_>) -> Vec<Fault> {
    match part.value {
        Value::String(text) => part.all_invalid(port_name(text)).collect(),
        _ => port_number(part).into_iter().collect(),
    }
}

/// A map of labels; it is the map that faults name.
pub(super) fn labels(part: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (key, value) in part.entries() {
        faults.extend(names::label_key(key).into_iter().map(|why| Fault::invalid(&part.path, key, why)));
        let text = value.text();
        faults.extend(names::label_value(text).into_iter().map(|why| Fault::invalid(&part.path, text, why)));
    }
    faults
}

/// The keys of annotations; it is the map that faults name.
pub(super) fn annotations(part: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (key, _) in part.entries() {
        let whys = names::label_key(&key.to_lowercase());
        faults.extend(whys.into_iter().map(|why| Fault::invalid(&part.path, key, why)));
    }
    faults
}

/// An object of any kind, by its kind and its name.
pub(super) fn reference(part: &Part<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for field in ["kind", "name"].map(|field| part.field(field)) {
        if field.is_empty() {
            faults.push(field.required(""));
        } else {
            faults.extend(field.all_invalid(names::name(NameRule::PathSegment, field.text(), false)));
        }
    }
    faults
}

/// A list that has something in it, and nothing beside what stands for all; whether each of it is still to be judged.
pub(super) fn alone(list: &Part<'_>, missing: &str, others: &str, faults: &mut Vec<Fault>) -> bool {
    let items = list.items();
    let has_all = items.iter().any(|item| item.text() == "*");
    if items.is_empty() {
        faults.push(list.required(missing));
    } else if has_all && items.len() > 1 {
        faults.push(list.invalid(format!("if '*' is present, must not specify other {others}")));
    }
    !items.is_empty() && !has_all
}

/// The bytes of a map of texts.
pub(super) fn size(part: &Part<'_>) -> usize {
    part.entries().iter().map(|(key, value)| key.len() + value.text().len()).sum()
}

/// A label selector.
pub(super) fn selector(part: &Part<'_>) -> Vec<Fault> {
    let mut faults = labels(&part.field("matchLabels"));
    for one in part.field("matchExpressions").items() {
        let values = one.field("values");
        match one.field("operator").text() {
            "In" | "NotIn" if values.is_empty() => {
                faults.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
            }
            "In" | "NotIn" => {}
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                faults.push(values.forbidden(why));
            }
            "Exists" | "DoesNotExist" => {}
            _ => faults.push(one.field("operator").invalid("not a valid selector operator")),
        }
        let key = one.field("key");
        faults.extend(key.all_invalid(names::label_key(key.text())));
        for value in values.items() {
            faults.extend(value.all_invalid(names::label_value(value.text())));
        }
    }
    faults
}

/// Whether a selector selects labels; `None` where it is none.
pub(super) fn selects(selector: &Value, labels: Option<&Map<String, Value>>) -> Option<bool> {
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
    let mut all = true;
    for (key, value) in selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        if !names::label_key(key).is_empty() || !names::label_value(value).is_empty() {
            return None;
        }
        all &= label(key) == Some(value);
    }
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    for one in expressions.into_iter().flatten() {
        let text = |field: &str| one.get(field).and_then(Value::as_str).unwrap_or_default();
        let values = one.get("values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let own = label(text("key"));
        if !names::label_key(text("key")).is_empty() {
            return None;
        }
        let among = values.iter().any(|value| value.as_str() == own && own.is_some());
        all &= match text("operator") {
            "In" | "NotIn" if values.is_empty() => return None,
            "Exists" | "DoesNotExist" if !values.is_empty() => return None,
            "In" => among,
            "NotIn" => !among,
            "Exists" => own.is_some(),
            "DoesNotExist" => own.is_none(),
            _ => return None,
        };
    }
    Some(all)
}

/// Whether a selector selects everything.
pub(super) fn is_everything(selector: &Value) -> bool {
    let none = |field: &str| Part { path: String::new(), value: selector }.field(field).is_empty();
    none("matchLabels") && none("matchExpressions")
}

/// A number, or a percent.
pub(super) fn amount(part: &Part<'_>) -> Option<Fault> {
    match part.value {
        Value::String(text) if percent(text).is_none() => Some(part.invalid(PERCENT)),
        Value::Number(_) => part.not_negative(),
        _ => None,
    }
}

/// The number of a percent.
fn percent(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('%')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// A percent that is no more than all.
pub(super) fn at_most_all(part: &Part<'_>) -> Option<Fault> {
    let number = percent(part.text())?;
    (number > 100).then(|| part.invalid("must not be greater than 100%"))
}

/// What a number or a percent counts, one way or the other.
pub(super) fn count(part: &Part<'_>) -> i64 {
    percent(part.text()).unwrap_or_else(|| part.number())
}
