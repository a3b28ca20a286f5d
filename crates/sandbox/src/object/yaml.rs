//! YAML, as the server reads it: version 1.1 of the language, in which `n` and `Off` are booleans and `0777` is 511.
//!
//! Source: `sigs.k8s.io/yaml`, which makes JSON of it first, so every key is a text and a number without fractions is an integer.

use std::cell::RefCell;

use serde::de::DeserializeSeed;
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, Options, budget, options};

use super::json::{Parsed, Seed};

/// How deep it may be, as for JSON.
const DEPTH: usize = 127;
/// What aliases may stand for, all together, in the parser's events.
const ALIASED: usize = 100_000;

/// Reads one document. Keys that stand twice are told, as those of JSON are.
///
/// # Errors
/// The parser's words, in one line: those of Go's are others.
pub(crate) fn parse(body: &[u8]) -> Result<Parsed, String> {
    if body.trim_ascii().is_empty() {
        return Ok(Parsed { value: Value::Null, duplicates: Vec::new() });
    }
    let duplicates = RefCell::new(Vec::new());
    let seed = Seed::new(&duplicates);
    let read = |reader: serde_saphyr::Deserializer<'_, '_>| seed.deserialize(reader);
    let value = serde_saphyr::with_deserializer_from_slice_with_options(body, bounded(), read);
    let mut value = value.map_err(|error| {
        let text = error.to_string();
        text.lines().next().unwrap_or_default().to_owned()
    })?;
    whole(&mut value);
    Ok(Parsed { value, duplicates: duplicates.into_inner() })
}

fn bounded() -> Options {
    let mut options = options! {
        budget: budget! { max_depth: DEPTH },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        legacy_octal_numbers: true,
        with_snippet: false,
    };
    options.alias_limits.max_total_replayed_events = ALIASED;
    options
}

/// Makes integers of numbers that are none by their spelling alone, as Go's JSON does.
fn whole(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            // Go spells larger ones with an exponent.
            let text = number.as_f64().filter(|float| float.abs() < 1e18).map(|float| float.to_string());
            if let Some(integer) = text.and_then(|text| text.parse::<i64>().ok()) {
                *value = integer.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(fields) => fields.values_mut().for_each(whole),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_are_those_of_version_1_1() {
        for (text, wanted) in [
            ("n", json!(false)),
            ("y", json!(true)),
            ("on", json!(true)),
            ("Off", json!(false)),
            ("yes", json!(true)),
            ("'n'", json!("n")),
            ("\"on\"", json!("on")),
            ("!!str 5", json!("5")),
            ("0777", json!(511)),
            ("'0777'", json!("0777")),
            ("0x1f", json!(31)),
            ("0", json!(0)),
            ("-12", json!(-12)),
            ("1_000", json!(1000)),
            ("1.0", json!(1)),
            ("1.5", json!(1.5)),
            ("1e3", json!(1000)),
            ("9223372036854775807", json!(i64::MAX)),
            ("1.2.3", json!("1.2.3")),
            ("100m", json!("100m")),
            ("2026-01-01", json!("2026-01-01")),
            ("2026-01-01T00:00:00Z", json!("2026-01-01T00:00:00Z")),
            ("~", Value::Null),
            ("null", Value::Null),
            ("", Value::Null),
            ("nginx:1.27", json!("nginx:1.27")),
        ] {
            let read = parse(format!("a: {text}\n").as_bytes()).map(|parsed| parsed.value);
            assert_eq!(read, Ok(json!({"a": wanted})), "{text}");
        }
    }

    #[test]
    fn keys_are_texts_aliases_copies_and_what_stands_twice_is_told() {
        for (text, wanted) in [
            ("1: a\ny: b\n", json!({"1": "a", "true": "b"})),
            ("a: &x {b: 1}\nc: *x\n", json!({"a": {"b": 1}, "c": {"b": 1}})),
            ("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", json!({"a": {"b": 1}, "c": {"b": 1, "d": 2}})),
            ("a: |\n  x\n  y\n", json!({"a": "x\ny\n"})),
            ("# nothing\n---\na: [1, {b: c}]\n", json!({"a": [1, {"b": "c"}]})),
            ("{\"a\": \"\\u00e9\", \"b\": [null, true]}", json!({"a": "é", "b": [null, true]})),
        ] {
            assert_eq!(parse(text.as_bytes()).map(|parsed| parsed.value), Ok(wanted), "{text}");
        }
        let twice = parse(b"a: 1\nb: {c: 1, c: 2}\na: 3\n").unwrap();
        assert_eq!(
            (twice.value, twice.duplicates),
            (json!({"a": 3, "b": {"c": 2}}), vec!["b.c".into(), "a".into()])
        );
    }

    #[test]
    fn what_is_none_or_too_much_is_refused() {
        let bomb = (0..9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let alias = format!("*a{level}, ").repeat(9);
            format!("{text}a{next}: &a{next} [{alias}]\n", next = level + 1)
        });
        for bad in ["a: [", "a: b: c", "a: \"", &bomb, &"[".repeat(100_000), "a: *b", "a: \u{0}"] {
            let why = parse(bad.as_bytes()).unwrap_err();
            assert!(!why.is_empty() && !why.contains('\n'), "{why}");
        }
        assert!(parse(b"a: \xff").is_err());
    }
}
