//! The head of an answer.

use crate::prelude::*;
use crate::text::split_once;

/// The status of an answer and the few headers that the core reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The HTTP status code.
    pub status: u16,
    /// The texts of the `Warning` headers with code 299.
    pub warnings: Vec<String>,
    /// `Retry-After` as it came: seconds, or an HTTP date.
    pub retry_after: String,
}

impl Head {
    /// A head without headers.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Takes a header in. Those that the core does not read are ignored.
    pub fn header(&mut self, name: &str, value: &[u8]) {
        let Ok(value) = core::str::from_utf8(value) else { return };
        if name.eq_ignore_ascii_case("warning") {
            read_warnings(value, &mut self.warnings);
        } else if name.eq_ignore_ascii_case("retry-after") {
            self.retry_after = value.trim_ascii().to_owned();
        }
    }
}

/// RFC 7234 section 5.5: `299 - "text"`, several in one header, an optional date behind each. A bad one drops the rest
/// of its header, as in apimachinery.
fn read_warnings(mut header: &str, warnings: &mut Vec<String>) {
    loop {
        let start = header.bytes().position(|byte| !matches!(byte, b' ' | b','));
        header = header.get(start.unwrap_or(header.len())..).unwrap_or_default();
        let Some((code, rest)) = split_once(header, " ") else { return };
        let Some((_agent, rest)) = split_once(rest, " ") else { return };
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let Some((text, rest)) = quoted(rest) else { return };
        let rest = rest.trim_ascii_start();
        // The date is a quoted string too.
        let rest = if rest.starts_with('"') { quoted(rest).map_or("", |(_, rest)| rest) } else { rest }
            .trim_ascii_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return;
        }
        if code == "299" {
            warnings.push(text);
        }
        header = rest;
    }
}

/// A quoted string (RFC 9110 section 5.6.4) and what follows it. Control characters, which could forge lines, are left out.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        let next = match rest.next()? {
            '"' => return Some((value, rest.as_str())),
            '\\' => rest.next()?,
            plain => plain,
        };
        if !next.is_control() {
            value.push(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn reads_warnings() {
        let cases: [(&str, &[&str]); 8] = [
            (r#"299 - "one""#, &["one"]),
            (r#"299 - "a \"b\" \\", 299 k8s "two""#, &["a \"b\" \\", "two"]),
            (r#"299 - "dated" "Tue, 15 Nov 1994 08:12:31 GMT", 299 - "next""#, &["dated", "next"]),
            (r#"199 - "other code""#, &[]),
            ("299 - \"a\\\u{1}\u{2}b\"", &["ab"]),
            (r#"299 - "good", 299 - bad, 299 - "lost""#, &["good"]),
            (r#"299 - "open"#, &[]),
            ("", &[]),
        ];
        for (header, wanted) in cases {
            let mut head = Head::new(200);
            head.header("WARNING", header.as_bytes());
            assert_eq!(head.warnings, wanted, "{header}");
        }
    }
}
