//! What the files of a service account may hold.

use bytes::Bytes;

use crate::call::is_label;
use crate::error::ConfigError;
use crate::prelude::*;
use crate::text::split_once;

/// A token, fit for a header. It never prints.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// `Bearer` and the token: RFC 6750 section 2.1.
    pub(crate) fn header(&self) -> String {
        ["Bearer ", &self.0].concat()
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Reads the token file: surrounding white space goes, and what is left must be able to stand in a header.
pub(crate) fn token(path: &str, content: &[u8]) -> Result<Token, ConfigError> {
    let token = content.trim_ascii();
    if token.is_empty() {
        return Err(ConfigError::EmptyToken { path: path.into() });
    }
    match token.iter().position(|byte| !matches!(byte, b'!'..=b'~')) {
        Some(at) => Err(ConfigError::BadToken { path: path.into(), at }),
        None => Ok(Token(token.iter().copied().map(char::from).collect())),
    }
}

/// A token that was given as a text, by the same rule.
pub(crate) fn given(token: &str) -> Result<Token, ConfigError> {
    let token = token.trim_ascii();
    if token.is_empty() || !token.bytes().all(|byte| matches!(byte, b'!'..=b'~')) {
        return Err(ConfigError::GivenToken);
    }
    Ok(Token(token.to_owned()))
}

/// Reads the namespace file. An empty or unfit one counts as absent.
pub(crate) fn namespace(content: &[u8]) -> Option<String> {
    let name = core::str::from_utf8(content.trim_ascii()).ok()?;
    is_label(name).then(|| name.to_owned())
}

/// Passes a bundle of at least one certificate in PEM (RFC 7468). Whether a certificate is a good one, the host's TLS judges.
pub(crate) fn bundle(path: &str, content: &Bytes) -> Result<Bytes, ConfigError> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let broken = |why| Err(ConfigError::BrokenPem { path: path.into(), why });
    let Ok(mut text) = core::str::from_utf8(content) else { return broken("it is not text") };
    let mut certificates = 0;
    while let Some((_, rest)) = split_once(text, BEGIN) {
        let Some((inner, rest)) = split_once(rest, END) else {
            return broken("a certificate has no end line");
        };
        let base64 =
            |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte) || byte.is_ascii_whitespace();
        if inner.trim_ascii().is_empty() || !inner.bytes().all(base64) {
            return broken("a certificate is not base64");
        }
        certificates += 1;
        text = rest;
    }
    if certificates == 0 {
        return broken("it has no `-----BEGIN CERTIFICATE-----` line");
    }
    Ok(content.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_trimmed_checked_and_silent() {
        let good = token("t", b" \n abc.def-_~+/= \n").unwrap();
        assert_eq!(good.header(), "Bearer abc.def-_~+/=");
        assert_eq!(format!("{good:?}"), "(secret)");
        assert_eq!(token("t", b" \n\t"), Err(ConfigError::EmptyToken { path: "t".into() }));
        for (bad, at) in [(&b"a\nb"[..], 1), (b"a b", 1), (b"ab\x00", 2), (b"\xff", 0), (b"a\r\nX: y", 1)] {
            assert_eq!(token("t", bad), Err(ConfigError::BadToken { path: "t".into(), at }));
        }
    }

    #[test]
    fn given_tokens_keep_to_the_same_rule() {
        assert_eq!(given(" abc.def \n").unwrap().header(), "Bearer abc.def");
        for bad in ["", " ", "a b", "a\r\nx: y", "é"] {
            assert_eq!(given(bad), Err(ConfigError::GivenToken), "{bad}");
        }
    }

    #[test]
    fn namespaces_are_trimmed() {
        assert_eq!(namespace(b"shop\n").as_deref(), Some("shop"));
        for unfit in [&b""[..], b" \n", b"a/b", b"\xff", b"../x", b"-a", b"a-"] {
            assert_eq!(namespace(unfit), None);
        }
    }

    #[test]
    fn bundles_are_pem() {
        let one = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n";
        for good in [one.to_owned(), format!("# of the cluster\n{one}{one}")] {
            bundle("c", &good.into()).unwrap();
        }
        for bad in [
            "",
            "MIIB",
            "-----BEGIN CERTIFICATE-----\nTUlJ",
            &one.replace("TUlJ", "T!"),
            &one.replace("TUlJ", ""),
        ] {
            let error = bundle("c", &Bytes::copy_from_slice(bad.as_bytes())).unwrap_err();
            assert!(matches!(error, ConfigError::BrokenPem { .. }), "{bad}");
        }
        bundle("c", &Bytes::from_static(b"\xff")).unwrap_err();
    }
}
