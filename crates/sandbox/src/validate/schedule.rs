//! When a cron job is due.
//!
//! Source: `github.com/robfig/cron/v3`, by which the server reads it; <https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax>.

use super::fault::Fault;
use super::part::Part;
use crate::object::quote;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const NAMED: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Judges a schedule.
pub(super) fn judge(schedule: &Part<'_>) -> Vec<Fault> {
    let text = schedule.text();
    let mut faults = Vec::new();
    if let Err(why) = read(text) {
        faults.push(schedule.invalid(why));
    }
    if text.contains("TZ") {
        faults.push(schedule.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
    }
    faults
}

fn read(text: &str) -> Result<(), String> {
    let zoned = text.starts_with("TZ=") || text.starts_with("CRON_TZ=");
    let text = if zoned { text.split_once(' ').map_or("", |(_, rest)| rest).trim() } else { text };
    if text.starts_with('@') {
        return named(text);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    };
    for (field, bounds, names) in [
        (minute, (0, 59), &[][..]),
        (hour, (0, 23), &[]),
        (day, (1, 31), &[]),
        (month, (1, 12), &MONTHS),
        (weekday, (0, 6), &DAYS),
    ] {
        for range in field.split(',').filter(|range| !range.is_empty()) {
            self::range(range, bounds, names)?;
        }
    }
    Ok(())
}

fn named(text: &str) -> Result<(), String> {
    match text.strip_prefix("@every ") {
        Some(duration) if !is_duration(duration) => {
            Err(format!("failed to parse duration {text}: time: invalid duration {}", quote(duration)))
        }
        Some(_) => Ok(()),
        None if NAMED.contains(&text) => Ok(()),
        None => Err(format!("unrecognized descriptor: {text}")),
    }
}

/// Go's durations, such as `1h30m`.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let digits = rest.len() - number.len();
        let unit = UNITS.iter().find_map(|unit| number.strip_prefix(unit));
        match unit {
            Some(next) if digits > 0 => rest = next,
            _ => return text == "0",
        }
    }
    true
}

fn range(text: &str, (least, most): (u32, u32), names: &[&str]) -> Result<(), String> {
    let parts: Vec<&str> = text.split('/').collect();
    let ends: Vec<&str> = parts.first().map(|range| range.split('-').collect()).unwrap_or_default();
    let number = |word: &str| {
        let place = names.iter().position(|name| name.eq_ignore_ascii_case(word));
        let named = place.and_then(|place| u32::try_from(place).ok()).map(|place| place + least);
        named.map_or_else(|| integer(word), Ok)
    };
    let (first, mut last) = match ends.as_slice() {
        ["*" | "?", ..] => (least, most),
        [one] => (number(one)?, number(one)?),
        [first, last] => (number(first)?, number(last)?),
        _ => return Err(format!("too many hyphens: {text}")),
    };
    let step = match parts.as_slice() {
        [_] => 1,
        [_, step] => {
            if ends.len() == 1 {
                last = most;
            }
            integer(step)?
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if first < least {
        return Err(format!("beginning of range ({first}) below minimum ({least}): {text}"));
    }
    if last > most {
        return Err(format!("end of range ({last}) above maximum ({most}): {text}"));
    }
    if first > last {
        return Err(format!("beginning of range ({first}) beyond end of range ({last}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok(())
}

fn integer(word: &str) -> Result<u32, String> {
    word.parse().map_err(|_| {
        format!("failed to parse int from {word}: strconv.Atoi: parsing {}: invalid syntax", quote(word))
    })
}

/// The zone that it goes by. Which zones there are is not known here, only how they are spelt.
pub(super) fn zone(zone: &Part<'_>) -> Option<Fault> {
    const LOCAL: &str =
        "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    let text = zone.text();
    let part = |part: &str| {
        let spelt = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
        (1..=14).contains(&part.len())
            && part.chars().all(spelt)
            && !part.starts_with('-')
            && part != "."
            && part != ".."
    };
    let why = match text {
        "" => "timeZone must be nil or non-empty string".to_owned(),
        _ if !text.split('/').all(part) => format!("unknown time zone {text}"),
        _ if text.eq_ignore_ascii_case("local") => LOCAL.to_owned(),
        _ => return None,
    };
    Some(zone.invalid(why))
}
