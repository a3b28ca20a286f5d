//! Amounts of a resource: `500m`, `1.5Gi`, `1e3`.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::error::BuildError;
use crate::prelude::*;

/// How a [`Quantity`] writes its suffix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuantityFormat {
    /// Powers of 1,000: `n u m k M G T P E`.
    #[default]
    DecimalSi,
    /// Powers of 1,024: `Ki Mi Gi Ti Pi Ei`.
    BinarySi,
    /// A decimal exponent: `1e3`.
    DecimalExponent,
}

/// An amount of a resource, as the API writes it: a decimal number with a suffix.
///
/// The rules are those of apimachinery's [`resource.Quantity`](https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity):
/// nothing is finer than a billionth (what is finer rounds away from zero), and what does not fit the API's short form (18 digits)
/// is at most 2⁶³−1. Two quantities are equal where their amounts are. What was parsed is
/// serialized as it was written; `Display` gives the canonical form.
///
/// ```
/// use kubewire::Quantity;
///
/// let cpu: Quantity = "1500m".parse()?;
/// assert_eq!(cpu.milli_value(), Some(1500));
/// assert_eq!(cpu.value(), Some(2), "whole units round up");
/// let memory: Quantity = "0.5Gi".parse()?;
/// assert_eq!(memory.to_string(), "512Mi");
/// assert!(memory < "1G".parse()?);
/// assert_eq!(memory.checked_add(&"512Mi".parse()?).map(|sum| sum.to_string()), Some("1Gi".to_string()));
/// assert!("1 Gi".parse::<Quantity>().is_err());
/// # Ok::<(), kubewire::BuildError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Quantity {
    /// Without zeros at its end, so that equal amounts are equal here too.
    coefficient: i128,
    /// The power of ten that it is multiplied with: −9 or more, and 0 for zero.
    scale: i32,
    format: QuantityFormat,
    /// As it was written. `None` where it was computed.
    text: Option<Box<str>>,
}

/// The finest power of ten.
const NANO: i32 = -9;
/// An amount of so many digits is kept as it is, whatever its suffix: apimachinery's `maxInt64Factors`.
const DIGITS: usize = 18;
/// The powers of ten and of two that the suffixes stand for.
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: [(&str, u32); 6] = [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

impl Quantity {
    /// `value` whole units.
    #[must_use]
    pub fn new(value: i64, format: QuantityFormat) -> Self {
        Self::of(value.into(), 0, format)
    }

    /// `value` thousandths, such as millicores.
    #[must_use]
    pub fn from_milli(value: i64) -> Self {
        Self::of(value.into(), -3, QuantityFormat::DecimalSi)
    }

    fn of(mut coefficient: i128, mut scale: i32, format: QuantityFormat) -> Self {
        while coefficient != 0 && coefficient % 10 == 0 && scale < i32::MAX {
            coefficient /= 10;
            scale += 1;
        }
        Self { coefficient, scale: if coefficient == 0 { 0 } else { scale }, format, text: None }
    }

    /// How its suffix is written.
    #[must_use]
    pub fn format(&self) -> QuantityFormat {
        self.format
    }

    /// The amount in whole units, rounded away from zero. `None` where it does not fit.
    #[must_use]
    pub fn value(&self) -> Option<i64> {
        self.scaled(0)
    }

    /// The amount in thousandths, rounded away from zero. `None` where it does not fit.
    #[must_use]
    pub fn milli_value(&self) -> Option<i64> {
        self.scaled(-3)
    }

    fn scaled(&self, scale: i32) -> Option<i64> {
        let amount = match self.scale.checked_sub(scale)? {
            up @ 0.. => self.coefficient.checked_mul(power(up.unsigned_abs())?)?,
            down => {
                let divisor = power(down.unsigned_abs())?;
                let rest = (self.coefficient % divisor).signum();
                (self.coefficient / divisor).checked_add(rest)?
            }
        };
        amount.try_into().ok()
    }

    /// The sum. `None` where it is too large to be written exactly. A zero takes the other's format, as in apimachinery.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        self.combined(other, i128::checked_add)
    }

    /// The difference, which may be below zero. `None` where it is too large to be written exactly.
    #[must_use]
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.combined(other, i128::checked_sub)
    }

    fn combined(&self, other: &Self, with: fn(i128, i128) -> Option<i128>) -> Option<Self> {
        let scale = match (self.coefficient, other.coefficient) {
            (0, _) => other.scale,
            (_, 0) => self.scale,
            _ => self.scale.min(other.scale),
        };
        let format = if self.coefficient == 0 { other.format } else { self.format };
        let sum = with(self.aligned(scale)?, other.aligned(scale)?)?;
        Some(Self::of(sum, scale, format))
    }

    /// The coefficient for a scale that is not above the own one.
    fn aligned(&self, scale: i32) -> Option<i128> {
        if self.coefficient == 0 {
            return Some(0);
        }
        self.coefficient.checked_mul(power(self.scale.abs_diff(scale))?)
    }

    /// The canonical form: no digits lost, the largest suffix that leaves a whole number.
    ///
    /// An amount above `999E` has no suffix left; it is written with an exponent, where apimachinery would write a smaller number.
    fn canonical(&self) -> String {
        let Self { coefficient, scale, .. } = *self;
        if coefficient == 0 {
            return "0".into();
        }
        if self.format == QuantityFormat::BinarySi
            && let Some(mut whole) = self.aligned(0).filter(|whole| scale >= 0 && whole.abs() >= 1024)
        {
            let mut suffix = "";
            for (next, _) in BINARY {
                if whole % 1024 != 0 {
                    break;
                }
                whole /= 1024;
                suffix = next;
            }
            return format!("{whole}{suffix}");
        }
        let zeros = scale.rem_euclid(3);
        let number = format!("{coefficient}{}", "0".repeat(zeros.unsigned_abs() as usize));
        let exponent = i64::from(scale) - i64::from(zeros);
        let suffix = DECIMAL.iter().find(|(_, known)| i64::from(*known) == exponent);
        match suffix {
            _ if exponent == 0 => number,
            Some((suffix, _)) if self.format != QuantityFormat::DecimalExponent => number + suffix,
            _ => format!("{number}e{exponent}"),
        }
    }
}

