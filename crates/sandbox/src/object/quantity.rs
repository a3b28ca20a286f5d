//! Quantities, such as `1536Mi` and `0.5`, in the one form in which Go writes them: `1.5` is `1500m`.
//!
//! Source: `k8s.io/apimachinery/pkg/api/resource/quantity.go`.

const WRONG: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX: &str = "unable to parse quantity's suffix";
/// A billionth: nothing is finer.
const NANO: i128 = 1_000_000_000;
const MILLI: i128 = 1_000_000;
/// Go's largest, as it caps what is larger and of two's powers.
const LARGEST: i128 = i64::MAX as i128 * NANO;

const BINARY: [(&str, u32); 7] = [("", 0), ("Ki", 1), ("Mi", 2), ("Gi", 3), ("Ti", 4), ("Pi", 5), ("Ei", 6)];
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Binary,
    Decimal,
    Exponent,
}

/// The quantity as Go writes it.
///
/// # Errors
/// Go's words.
pub(crate) fn canonical(text: &str) -> Result<String, String> {
    let (nanos, form) = parse(text)?;
    if is_kept(text) {
        return Ok(text.to_owned());
    }
    Ok(written(nanos, form))
}

/// A quantity in its one form, as a list of resources has it: nothing in one is finer than a thousandth, and what is goes up.
///
/// Source: `SetDefaults_ResourceList` in `pkg/apis/core/v1/defaults.go` of Kubernetes.
pub(crate) fn in_thousandths(canonical: String) -> String {
    match parse(&canonical) {
        // What does not fit has nothing behind its point.
        Ok((nanos, form)) if nanos % MILLI != 0 => match (nanos.abs() / MILLI + 1).checked_mul(MILLI) {
            Some(up) => written(up * nanos.signum(), form),
            None => canonical,
        },
        _ => canonical,
    }
}

pub(super) fn written(nanos: i128, form: Form) -> String {
    let small = nanos > -1024 * NANO && nanos < 1024 * NANO;
    let form = if form == Form::Binary && (small || nanos % NANO != 0) { Form::Decimal } else { form };
    if form == Form::Binary {
        let mut number = nanos / NANO;
        let mut power = 0;
        while number != 0 && number % 1024 == 0 && power < 6 {
            number /= 1024;
            power += 1;
        }
        let suffix = BINARY.iter().find(|(_, own)| *own == power).map_or("", |(suffix, _)| suffix);
        return format!("{number}{suffix}");
    }
    let (mut number, mut exponent) = (nanos, -9);
    if number == 0 {
        exponent = 0;
    }
    while number != 0 && number % 1000 == 0 && exponent < 18 {
        number /= 1000;
        exponent += 3;
    }
    match form {
        Form::Exponent if exponent == 0 => number.to_string(),
        Form::Exponent => format!("{number}e{exponent}"),
        _ => {
            let suffix = DECIMAL.iter().find(|(_, own)| *own == exponent).map_or("", |(suffix, _)| suffix);
            format!("{number}{suffix}")
        }
    }
}

/// Whether Go does not write it anew: what looks like its one form from afar stays as it was written, a sign and a point at its end too.
fn is_kept(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end).unwrap_or_default();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches('0');
    let shifted = [if whole.is_empty() { "0" } else { whole }, part].concat();
    // So many digits it takes the short way with; beyond, a whole number has no other form anyway.
    let short = shifted.len() <= 18;
    match self::suffix(suffix) {
        Some((Form::Binary, _, power)) => {
            let digits = i32::try_from(shifted.len()).unwrap_or(i32::MAX);
            let room = 14_i32.saturating_sub(digits).saturating_sub(power * 3);
            let value: i64 = shifted.parse().unwrap_or_default();
            part.is_empty() && room >= 0 && value % 8 != 0
        }
        Some((_, _, power)) => {
            let places = i32::try_from(part.len()).unwrap_or(i32::MAX);
            let scale = power.saturating_sub(places);
            let plain = !shifted.ends_with("000") && !shifted.starts_with('0');
            plain && scale >= -9 && scale % 3 == 0 && (short || number == text)
        }
        None => false,
    }
}

/// What a quantity is worth, in billionths; `None` where it is none.
pub(crate) fn nanos(text: &str) -> Option<i128> {
    parse(text).ok().map(|(nanos, _)| nanos)
}

