//! RFC 3339 and the civil calendar, without a clock.

use crate::prelude::*;
use crate::text::digits;

const DAY: i64 = 86_400;
/// The Gregorian calendar repeats itself after so many days: 400 years.
const CYCLE: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01. Years that begin in March have their leap day at the end.
const EPOCH: i64 = 719_468;
/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of a year can say.
pub(crate) const FIRST: i64 = -62_167_219_200;
pub(crate) const LAST: i64 = 253_402_300_799;

/// Days since 1970-01-01.
#[cfg(feature = "std")]
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_cycle = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year.div_euclid(400) * CYCLE + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - EPOCH
}

fn civil(days: i64) -> (i64, i64, i64) {
    let since = days + EPOCH;
    let of_cycle = since.rem_euclid(CYCLE);
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (since.div_euclid(CYCLE) * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(feature = "std")]
fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The date as `2006-01-02T15:04:05`, without fraction and zone. Years outside of four digits stay at their edge.
pub(crate) fn print(unix: i64) -> String {
    let unix = unix.clamp(FIRST, LAST);
    let (year, month, day) = civil(unix.div_euclid(DAY));
    let second = unix.rem_euclid(DAY);
    let mut date = padded(year, 4);
    for (mark, number) in
        [('-', month), ('-', day), ('T', second / 3_600), (':', second / 60 % 60), (':', second % 60)]
    {
        date.push(mark);
        date.push_str(&padded(number, 2));
    }
    date
}

/// A date to the microsecond, with the six decimals that the API server's reader of a `MicroTime` wants.
pub(crate) fn print_micro(micros: i64) -> String {
    [&print(micros.div_euclid(1_000_000)), ".", &padded(micros.rem_euclid(1_000_000), 6), "Z"].concat()
}

/// A number with zeros in front.
fn padded(number: i64, width: usize) -> String {
    let digits = digits(number.unsigned_abs());
    let mut text = String::new();
    (digits.len()..width).for_each(|_| text.push('0'));
    text.push_str(&digits);
    text
}

/// Reads an [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) date: seconds since 1970, and microseconds (finer digits are dropped).
/// Like Go's reader it knows no leap second.
#[cfg(feature = "std")]
pub(crate) fn parse(text: &str) -> Option<(i64, i64)> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        digits
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let mark = |at: usize, mark: u8| bytes.get(at).is_some_and(|byte| *byte == mark).then_some(());
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    for (at, wanted) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        mark(at, wanted)?;
    }
    if !(1..=12).contains(&month)
        || day < 1
        || day > length(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let mut at = 19;
    let mut micros = 0;
    if mark(at, b'.').is_some() {
        let digits = bytes.get(20..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        for digit in 0..6 {
            micros = micros * 10 + if digit < digits { number(20 + digit, 21 + digit)? } else { 0 };
        }
        at = 20 + digits;
    }
    let offset = match bytes.get(at..)? {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let (hours, minutes) = (number(at + 1, at + 3)?, number(at + 4, at + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3_600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let unix = days(year, month, day) * DAY + hour * 3_600 + minute * 60 + second - offset;
    (FIRST..=LAST).contains(&unix).then_some((unix, micros))
}
