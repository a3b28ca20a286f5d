//! A number, or a text such as a port's name or a percentage.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::error::BuildError;
use crate::prelude::*;

/// A number, or a text: a port by number or name, a count or a percentage.
///
/// It is apimachinery's [`IntOrString`](https://pkg.go.dev/k8s.io/apimachinery/pkg/util/intstr#IntOrString).
///
/// ```
/// use kubewire::{IntOrString, Round};
///
/// let surge = IntOrString::from("25%");
/// assert_eq!(surge.scaled(10, Round::Up)?, 3);
/// assert_eq!(surge.scaled(10, Round::Down)?, 2);
/// assert_eq!(IntOrString::from(4).scaled(10, Round::Up)?, 4);
/// # Ok::<(), kubewire::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A text.
    String(String),
}

/// Which whole number a percentage gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// The next one above.
    Up,
    /// The next one below.
    Down,
}

impl IntOrString {
    /// The number itself, or that percentage of `total`.
    ///
    /// # Errors
    /// Where the text is not a whole percentage, such as `25%`, or the result does not fit 32 bits.
    pub fn scaled(&self, total: i32, round: Round) -> Result<i32, BuildError> {
        let text = match self {
            Self::Int(number) => return Ok(*number),
            Self::String(text) => text,
        };
        let refused = || {
            BuildError::value(
                "percentage",
                text,
                "a whole number of percent, such as 25%, of which the share fits 32 bits",
            )
        };
        let percent: i32 = text.strip_suffix('%').and_then(|text| text.parse().ok()).ok_or_else(refused)?;
        let hundredths = i64::from(percent) * i64::from(total);
        let floor = hundredths.div_euclid(100);
        let up = i64::from(round == Round::Up && hundredths.rem_euclid(100) != 0);
        i32::try_from(floor + up).map_err(|_| refused())
    }
}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

impl From<i32> for IntOrString {
    fn from(number: i32) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for IntOrString {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for IntOrString {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::String(text) => f.pad(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages() {
        for (text, total, up, down) in [
            ("0%", 10, 0, 0),
            ("25%", 10, 3, 2),
            ("100%", 7, 7, 7),
            ("150%", 3, 5, 4),
            ("-25%", 10, -2, -3),
            ("1%", 0, 0, 0),
        ] {
            let share = IntOrString::from(text);
            assert_eq!(
                (share.scaled(total, Round::Up), share.scaled(total, Round::Down)),
                (Ok(up), Ok(down)),
                "{text}"
            );
        }
        for bad in ["", "%", "25", "2.5%", "25 %", "x%", "99999999999%", "2147483647%"] {
            assert!(IntOrString::from(bad).scaled(1000, Round::Up).is_err(), "{bad}");
        }
    }

    #[test]
    fn as_json() {
        let both: Vec<IntOrString> = serde_json::from_str(r#"[80,"http"]"#).unwrap();
        assert_eq!(both, [IntOrString::Int(80), "http".into()]);
        assert_eq!(serde_json::to_string(&both).unwrap(), r#"[80,"http"]"#);
        for bad in ["1.5", "4294967296", "true", "null"] {
            assert!(serde_json::from_str::<IntOrString>(bad).is_err(), "{bad}");
        }
    }
}
