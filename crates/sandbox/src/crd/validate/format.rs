//! What texts of a format look like.
//!
//! Source: `strfmt` of kube-openapi, and Go's `net`, `net/url` and `time`.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::validate::{is_label, is_subdomain};

/// The formats that are judged here.
const KNOWN: [&str; 17] = [
    "byte",
    "cidr",
    "date",
    "datetime",
    "duration",
    "hostname",
    "ipv4",
    "ipv6",
    "k8slongname",
    "k8sshortname",
    "mac",
    "password",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];

/// Those that the server judges beside them.
const OTHERS: [&str; 9] =
    ["bsonobjectid", "creditcard", "email", "hexcolor", "isbn", "isbn10", "isbn13", "rgbcolor", "ssn"];

/// Dashes say nothing in the name of a format.
fn plain(format: &str) -> String {
    format.replace('-', "")
}

/// Whether the server judges texts of this format; others say nothing to it.
pub(super) fn is_named(format: &str) -> bool {
    let format = plain(format);
    KNOWN.contains(&&*format) || OTHERS.contains(&&*format)
}

/// Whether this format is judged here as the server judges it.
pub(crate) fn is_known(format: &str) -> bool {
    !OTHERS.contains(&&*plain(format))
}

/// Whether a text has a format.
pub(super) fn is_formed(text: &str, format: &str) -> bool {
    match &*plain(format) {
        "byte" => is_base64(text),
        "cidr" => is_cidr(text),
        "date" => is_date(text),
        "datetime" => is_time(text),
        "duration" => is_duration(text),
        "hostname" => is_hostname(text),
        "ipv4" => text.contains('.') && is_address(text),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "k8slongname" => text.len() <= 253 && is_subdomain(text),
        "k8sshortname" => text.len() <= 63 && is_label(text),
        "mac" => is_mac(text),
        "uri" => is_uri(text),
        "uuid" => is_uuid(text, None, false),
        "uuid3" => is_uuid(text, Some('3'), false),
        "uuid4" => is_uuid(text, Some('4'), true),
        "uuid5" => is_uuid(text, Some('5'), true),
        _ => true,
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(is_digit)
}

/// As of old, with zeros before the numbers of version 4.
fn is_address(text: &str) -> bool {
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u8>().is_ok()
    };
    let (front, dotted) = match text.rsplit_once(':') {
        Some((front, dotted)) if dotted.contains('.') => (Some(front), dotted),
        Some(_) => return text.parse::<Ipv6Addr>().is_ok(),
        None => (None, text),
    };
    let is_dotted = dotted.split('.').count() == 4 && dotted.split('.').all(number);
    is_dotted
        && front.is_none_or(|front| format!("{front}:{}", Ipv4Addr::LOCALHOST).parse::<Ipv6Addr>().is_ok())
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = if address.contains(':') { 128 } else { 32 };
    let is_number = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    is_address(address) && is_number && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let dashes = (bytes.get(4), bytes.get(7)) == (Some(&b'-'), Some(&b'-'));
    bytes.len() == 10 && dashes && (1..=days).contains(&day)
}

/// The hours of the zone, and leap seconds, are not looked at.
fn is_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else { return false };
    let Some((clock, rest)) = time.split_at_checked(8) else { return false };
    let zone = rest.find(['z', '+', '-']).filter(|&at| at != 0).unwrap_or_default();
    let Some((fraction, zone)) = rest.split_at_checked(zone) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut point = fraction.chars();
    let fraction = fraction.is_empty() || point.next().is_some() && digits(point.as_str());
    let offset = |zone: &str| {
        let own = zone.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':'));
        own.is_some_and(|(hours, minutes)| {
            hours.len() == 2 && minutes.len() == 2 && digits(hours) && digits(minutes)
        })
    };
    let mut numbers = clock.split(':');
    let mut at_most =
        |most: &str| numbers.next().is_some_and(|own| own.len() == 2 && digits(own) && own <= most);
    let clock = at_most("23") && at_most("59") && at_most("59");
    is_date(date) && clock && fraction && (zone == "z" || offset(zone))
}

/// As Go reads durations, or Scala: any number with a unit is enough.
fn is_duration(text: &str) -> bool {
    const UNITS: [(&[&str], &str); 8] = [
        (&["ns"], "nano"),
        (&["us", "µs"], "micro"),
        (&["ms"], "milli"),
        (&["s"], "sec"),
        (&["m"], "min"),
        (&["h", "hr"], "hour"),
        (&["d"], "day"),
        (&["w", "wk"], "week"),
    ];
    let is_unit = |unit: &str| {
        let unit = unit.to_lowercase();
        UNITS.iter().any(|(short, long)| short.contains(&&*unit) || unit.starts_with(long))
    };
    if text.trim_start_matches(['+', '-']) == "0" && text.len() <= 2 {
        return true;
    }
    let mut rest = text;
    while let Some(at) = rest.find(|character: char| character.is_ascii_digit()) {
        let number = rest.get(at..).unwrap_or_default();
        let after = number.trim_start_matches(|character: char| character.is_ascii_digit());
        let unit = after.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
        let end = unit.find(|character: char| !character.is_ascii_alphabetic() && character != 'µ');
        let (unit, further) = unit.split_at(end.unwrap_or(unit.len()));
        if is_unit(unit) {
            return true;
        }
        rest = further;
        if unit.is_empty() {
            rest = after;
        }
    }
    false
}