pub(super) fn parse(text: &str) -> Result<(i128, Form), String> {
    let wrong = || WRONG.to_owned();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end).ok_or_else(wrong)?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && part.is_empty() || part.contains('.') {
        return Err(wrong());
    }
    let letters = |c: char| "eEinumkKMGTP".contains(c);
    let tail = suffix.trim_start_matches(letters);
    let tail = tail.strip_prefix(['+', '-']).unwrap_or(tail);
    if !tail.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let (form, base, power) = self::suffix(suffix).ok_or(SUFFIX)?;
    let digits: String = format!("{whole}{part}");
    let digits = digits.trim_start_matches('0');
    // What has more digits than fit is only ever compared.
    let mut value: i128 = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(i128::MAX) };
    let places = i32::try_from(part.len()).map_err(|_| wrong())?;
    let mut down = 1_i128;
    let up = |value: &mut i128, by: i128| *value = value.saturating_mul(by);
    if base == 1024 {
        up(&mut value, 1024_i128.saturating_pow(power.unsigned_abs()));
    }
    let exponent = if base == 10 { power } else { 0_i32 }.saturating_add(9).saturating_sub(places);
    if exponent >= 0 {
        up(&mut value, 10_i128.saturating_pow(exponent.unsigned_abs()));
    } else {
        down = 10_i128.saturating_pow(exponent.unsigned_abs());
    }
    // What is finer is rounded up, away from nothing.
    let value = value / down + i128::from(value % down != 0);
    let value = if form == Form::Binary { value.min(LARGEST) } else { value };
    Ok((if text.starts_with('-') { -value } else { value }, form))
}

fn suffix(text: &str) -> Option<(Form, i32, i32)> {
    if let Some((_, power)) = DECIMAL.iter().find(|(own, _)| *own == text) {
        return Some((Form::Decimal, 10, *power));
    }
    if let Some((_, power)) = BINARY.iter().find(|(own, _)| *own == text) {
        return Some((Form::Binary, 1024, i32::try_from(*power).ok()?));
    }
    let exponent = text.strip_prefix(['e', 'E']).filter(|digits| !digits.is_empty())?;
    Some((Form::Exponent, 10, exponent.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_in_thousandths() {
        const LONG: &str = "99999999999999999999999999999999999999999999";
        for (text, wanted) in [
            (LONG, LONG),
            ("0.1n", "1m"),
            ("1.00000000001", "1001m"),
            ("0.0001Ki", "103m"),
            ("-0.1m", "-1m"),
            ("1E3", "1E3"),
            ("2", "2"),
        ] {
            assert_eq!(in_thousandths(canonical(text).unwrap()), wanted, "{text}");
        }
    }

    #[test]
    fn quantities_have_one_form() {
        for (text, wanted) in [
            ("0", "0"),
            ("1.5", "1500m"),
            ("1024Mi", "1Gi"),
            ("1536Mi", "1536Mi"),
            ("0.5Gi", "512Mi"),
            ("0.1Gi", "107374182400m"),
            ("1000m", "1"),
            ("1000k", "1M"),
            ("100", "100"),
            ("1e3", "1e3"),
            ("12e2", "1200"),
            ("0.0001n", "1n"),
            ("-5", "-5"),
            ("1e-2147483648", "1e-9"),
            ("+.5", "500m"),
            ("512Ki", "512Ki"),
            ("1Ki", "1Ki"),
            ("0.5Ki", "512"),
            ("100000000000000000000", "100E"),
            ("10E", "10E"),
            ("16Ei", "9223372036854775807"),
            ("9223372036854775808", "9223372036854775808"),
            ("99999999999999999999999999999999999999999999", "99999999999999999999999999999999999999999999"),
            ("+5", "+5"),
            ("1.", "1."),
            ("1E3", "1E3"),
            ("1024Ki", "1Mi"),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(wanted), "{text}");
        }
        for bad in ["", "x", "1.1.1", "1 Gi", "{}", "true", "1Gix"] {
            assert_eq!(canonical(bad), Err(WRONG.to_owned()), "{bad}");
        }
        assert_eq!(canonical("1Gi2"), Err(SUFFIX.to_owned()));
    }
}
