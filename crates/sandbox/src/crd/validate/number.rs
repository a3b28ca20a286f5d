//! Numbers: their bounds, multiples, and what their formats hold.

use serde_json::{Number, Value};

use super::flag;
use super::outcome::Outcome;
use super::value::{format_of, types};
use crate::validate::Fault;

/// The whole numbers that a float64 holds exactly.
const EXACT: f64 = 9_007_199_254_740_991.0;

pub(super) fn check(own: &Number, schema: &Value, path: &str) -> Outcome {
    let kind = match types(schema) {
        [one] => *one,
        _ => "",
    };
    let format = if matches!(kind, "integer" | "number") { format_of(schema) } else { "" };
    let held = |number: &Number, what: &str| beyond(number, kind, format, what, path);
    let mut all = Outcome::default();
    held(own, "Checked").into_iter().for_each(|fault| all.add(fault));
    if let Some(factor) = schema.get("multipleOf").and_then(Value::as_number) {
        let beyond = held(factor, "MultipleOf");
        // What is whole is judged among whole numbers, if the factor can be one.
        let whole = own.as_i64().filter(|_| beyond.is_none());
        beyond.into_iter().for_each(|fault| all.add(fault));
        let factor = factor.as_f64().unwrap_or_default();
        let factor = if whole.is_some() { factor.trunc() } else { factor };
        if factor <= 0.0 {
            let why = format!("factor MultipleOf declared for {path} must be positive: {factor}");
            all.add(Fault::invalid_value(path, factor.to_string(), why));
        } else if !is_multiple(own, whole, factor) {
            let why = format!("{path} in body should be a multiple of {factor}");
            all.add(Fault::invalid_value(path, written(own), why));
        }
    }
    for (bound, exclusive, word, what, sign) in [
        ("minimum", "exclusiveMinimum", "greater", "Minimum boundary", -1.0),
        ("maximum", "exclusiveMaximum", "less", "Maximum boundary", 1.0),
    ] {
        let Some(limit) = schema.get(bound).and_then(Value::as_number) else { continue };
        let beyond = held(limit, what);
        let whole = own.is_i64() && beyond.is_none();
        beyond.into_iter().for_each(|fault| all.add(fault));
        let limit = limit.as_f64().unwrap_or_default();
        let limit = if whole { limit.trunc() } else { limit };
        let over = (own.as_f64().unwrap_or_default() - limit) * sign;
        let exclusive = flag(schema, exclusive);
        if over > 0.0 || exclusive && over == 0.0 {
            let or = if exclusive { "" } else { " or equal to" };
            let why = format!("{path} in body should be {word} than{or} {limit}");
            all.add(Fault::invalid_value(path, written(own), why));
        }
    }
    all.passed += 1;
    all
}

/// What says that a number is not one of the schema's type and format.
fn beyond(number: &Number, kind: &str, format: &str, what: &str, path: &str) -> Option<Fault> {
    let float = number.as_f64().unwrap_or_default();
    let holds = match (kind, format) {
        ("integer", "int32") => {
            float.fract() == 0.0 && float.abs() <= 2_147_483_648.0 && float != 2_147_483_648.0
        }
        ("integer", _) => number.is_i64() || float.fract() == 0.0 && float.abs() < 9.2e18,
        ("number", "float") => float.abs() <= f64::from(f32::MAX),
        _ => true,
    };
    if holds {
        return None;
    }
    let format =
        if format.is_empty() { "(default format)".to_owned() } else { format!("with format {format}") };
    Some(Fault::invalid("", "", format!("{what} value must be of type {kind} {format} in {path}")))
}

/// The server multiplies by the inverse of a factor below one.
fn is_multiple(own: &Number, whole: Option<i64>, factor: f64) -> bool {
    if let Some(whole) = whole {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "as Go does, which cuts the factor to a whole number"
        )]
        return whole.checked_rem(factor as i64).is_some_and(|rest| rest == 0);
    }
    let own = own.as_f64().unwrap_or_default();
    let times = if factor < 1.0 { 1.0 / factor * own } else { own / factor };
    let rounded = times.round();
    times.abs() <= EXACT && (times == rounded || (times - rounded).abs() < 1e-9 * rounded.abs())
}

/// A number as Go writes it.
pub(super) fn written(number: &Number) -> String {
    let text = number.to_string();
    match text.split_once('e') {
        Some((digits, power)) if !power.starts_with(['-', '+']) => format!("{digits}e+{power}"),
        _ => text.strip_suffix(".0").map_or_else(|| text.clone(), ToOwned::to_owned),
    }
}
