//! What may stand in a URL, and how it is written there.
//!
//! Every part of a path is checked by the rule of its kind and then encoded, so that a name can never become another path, a
//! query or a fragment: `web#x` would otherwise drop the query, and turn a dry run into the real thing.

use crate::error::{BuildError, Rule, Segment};
use crate::prelude::*;
use crate::text::split;

/// Passes what the rule of its segment allows.
pub(crate) fn check(segment: Segment, rule: Rule, value: &str) -> Result<(), BuildError> {
    let fits = match rule {
        Rule::Label => is_label(value),
        Rule::Subdomain => is_subdomain(value),
        Rule::PathSegment => value.len() <= 253 && is_path_segment(value),
        Rule::ProxyName => is_proxy_name(value),
        Rule::Path => is_path(value),
    };
    if fits { Ok(()) } else { Err(BuildError::Segment { segment, value: value.to_owned(), rule }) }
}

/// The rule for the names of a resource's objects.
///
/// Kubernetes' own kinds are named by subdomains, but for these, whose validation in the API server allows any path segment, or
/// other characters. An aggregated API (OpenShift's users, metrics) may allow as much, so only the groups of Kubernetes itself are held to it.
pub(crate) fn name_rule(group: &str, plural: &str) -> Rule {
    const OTHERS: [&str; 4] = ["events", "apiservices", "ipaddresses", "clustertrustbundles"];
    let own = !group.contains('.') || (group.ends_with(".k8s.io") && !group.ends_with("metrics.k8s.io"));
    if !own || group == "rbac.authorization.k8s.io" || OTHERS.contains(&plural) {
        Rule::PathSegment
    } else {
        Rule::Subdomain
    }
}

/// RFC 1123, as Kubernetes reads it: lower case only.
pub(crate) fn is_label(value: &str) -> bool {
    value.len() <= 63 && is_subdomain_part(value)
}

/// RFC 1123, lower case only: labels with dots between them.
pub(crate) fn is_subdomain(value: &str) -> bool {
    value.len() <= 253 && split(value, ".").all(is_subdomain_part)
}

/// In a subdomain only the whole has a limit of length.
fn is_subdomain_part(part: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !part.is_empty() && part.bytes().all(inner) && !part.starts_with('-') && !part.ends_with('-')
}

fn is_path_segment(value: &str) -> bool {
    !matches!(value, "" | "." | "..")
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'/' && byte != b'%')
}

/// What the API server takes for a name of any kind.
///
/// Source: `IsPathSegmentName` in `k8s.io/apimachinery/pkg/api/validate/content`.
pub(crate) fn is_segment_name(name: &str) -> bool {
    !matches!(name, "." | "..") && !name.bytes().any(|byte| matches!(byte, b'/' | b'%'))
}

/// `web`, `web:8443`, `https:web:8443`, `https:web:` and `:web:http`.
///
/// Source: `SplitSchemeNamePort` in `k8s.io/apimachinery/pkg/util/net`.
fn is_proxy_name(value: &str) -> bool {
    let mut parts = split(value, ":");
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let is_name = |name: &str| check(Segment::Name, Rule::Subdomain, name).is_ok();
    match (second, third) {
        (None, _) => is_name(first),
        (Some(port), None) => is_name(first) && is_label(port),
        (Some(name), Some(port)) => {
            matches!(first, "" | "http" | "https")
                && is_name(name)
                && (port.is_empty() || is_label(port))
                && parts.next().is_none()
        }
    }
}

/// `/`, `/metrics`, `/logs/`: a slash at the end is the one empty segment allowed.
fn is_path(path: &str) -> bool {
    let Some(inner) = path.strip_prefix('/') else { return false };
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    path == "/"
        || (!path.bytes().any(|byte| matches!(byte, b'?' | b'#' | b'\\'))
            && split(inner, "/").all(is_path_segment))
}

/// Appends a checked segment, percent-encoded (RFC 3986 section 3.3).
pub(crate) fn push_segment(url: &mut String, segment: &str) {
    for byte in segment.bytes() {
        match byte {
            b':' | b'@' | b'/' => url.push(byte.into()),
            byte => push_byte(url, byte),
        }
    }
}

/// Appends a key or value of a query, form-encoded.
pub(crate) fn push_form(url: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b' ' => url.push('+'),
            byte => push_byte(url, byte),
        }
    }
}

/// Reads a form-encoded key or value back.
pub(crate) fn decode_form(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut nibble = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(nibble()? << 4 | nibble()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

fn push_byte(url: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        url.push(byte.into());
        return;
    }
    url.push('%');
    for nibble in [byte >> 4, byte & 0xF] {
        url.push(char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_mean_something_else_are_refused() {
        for bad in [
            "../../secrets/x",
            "foo/status",
            "foo?force=true",
            "a#b",
            "%2e%2e",
            "",
            "é",
            ".",
            "..",
            "A",
            "a_b",
            "-a",
        ] {
            assert!(check(Segment::Name, Rule::Subdomain, bad).is_err(), "{bad}");
        }
        for bad in ["", ".", "..", "a/b", "a%b", "é", "a\nb"] {
            assert!(check(Segment::Name, Rule::PathSegment, bad).is_err(), "{bad}");
        }
        for bad in ["", "a", "//", "/a//b", "/a/../b", "/a?x", "/a#x", "/%61", "/a\\b"] {
            assert!(check(Segment::Path, Rule::Path, bad).is_err(), "{bad}");
        }
        for good in ["/", "/metrics", "/logs/", "/apis/apps/v1"] {
            check(Segment::Path, Rule::Path, good).unwrap();
        }
    }

    #[test]
    fn names_behind_proxies_may_say_scheme_and_port() {
        for good in ["web", "web.example", "web:80", "web:http", "https:web:8443", "https:web:", ":web:80"] {
            check(Segment::Name, Rule::ProxyName, good).unwrap();
        }
        for bad in [
            "",
            ":",
            "::",
            "web:",
            "ftp:web:21",
            "http:web:80:1",
            "http:..:80",
            "http:a/b:80",
            "web:8/0",
            "a%2f",
        ] {
            assert!(check(Segment::Name, Rule::ProxyName, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn limits_of_length() {
        check(Segment::Namespace, Rule::Label, &"a".repeat(63)).unwrap();
        assert!(check(Segment::Namespace, Rule::Label, &"a".repeat(64)).is_err());
        check(Segment::Name, Rule::Subdomain, &"a".repeat(253)).unwrap();
        assert!(check(Segment::Name, Rule::Subdomain, &"a".repeat(254)).is_err());
    }

    #[test]
    fn encodes() {
        let mut url = String::new();
        push_segment(&mut url, "system:a?b#c d");
        assert_eq!(url, "system:a%3Fb%23c%20d");
        url.clear();
        push_form(&mut url, "env in (a,b)&ü");
        assert_eq!(url, "env+in+%28a%2Cb%29%26%C3%BC");
        assert_eq!(decode_form(&url).unwrap(), "env in (a,b)&ü");
        for bad in ["%", "%2", "%zz", "%ff"] {
            assert_eq!(decode_form(bad), None, "{bad}");
        }
    }
}
