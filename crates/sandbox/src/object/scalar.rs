//! Texts, numbers, times: as Go reads and then writes them.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD};
use serde_json::Value;

use super::quantity;
use super::quote;
use super::refuse::{At, Wording};
use crate::schema::{Scalar, Typed};

/// Reads a value that has no parts.
pub(super) fn read(scalar: Scalar, value: Value, shape: Typed<'_>, at: At<'_>) -> Result<Value, String> {
    Ok(match (scalar, value) {
        (Scalar::Text | Scalar::IntOrString, Value::String(text)) => text.into(),
        (Scalar::Flag, Value::Bool(flag)) => flag.into(),
        (Scalar::Int64, Value::Number(number)) if whole(&number, at).is_some() => whole(&number, at).into(),
        (Scalar::Int32 | Scalar::IntOrString, Value::Number(number))
            if whole(&number, at).is_some_and(|number| i32::try_from(number).is_ok()) =>
        {
            whole(&number, at).into()
        }
        // The converter cuts what is too large.
        #[expect(clippy::cast_possible_truncation, reason = "as Go does")]
        (Scalar::Int32, Value::Number(number))
            if at.wording == Wording::Converter && whole(&number, at).is_some() =>
        {
            (whole(&number, at).unwrap_or_default() as i32).into()
        }
        (Scalar::Double, Value::Number(number)) => number.into(),
        (Scalar::Bytes, Value::String(text)) => canonical(&text).map_err(|why| at.encoding(&why))?.into(),
        (Scalar::Time, Value::String(text)) => time(&text)?,
        (Scalar::MicroTime, Value::String(text)) => micro_time(&text)?,
        (Scalar::Quantity, Value::String(text)) => quantity::canonical(&text)?.into(),
        (Scalar::Quantity, value) => quantity::canonical(&value.to_string())?.into(),
        (_, other) => return Err(at.mismatch(&other, shape)),
    })
}

/// A whole number. The converter takes `3.0` for one too.
fn whole(number: &serde_json::Number, at: At<'_>) -> Option<i64> {
    let near = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
    let converted = near.filter(|_| at.wording == Wording::Converter);
    number.as_i64().or_else(|| format!("{:.0}", converted?).parse().ok())
}

/// Go's `base64.StdEncoding` does not mind bits that are too many.
const STANDARD: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// Go's `base64.StdEncoding`, which passes over line ends, and says at which byte it fails.
fn canonical(text: &str) -> Result<String, String> {
    let plain: String = text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let decoded = STANDARD.decode(&plain).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _) => at,
            _ => plain.len() / 4 * 4,
        };
        format!("illegal base64 data at input byte {at}")
    })?;
    Ok(STANDARD.encode(decoded))
}

/// A time, in whole seconds and UTC, as Go writes it again.
fn time(text: &str) -> Result<Value, String> {
    seconds(text).map(Value::from).ok_or_else(|| unread(text, "2006-01-02T15:04:05Z07:00", text, "2006"))
}

/// A time with six decimals, no more and no less.
fn micro_time(text: &str) -> Result<Value, String> {
    const LAYOUT: &str = "2006-01-02T15:04:05.000000Z07:00";
    const SECONDS: usize = "2006-01-02T15:04:05".len();
    let whole = || unread(text, LAYOUT, text, "2006");
    let (date, rest) = text.split_at_checked(SECONDS).ok_or_else(whole)?;
    let digits = rest.strip_prefix('.').and_then(|rest| rest.split_at_checked(6));
    let digits = digits.filter(|(digits, zone)| {
        digits.bytes().all(|byte| byte.is_ascii_digit()) && !zone.starts_with(|c: char| c.is_ascii_digit())
    });
    let Some((digits, zone)) = digits else {
        seconds(&format!("{date}Z")).ok_or_else(whole)?;
        return Err(unread(text, LAYOUT, rest, ".000000"));
    };
    let seconds = seconds(&format!("{date}{zone}")).ok_or_else(whole)?;
    Ok(format!("{}.{digits}Z", seconds.trim_end_matches('Z')).into())
}

fn seconds(text: &str) -> Option<String> {
    let read: Result<kubewire::Time, _> = serde_json::from_value(Value::from(text));
    read.ok().map(|time| time.to_string())
}

/// Go's `time.ParseError`.
fn unread(text: &str, layout: &str, rest: &str, wanted: &str) -> String {
    let (text, layout, rest, wanted) = (quote(text), quote(layout), quote(rest), quote(wanted));
    format!("parsing time {text} as {layout}: cannot parse {rest} as {wanted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(time("2026-01-02T03:04:05.9+01:00").unwrap(), "2026-01-02T02:04:05Z");
        assert_eq!(micro_time("2026-01-02T03:04:05.000900+01:00").unwrap(), "2026-01-02T02:04:05.000900Z");
        for (text, end) in [
            ("2026-01-02T03:04:05Z", r#"cannot parse "Z" as ".000000""#),
            ("2026-01-02T03:04:05.9Z", r#"cannot parse ".9Z" as ".000000""#),
            ("soon", r#"cannot parse "soon" as "2006""#),
        ] {
            let why = micro_time(text).unwrap_err();
            assert!(why.ends_with(end), "{why}");
        }
    }
}
