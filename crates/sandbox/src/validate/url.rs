//! URLs, as Go's `net/url` takes them apart: other libraries refuse and mend other things.

use std::net::IpAddr;

use crate::object::quote;

/// The parts of a URL that somebody looks at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Url<'t> {
    pub(super) scheme: String,
    pub(super) user: Option<&'t str>,
    pub(super) host: &'t str,
    pub(super) query: &'t str,
    pub(super) fragment: String,
}

impl<'t> Url<'t> {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parse(text: &'t str) -> Result<Self, String> {
        let (whole, fragment) = text.split_once('#').unwrap_or((text, ""));
        let wrong = |of: &str, why: String| format!("parse {}: {why}", quote(of));
        let url = Self::without_fragment(whole).map_err(|why| wrong(whole, why))?;
        let fragment = unescaped(fragment).map_err(|why| wrong(text, why))?;
        Ok(Self { fragment, ..url })
    }

    fn without_fragment(text: &'t str) -> Result<Self, String> {
        if text.contains(|c: char| c.is_ascii_control()) {
            return Err("net/url: invalid control character in URL".into());
        }
        let (scheme, rest) = match scheme(text) {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if text.starts_with(':') => return Err("missing protocol scheme".into()),
            None => (String::new(), text),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self { scheme, query, ..Self::default() };
        let mut path = rest;
        if let Some(rest) = rest.strip_prefix("//") {
            let (authority, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            url.authority(authority)?;
            path = after;
        } else if !url.scheme.is_empty() && !rest.starts_with('/') {
            // Whatever is behind the scheme is no path.
            return Ok(url);
        } else if rest.split('/').next().is_some_and(|first| first.contains(':')) {
            return Err("first path segment in URL cannot contain colon".into());
        }
        unescaped(path)?;
        Ok(url)
    }

    fn authority(&mut self, authority: &'t str) -> Result<(), String> {
        let known = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, _)) if !user.chars().all(known) => return Err("net/url: invalid userinfo".into()),
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        (self.user, self.host) = (user, host);
        let port = match (host.strip_prefix('['), host.find('[')) {
            (Some(inner), _) => {
                let Some((address, port)) = inner.rsplit_once(']') else {
                    return Err("missing ']' in host".into());
                };
                let bare = address.split("%25").next().unwrap_or_default();
                match bare.parse::<IpAddr>() {
                    Ok(IpAddr::V6(_)) => {}
                    Ok(IpAddr::V4(_)) => return Err("invalid IP-literal".into()),
                    Err(_) => {
                        return Err(format!("invalid host: ParseAddr({}): unable to parse IP", quote(bare)));
                    }
                }
                port
            }
            (None, Some(_)) => return Err("invalid IP-literal".into()),
            (None, None) => {
                if host.contains(' ') {
                    return Err("invalid character \" \" in host name".into());
                }
                if let Some(escape) = host.find('%') {
                    return Err(no_escape(host.get(escape..).unwrap_or_default()));
                }
                let first = matches!(self.scheme.as_str(), "http" | "https");
                let colon = if first { host.find(':') } else { host.rfind(':') };
                colon.and_then(|colon| host.get(colon..)).unwrap_or_default()
            }
        };
        match port.strip_prefix(':') {
            None if port.is_empty() => Ok(()),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
            _ => Err(format!("invalid port {} after host", quote(port))),
        }
    }
}

/// The scheme before a colon, and what is behind that.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let others = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (first && others).then_some((scheme, rest))
}

/// A text with what its escapes stand for.
///
/// # Errors
/// Where one is none.
fn unescaped(text: &str) -> Result<String, String> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut at, mut out) = (text.as_bytes(), 0, Vec::new());
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            out.push(*byte);
            at += 1;
            continue;
        }
        let (Some(high), Some(low)) = (digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) else {
            return Err(no_escape(text.get(at..).unwrap_or_default()));
        };
        out.push(u8::try_from(high * 16 + low).unwrap_or_default());
        at += 3;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn no_escape(from: &str) -> String {
    let shown: String = from.chars().take(3).collect();
    format!("invalid URL escape {}", quote(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (text, wanted) in [
            ("HTTPS://a.b:1/c?d#e", ("https", None, "a.b:1", "d", "e")),
            ("https://u:p@a.b", ("https", Some("u:p"), "a.b", "", "")),
            ("https://@h", ("https", Some(""), "h", "", "")),
            ("https://[::1]:1/x", ("https", None, "[::1]:1", "", "")),
            ("https://a:/", ("https", None, "a:", "", "")),
            ("https://é/x y#a%20b", ("https", None, "é", "", "a b")),
            ("https://a?%zz", ("https", None, "a", "%zz", "")),
            ("ftp://a:1:2/", ("ftp", None, "a:1:2", "", "")),
            ("localhost:8443/x", ("localhost", None, "", "", "")),
            ("https:///x", ("https", None, "", "", "")),
            ("//a", ("", None, "a", "", "")),
            ("a/b:c", ("", None, "", "", "")),
            ("", ("", None, "", "", "")),
        ] {
            let url = Url::parse(text).map(|url| {
                (
                    url.scheme,
                    url.user.map(str::to_owned),
                    url.host.to_owned(),
                    url.query.to_owned(),
                    url.fragment,
                )
            });
            let (scheme, user, host, query, fragment) = wanted;
            let wanted = (scheme.into(), user.map(str::to_owned), host.into(), query.into(), fragment.into());
            assert_eq!(url, Ok(wanted), "{text}");
        }
    }

    /// What Go 1.26 says of them.
    #[test]
    fn what_is_no_url_is_refused() {
        for (text, why) in [
            (":", "missing protocol scheme"),
            ("127.0.0.1:1", "first path segment in URL cannot contain colon"),
            ("https://a:é", "invalid port \":é\" after host"),
            ("https://a:1:2/", "invalid port \":1:2\" after host"),
            ("https://::1/", "invalid port \"::1\" after host"),
            ("https://[::1]x/", "invalid port \"x\" after host"),
            ("https://[::1", "missing ']' in host"),
            ("https://[x]/", "invalid host: ParseAddr(\"x\"): unable to parse IP"),
            ("https://[1.2.3.4]/", "invalid IP-literal"),
            ("https://a[b]/", "invalid IP-literal"),
            ("https://foo bar/", "invalid character \" \" in host name"),
            ("https://u p@h", "net/url: invalid userinfo"),
            ("https://a%20b/", "invalid URL escape \"%20\""),
            ("https://a/%z", "invalid URL escape \"%z\""),
            ("https://a/#%zz", "invalid URL escape \"%zz\""),
            ("https://a/\n", "net/url: invalid control character in URL"),
        ] {
            assert_eq!(Url::parse(text), Err(format!("parse {}: {why}", quote(text))));
        }
    }
}
