//! The API server's address.

use crate::error::ConfigError;
use crate::prelude::*;
use crate::text::{number, one_line, split, split_last, split_once, without_last_slashes};

/// A checked base URL: scheme, host, port and path, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base(String);

impl Base {
    /// From the two environment variables that the kubelet sets. An IPv6 address gets its brackets.
    pub(crate) fn in_cluster(host: &str, port: &str) -> Result<Self, ConfigError> {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        if host.contains('/') || port.contains('/') {
            let why = "the environment's host and port must be just that";
            return Err(ConfigError::Address { address: without_secrets(&[host, ":", port].concat()), why });
        }
        let authority =
            if bare.contains(':') { ["[", bare, "]:", port].concat() } else { [host, ":", port].concat() };
        Self::parse(&["https://", &authority].concat())
    }

    /// From a URL. A path, as management proxies have, is kept.
    pub(crate) fn parse(url: &str) -> Result<Self, ConfigError> {
        let refuse = |why| Err(ConfigError::Address { address: without_secrets(url), why });
        let (scheme, rest) = split_once(url, "://").unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
            return refuse("it must begin with https:// (or http://)");
        }
        if !rest.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b"?#@\\\"<>^`{|}%".contains(&byte)) {
            return refuse("it must be a host, a port and a path: no user, query or fragment");
        }
        let slash = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(slash).unwrap_or_default();
        let (host, port) = split_port(authority);
        if !is_host(host) {
            return refuse("its host must be a name, an IPv4 address, or an IPv6 address in brackets");
        }
        if !port.is_none_or(|port| number(port).is_some_and(|port| (1..=65535).contains(&port))) {
            return refuse("its port must be a number from 1 to 65535");
        }
        let path = without_last_slashes(path);
        if split(path, "/").skip(1).any(|part| matches!(part, "" | "." | "..")) {
            return refuse("its path must not hold empty, `.` or `..` segments");
        }
        let scheme = if scheme.eq_ignore_ascii_case("https") { "https" } else { "http" };
        Ok(Self([scheme, "://", authority, path].concat()))
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address as an error shows it: whatever stands before an `@` may hold a password, and a query a token. It
/// stays on one line.
fn without_secrets(url: &str) -> String {
    let (user, rest) = split_last(url, b'@').map_or(("", url), |(_, rest)| ("…@", rest));
    let shown = match rest.bytes().position(|byte| matches!(byte, b'?' | b'#')) {
        Some(at) => [user, rest.get(..at).unwrap_or_default(), "…"].concat(),
        None => [user, rest].concat(),
    };
    one_line(&shown)
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    if authority.ends_with(']') {
        return (authority, None);
    }
    split_last(authority, b':').map_or((authority, None), |(host, port)| (host, Some(port)))
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or_default();
        // Eight groups, and one colon more where a shortened end is doubled: `1:2:3:4:5:6:7::`.
        let colons = inner.bytes().filter(|byte| *byte == b':').count();
        return (2..=8).contains(&colons)
            && inner.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte));
    }
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !host.is_empty() && host.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_clusters_have() {
        let cases = [
            ("https://10.0.0.1:443", "https://10.0.0.1:443"),
            ("HTTPS://kubernetes.default.svc", "https://kubernetes.default.svc"),
            ("https://[fd00::1]:6443/", "https://[fd00::1]:6443"),
            ("https://rancher.example/k8s/clusters/c-1/", "https://rancher.example/k8s/clusters/c-1"),
            ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ];
        for (given, wanted) in cases {
            assert_eq!(Base::parse(given).unwrap().as_str(), wanted);
        }
        for (host, wanted) in [("fd00::1", "[fd00::1]"), ("[fd00::1]", "[fd00::1]"), ("10.0.0.1", "10.0.0.1")]
        {
            assert_eq!(
                Base::in_cluster(host, "443").unwrap().as_str(),
                ["https://", wanted, ":443"].concat()
            );
        }
    }

    #[test]
    fn refuses_what_would_go_astray() {
        let bad = [
            "",
            "10.0.0.1",
            "ftp://a",
            "https://",
            "https://:443",
            "https://a:0",
            "https://a:65536",
            "https://a:x",
            "https://user:pass@a",
            "https://a?x=1",
            "https://a#x",
            "https://a b",
            "https://fd00::1:443",
            "https://a/../b",
            "https://a//b",
            "https://[x]",
            "https://[::1",
            "https://[a:b]",
            "https://[1:2:3:4:5:6:7:8::9]",
            "https://a\r\nb",
            "https://ä",
        ];
        for url in bad {
            assert!(Base::parse(url).is_err(), "{url}");
        }
        for url in ["https://user:hunter2@a", "https://a?token=hunter2", "https://a#hunter2"] {
            let error = Base::parse(url).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        for port in ["", "0", "x", "443/evil", "+1"] {
            assert!(Base::in_cluster("10.0.0.1", port).is_err(), "{port}");
        }
    }
}
