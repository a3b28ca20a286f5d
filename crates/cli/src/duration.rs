//! Durations as Go writes them: `90s`, `1m30s`, `500ms`.

use std::time::Duration;

/// Reads one. As in Go, only nothing is without a unit: `0`.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let bad = || format!("invalid duration \"{text}\": say it as 30s, 1m30s or 500ms");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|mark: char| !mark.is_ascii_digit()).ok_or_else(bad)?;
        let (number, unit) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| bad())?;
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
        let found = units.iter().find(|(name, _)| unit.starts_with(name));
        let (name, millis) = found.ok_or_else(bad)?;
        sum += Duration::from_millis(number.checked_mul(*millis).ok_or_else(bad)?);
        rest = &unit[name.len()..];
    }
    if text.is_empty() { Err(bad()) } else { Ok(sum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_as_go_writes_them() {
        for (text, millis) in [
            ("30s", 30_000),
            ("1m30s", 90_000),
            ("500ms", 500),
            ("2h", 7_200_000),
            ("0", 0),
            ("0s", 0),
            ("1h30m", 5_400_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for bad in ["", "s", "-1s", "1", "1d", "1.5s", "1s2", "99999999999999999999h"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
