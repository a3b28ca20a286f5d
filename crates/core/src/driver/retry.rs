//! What may be sent again, and when.

use super::flight::Flight;
use crate::call::Replay;
use crate::error::{Error, Sent};
use crate::machine::Retry;
use crate::random::Random;
use crate::text::{number, split, split_once};
use crate::time::Now;
use crate::wire::Head;

/// Attempts of one exchange, the first included.
pub(super) const ATTEMPTS: u32 = 6;
const FIRST_WAIT: u64 = 200;
const LONGEST_WAIT: u64 = 10_000;
/// A server that asks for a longer pause says no: a watch, which has no total time, would wait as long as it is told to.
const LONGEST_ASKED: u64 = 600_000;

/// After an answer that says no: how long to wait before another attempt, or `None` for none.
pub(super) fn after_status(flight: &Flight, head: &Head, error: &Error, random: &mut Random) -> Option<u64> {
    let details = error.status().and_then(|status| status.details.retry_after_seconds);
    let asked = details.map(|seconds| seconds.saturating_mul(1000));
    if asked > Some(LONGEST_ASKED) {
        return None;
    }
    let may = match head.status {
        // Here 429 is no matter of load: a disruption budget says no.
        429 => flight.exchange.draft.attributes.subresource != "eviction",
        500.. => asked.is_some() && flight.exchange.draft.replay == Replay::Idempotent,
        _ => false,
    };
    wait(flight, may, random).map(|wait| wait.max(asked.unwrap_or_default()))
}

/// Notes in the error's Status how long the server asks to wait, where only the header says so: machines and users look there.
pub(super) fn note_asked(head: &Head, error: &mut Error, now: Now) {
    if let (Some(asked), Error::Api { status, .. }) = (retry_after(&head.retry_after, now.wall), error) {
        let seconds = &mut status.details.retry_after_seconds;
        *seconds = (*seconds).max(Some(asked.div_ceil(1000)));
    }
}

/// After a request that got no answer.
pub(super) fn after_loss(flight: &Flight, sent: Sent, random: &mut Random) -> Option<u64> {
    let may = sent == Sent::No || flight.exchange.draft.replay == Replay::Idempotent;
    wait(flight, may, random)
}

/// Doubles from attempt to attempt; half of it is by chance, so that many clients do not come back at once.
fn wait(flight: &Flight, may: bool, random: &mut Random) -> Option<u64> {
    if !may || flight.exchange.retry == Retry::Never || flight.attempts >= ATTEMPTS {
        return None;
    }
    let full =
        FIRST_WAIT.checked_shl(flight.attempts.saturating_sub(1)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    Some(full / 2 + random.below(full / 2 + 1))
}

/// `Retry-After` in milliseconds: seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after(value: &str, wall: u64) -> Option<u64> {
    if let Some(seconds) = number(value) {
        return Some(seconds.saturating_mul(1000));
    }
    Some(http_date(value)?.saturating_sub(wall))
}

/// Milliseconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
fn http_date(value: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = split(split_once(value, ", ")?.1, " ");
    let day = number(parts.next()?)?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let year = number(parts.next()?)?;
    let mut parts = split(parts.next()?, ":").map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days from the civil calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_retry_after_as_seconds_and_as_date() {
        let wall = 784_111_770_000;
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800_000));
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", wall), Some(7_000));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", wall + 9_000), Some(0));
        assert_eq!(retry_after("3", wall), Some(3_000));
        assert_eq!(retry_after("99999999999999999999", wall), None);
        for bad in [
            "",
            "-1",
            "soon",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov",
        ] {
            assert_eq!(retry_after(bad, wall), None, "{bad}");
        }
    }
}
