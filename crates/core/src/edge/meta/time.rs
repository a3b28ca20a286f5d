//! Points in time, as the API writes them.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::date;
use crate::error::BuildError;
use crate::prelude::*;

const EXPECTED: &str = "an RFC 3339 date of the years 0 to 9999, such as 2026-01-31T12:00:00Z";

/// A point in time, to the second: apimachinery's [`Time`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#Time).
///
/// It is written in UTC. Fractions of a second are dropped when it is read, as the API drops them when it writes.
///
/// ```
/// use kubewire::Time;
///
/// let time: Time = "2026-01-31T13:00:00+01:00".parse()?;
/// assert_eq!(time.unix(), 1_769_860_800);
/// assert_eq!(time.to_string(), "2026-01-31T12:00:00Z");
/// assert_eq!(Time::from_unix(0).to_string(), "1970-01-01T00:00:00Z");
/// # Ok::<(), kubewire::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// A point in time, to the microsecond: apimachinery's [`MicroTime`](https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#MicroTime),
/// as in a Lease. It is always written with six decimals: the API server's reader wants them.
///
/// ```
/// use kubewire::MicroTime;
///
/// let renewed = MicroTime::from_unix_micros(1_500_000);
/// assert_eq!(renewed.to_string(), "1970-01-01T00:00:01.500000Z");
/// assert_eq!(renewed.to_string().parse(), Ok(renewed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroTime(i64);

impl Time {
    /// From seconds since 1970. What lies outside of the years 0 to 9999 becomes the nearest that does not.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(date::FIRST, date::LAST))
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0
    }
}

impl MicroTime {
    /// From microseconds since 1970. What lies outside of the years 0 to 9999 becomes the nearest that does not.
    #[must_use]
    pub fn from_unix_micros(micros: i64) -> Self {
        Self(micros.clamp(date::FIRST * 1_000_000, date::LAST * 1_000_000 + 999_999))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn unix_micros(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", date::print(self.0))
    }
}

impl fmt::Display for MicroTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&date::print_micro(self.0))
    }
}

impl FromStr for Time {
    type Err = BuildError;
    fn from_str(text: &str) -> Result<Self, BuildError> {
        let (seconds, _) = date::parse(text).ok_or_else(|| BuildError::value("time", text, EXPECTED))?;
        Ok(Self(seconds))
    }
}

impl FromStr for MicroTime {
    type Err = BuildError;
    fn from_str(text: &str) -> Result<Self, BuildError> {
        let (seconds, micros) = date::parse(text).ok_or_else(|| BuildError::value("time", text, EXPECTED))?;
        Ok(Self(seconds * 1_000_000 + micros))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for MicroTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

impl<'de> Deserialize<'de> for MicroTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer)
    }
}

fn read<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(["not ", EXPECTED].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_written() {
        for (text, seconds, micros) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1969-12-31T23:59:59.5Z", -1, 500_000),
            ("2000-02-29T00:00:00Z", 951_782_400, 0),
            ("2026-01-31T13:00:00.1234567+01:00", 1_769_860_800, 123_456),
            ("0000-01-01T00:00:00Z", date::FIRST, 0),
            ("9999-12-31T23:59:59.999999Z", date::LAST, 999_999),
        ] {
            assert_eq!(text.parse::<Time>().unwrap().unix(), seconds, "{text}");
            assert_eq!(
                text.parse::<MicroTime>().unwrap().unix_micros(),
                seconds * 1_000_000 + micros,
                "{text}"
            );
        }
        assert_eq!(Time::from_unix(i64::MAX).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(MicroTime::from_unix_micros(i64::MIN).to_string(), "0000-01-01T00:00:00.000000Z");
        assert_eq!(serde_json::to_string(&Time::from_unix(0)).unwrap(), r#""1970-01-01T00:00:00Z""#);
    }

    #[test]
    fn refused() {
        for bad in [
            "",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00Zx",
            "+026-01-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "２026-01-01T00:00:00Z",
        ] {
            assert!(bad.parse::<Time>().is_err(), "{bad}");
            assert!(serde_json::from_value::<MicroTime>(bad.into()).is_err(), "{bad}");
        }
    }
}