/// A power of ten. `None` where it does not fit.
fn power(of: u32) -> Option<i128> {
    10_i128.checked_pow(of)
}

impl FromStr for Quantity {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let refused = || {
            let expected = "a number with a suffix: n, u, m, k, M, G, T, P, E, or Ki, Mi, Gi, Ti, Pi, Ei, or an exponent such as e3";
            BuildError::value("quantity", text, expected)
        };
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = unsigned.find(|next: char| next != '.' && !next.is_ascii_digit()).unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(refused());
        }
        let whole = whole.trim_start_matches('0');
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        let fine = i32::try_from(fraction.len()).map_err(|_| refused())?;
        let (format, exponent, twos) = suffix_of(suffix).ok_or_else(refused)?;
        times_power_of_two(&mut digits, twos);
        let scale = exponent.checked_sub(fine).ok_or_else(refused)?;
        let short = format != QuantityFormat::BinarySi && digits.len() <= DIGITS && scale >= NANO;
        let (amount, scale) =
            if short { (digits.iter().fold(0, push_digit), scale) } else { (nanos(&digits, scale), NANO) };
        let format = match format {
            QuantityFormat::BinarySi if amount < power(NANO.unsigned_abs()).unwrap_or_default() => {
                QuantityFormat::DecimalSi
            }
            format => format,
        };
        let parsed = Self::of(if negative { -amount } else { amount }, scale, format);
        Ok(Self { text: Some(text.into()), ..parsed })
    }
}