/// One label with at most one dash, or several with an end of letters.
fn is_hostname(text: &str) -> bool {
    // Symbols of ASCII are symbols of Unicode, too.
    let is_letter = |character: char| character.is_alphabetic();
    let is_inner = |character: char| {
        character.is_ascii_digit() || is_letter(character) || "$+<=>^`|~".contains(character)
    };
    let fits = |label: &str| label.len() <= 63;
    if text.len() > 255 || !text.split('.').all(fits) {
        return false;
    }
    match text.rsplit_once('.') {
        None => {
            let mut characters = text.chars();
            let first = characters.next().is_some_and(is_inner);
            let rest = characters.as_str();
            first && rest.strip_prefix('-').unwrap_or(rest).chars().all(is_inner)
        }
        Some((labels, end)) => {
            let ends = |label: &str| label.starts_with(is_inner) && label.ends_with(is_inner);
            let inner = |label: &str| label.chars().all(|own| own == '-' || is_inner(own));
            labels.split('.').all(|label| ends(label) && inner(label))
                && end.chars().count() >= 2
                && end.chars().all(is_letter)
        }
    }
}

/// Six, eight or twenty bytes, in pairs of digits or, with points, in fours.
fn is_mac(text: &str) -> bool {
    let (split, digits) = match text.as_bytes().get(2) {
        Some(b':') => (':', 2),
        Some(b'-') => ('-', 2),
        _ => ('.', 4),
    };
    let hex = |part: &str| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    matches!(text.split(split).count() * digits / 2, 6 | 8 | 20) && text.split(split).all(hex)
}

/// What can stand in the first line of a request.
fn is_uri(text: &str) -> bool {
    if text == "*" {
        return true;
    }
    let is_scheme = |scheme: &str| {
        let other = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(other)
    };
    let path = match text.split_once(':') {
        _ if text.starts_with('/') => text,
        Some((scheme, rest)) if is_scheme(scheme) && rest.starts_with('/') => rest,
        // Without a slash it is opaque.
        Some((scheme, _)) if is_scheme(scheme) => {
            return !text.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
        }
        _ => return false,
    };
    let path = path.split('?').next().unwrap_or_default();
    let escapes = |text: &str| {
        text.split('%')
            .skip(1)
            .all(|part| part.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
    };
    let host = match path.strip_prefix("//").filter(|_| !text.starts_with("///")) {
        Some(rest) => is_host(rest.split('/').next().unwrap_or_default()),
        None => true,
    };
    !text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) && escapes(path) && host
}

fn is_host(authority: &str) -> bool {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = match host.rsplit_once(':') {
        _ if host.ends_with(']') => "",
        Some((_, port)) => port,
        None => "",
    };
    let odd = |byte: u8| matches!(byte, b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
    let brackets = !host.contains('[') || host.starts_with('[') && host.contains(']');
    port.bytes().all(|byte| byte.is_ascii_digit()) && brackets && !host.bytes().any(odd)
}

/// Thirty-two digits, with dashes or without.
fn is_uuid(text: &str, version: Option<char>, variant: bool) -> bool {
    let mut rest = text;
    for (at, length) in [8_usize, 4, 4, 4, 12].into_iter().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((own, further)) = rest.split_at_checked(length) else { return false };
        let kind = match at {
            2 => version.is_none_or(|version| own.starts_with(version)),
            3 => !variant || own.starts_with(['8', '9', 'a', 'b', 'A', 'B']),
            _ => true,
        };
        if !kind || !own.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return false;
        }
        rest = further;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_judged_as_by_the_server() {
        for (format, good, bad) in [
            ("byte", &["AAAA", "AA==", "AAA="][..], &["", "AAA", "A===", "AA-A"][..]),
            ("cidr", &["10.0.0.0/8", "010.0.0.0/8", "::/0"], &["10.0.0.0", "10.0.0.0/33", "x/1", "::1/129"]),
            ("date", &["2024-02-29"], &["2023-02-29", "2024-2-29", "2024-13-01", "2024-02-29T"]),
            (
                "date-time",
                &["2024-02-29T01:02:03Z", "2024-02-29t01:02:03.5+01:00"],
                &["2024-02-29", "2024-02-29T24:00:00Z", "2024-02-29T01:02:60Z", "2024-02-29T01:02:03"],
            ),
            ("duration", &["1h", "1h30m", "22 ns", "3 weeks", "0", "1.5s"], &["", "h", "5", "1 x"]),
            ("hostname", &["a", "a-b", "www.example.com", "a$b"], &["", "a-b-c", "a_b", "a.b", "a.b1", "-a"]),
            ("ipv4", &["1.2.3.4", "01.2.3.4", "::ffff:1.2.3.4"], &["1.2.3", "1.2.3.256", "::1"]),
            ("ipv6", &["::1", "::ffff:1.2.3.4"], &["1.2.3.4", "::g", "fe80::1%1"]),
            ("k8s-short-name", &["a", "1-b"], &["", "A", "-a", "a.b"]),
            ("k8s-long-name", &["a.b"], &["a..b", "a.B"]),
            (
                "mac",
                &["01:23:45:67:89:ab", "0123.4567.89ab", "01-23-45-67-89-AB-cd-ef"],
                &["01:23", "01:23-45"],
            ),
            (
                "uri",
                &["/a", "http://x/y?z", "urn:x", "https://x:80", "*"],
                &["", "a", "http://x:y/", "/%zz", "http://a b/"],
            ),
            (
                "uuid",
                &["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"],
                &["1", ""],
            ),
            ("uuid4", &["123e4567-e89b-42d3-a456-426614174000"], &["123e4567-e89b-12d3-a456-426614174000"]),
        ] {
            good.iter().for_each(|text| assert!(is_formed(text, format), "{format} {text:?}"));
            bad.iter().for_each(|text| assert!(!is_formed(text, format), "{format} {text:?}"));
        }
    }
}
