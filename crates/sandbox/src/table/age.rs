//! How long ago, as people read it.
//!
//! Source: `k8s.io/apimachinery/pkg/util/duration`, `HumanDuration`.

use kubewire::{MicroTime, Now};

/// How long this time is past; `<unknown>` where none is said.
pub(super) fn age(time: &str, now: Now) -> String {
    let Ok(time) = time.parse::<MicroTime>() else { return "<unknown>".to_owned() };
    let wall = i64::try_from(now.wall).unwrap_or(i64::MAX).saturating_mul(1000);
    human(wall.saturating_sub(time.unix_micros()) / 1_000_000)
}

/// So many seconds.
pub(super) fn human(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    match () {
        // Clocks differ by a second or two.
        () if seconds < -1 => "<invalid>".to_owned(),
        () if seconds < 0 => "0s".to_owned(),
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => two(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if hours < 24 * 8 => two(days, "d", hours % 24, "h"),
        () if hours < 24 * 365 * 2 => format!("{days}d"),
        () if hours < 24 * 365 * 8 => two(years, "y", days % 365, "d"),
        () => format!("{years}y"),
    }
}

fn two(large: i64, unit: &str, small: i64, smaller: &str) -> String {
    if small == 0 { format!("{large}{unit}") } else { format!("{large}{unit}{small}{smaller}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_written_as_by_the_server() {
        const HOUR: i64 = 3600;
        const DAY: i64 = 24 * HOUR;
        let cases = [
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (208, "3m28s"),
            (600, "10m"),
            (3 * HOUR - 1, "179m"),
            (3 * HOUR, "3h"),
            (3 * HOUR + 60, "3h1m"),
            (8 * HOUR + 60, "8h"),
            (48 * HOUR, "2d"),
            (49 * HOUR, "2d1h"),
            (8 * DAY + HOUR, "8d"),
            (2 * 365 * DAY, "2y"),
            (2 * 365 * DAY + DAY, "2y1d"),
            (9 * 365 * DAY + DAY, "9y"),
        ];
        for (seconds, wanted) in cases {
            assert_eq!(human(seconds), wanted, "{seconds}");
        }
        let now = Now { mono: 0, wall: 1_767_225_605_900 };
        assert_eq!(age("2026-01-01T00:00:00Z", now), "5s");
        assert_eq!(age("2026-01-01T00:00:04.900001Z", now), "0s");
        assert_eq!(age("", now), "<unknown>");
    }
}