/// The format of a suffix, with its power of ten and of two.
fn suffix_of(suffix: &str) -> Option<(QuantityFormat, i32, u32)> {
    if let Some((_, exponent)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return Some((QuantityFormat::DecimalSi, *exponent, 0));
    }
    if let Some((_, twos)) = BINARY.iter().find(|(known, _)| *known == suffix) {
        return Some((QuantityFormat::BinarySi, 0, *twos));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some((QuantityFormat::DecimalExponent, exponent, 0))
}

/// Multiplies decimal digits with a power of two, as on paper.
fn times_power_of_two(digits: &mut Vec<u8>, twos: u32) {
    let mut carry: u128 = 0;
    for digit in digits.iter_mut().rev() {
        let product = (u128::from(*digit) << twos) + carry;
        *digit = (product % 10) as u8;
        carry = product / 10;
    }
    let mut front = Vec::new();
    while carry > 0 {
        front.push((carry % 10) as u8);
        carry /= 10;
    }
    digits.splice(0..0, front.into_iter().rev());
}

fn push_digit(sum: i128, digit: &u8) -> i128 {
    sum * 10 + i128::from(*digit)
}

/// The digits in billionths: finer ones round up, and the sum is capped at 2⁶³−1 whole ones. `scale` is that of the last digit.
fn nanos(digits: &[u8], scale: i32) -> i128 {
    let most = i128::from(i64::MAX) * 1_000_000_000;
    let finer = NANO.saturating_sub(scale).max(0).unsigned_abs() as usize;
    let (kept, lost) = digits.split_at(digits.len().saturating_sub(finer));
    let sum = kept.iter().fold(0, |sum, digit| push_digit(sum, digit).min(most));
    let zeros = scale.saturating_sub(NANO).max(0).unsigned_abs();
    let whole = if sum == 0 { 0 } else { power(zeros).and_then(|ten| sum.checked_mul(ten)).unwrap_or(most) };
    (whole + i128::from(lost.iter().any(|digit| *digit != 0))).min(most)
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.canonical())
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.coefficient.signum().cmp(&other.coefficient.signum());
        if signs != Ordering::Equal || self.coefficient == 0 {
            return signs;
        }
        let scale = self.scale.min(other.scale);
        match (self.aligned(scale), other.aligned(scale)) {
            (Some(this), Some(that)) => this.cmp(&that),
            // Only the one with the larger scale can be too large to align: it is the one farther from zero.
            (None, _) => self.coefficient.cmp(&0),
            (_, None) => 0.cmp(&other.coefficient),
        }
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        (self.coefficient, self.scale) == (other.coefficient, other.scale)
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.coefficient, self.scale).hash(state);
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.text {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_str(&self.canonical()),
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Quantity;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a quantity: text or a number")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Quantity, E> {
                text.trim_ascii().parse().map_err(|_| E::custom("not a quantity, such as 500m or 1Gi"))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Quantity, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_unit<E>(self) -> Result<Quantity, E> {
                Ok(Quantity::default())
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        for (given, wanted) in [
            ("0", "0"),
            ("-0.0Ki", "0"),
            ("1000m", "1"),
            ("+5", "5"),
            (".5", "500m"),
            ("1.", "1"),
            ("0.25", "250m"),
            ("1100", "1100"),
            ("12000", "12k"),
            ("1024Ki", "1Mi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("0.1Ki", "102400m"),
            ("0.0001Ki", "102400u"),
            ("1025Mi", "1025Mi"),
            ("-2048", "-2048"),
            ("-2048Ki", "-2Mi"),
            ("1e3", "1e3"),
            ("1E3", "1e3"),
            ("123e4", "1230e3"),
            ("1e-3", "1e-3"),
            ("0.1n", "1n"),
            ("-0.1n", "-1n"),
            ("1.00000000001", "1000000001n"),
            ("10E", "10E"),
            ("8Ei", "9223372036854775807"),
            ("99999999999999999999999999999999999999999999", "9223372036854775807"),
            ("1000E", "1e21"),
        ] {
            assert_eq!(given.parse::<Quantity>().unwrap().to_string(), wanted, "{given}");
        }
    }

    #[test]
    fn refused() {
        for bad in [
            "",
            "-",
            ".",
            "Ki",
            "1 Gi",
            "1.2.3",
            "1ki",
            "1KiB",
            "1e",
            "1e+",
            "e3",
            "--1",
            "0x1",
            "1e99999999999",
            "é",
            "1é",
        ] {
            assert!(bad.parse::<Quantity>().is_err(), "{bad}");
        }
    }

    #[test]
    fn whole_and_milli_values() {
        for (given, whole, milli) in [
            ("1500m", Some(2), Some(1500)),
            ("-1500m", Some(-2), Some(-1500)),
            ("1n", Some(1), Some(1)),
            ("9223372036854775807", Some(i64::MAX), None),
            ("10E", None, None),
            ("1e2147483647", None, None),
        ] {
            let quantity: Quantity = given.parse().unwrap();
            assert_eq!((quantity.value(), quantity.milli_value()), (whole, milli), "{given}");
        }
    }

    #[test]
    fn orders_by_amount() {
        let sorted =
            ["-1e2147483647", "-1k", "-1", "0", "1n", "999m", "1", "1Ki", "1M", "1Mi", "10E", "1e2147483647"];
        let all: Vec<Quantity> = sorted.iter().map(|text| text.parse().unwrap()).collect();
        for (at, left) in all.iter().enumerate() {
            for (to, right) in all.iter().enumerate() {
                assert_eq!(left.cmp(right), at.cmp(&to), "{left} {right}");
            }
        }
        assert_eq!("1000m".parse::<Quantity>().unwrap(), "1".parse().unwrap());
    }

    #[test]
    fn is_written_as_it_was_read() {
        let read: Vec<Quantity> = serde_json::from_str(r#"["1000m"," 1Gi ",5,0.5,-3,null]"#).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"["1000m","1Gi","5","0.5","-3","0"]"#);
        let sum = read[0].checked_add(&Quantity::from_milli(500)).unwrap();
        assert_eq!(serde_json::to_string(&sum).unwrap(), r#""1500m""#);
        let huge: Quantity = "1e2147483647".parse().unwrap();
        assert_eq!(huge.checked_add(&sum), None);
        assert!(serde_json::from_str::<Quantity>("true").is_err());
    }
}
