//! Continue tokens: base64url of `{"v":"meta.k8s.io/v1","rv":357,"start":"/i2\u0000"}`.
//!
//! Source: `k8s.io/apiserver/pkg/storage/continue.go`.

use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, URL_SAFE_NO_PAD};
use base64::{Engine, alphabet};
use serde_json::{Value, json};

/// Go does not look at the bits that are left over.
const GO: GeneralPurpose =
    GeneralPurpose::new(&alphabet::URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The version that the list shows; -1 for the present one.
    pub(super) revision: i64,
    /// The first key that may come, below the prefix of the list.
    pub(super) start: String,
}

impl Token {
    /// As the server writes it.
    pub(super) fn write(&self) -> String {
        let text =
            format!("{{\"v\":\"meta.k8s.io/v1\",\"rv\":{},\"start\":{}}}", self.revision, json!(self.start));
        URL_SAFE_NO_PAD.encode(text)
    }

    /// Reads one.
    ///
    /// # Errors
    /// What the server says behind `invalid continue token: `.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        const INVALID: &str = "continue key is not valid";
        let bytes = GO.decode(text).map_err(|error| {
            let at = match error {
                base64::DecodeError::InvalidByte(at, _) => at,
                _ => text.len() / 4 * 4,
            };
            format!("{INVALID}: illegal base64 data at input byte {at}")
        })?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| format!("{INVALID}: {error}"))?;
        let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        if field("v") != "meta.k8s.io/v1" {
            let why = "server does not recognize this encoded version";
            return Err(format!("{INVALID}: {why} {}", field("v")));
        }
        let revision = value.get("rv").and_then(Value::as_i64).unwrap_or_default();
        if revision == 0 {
            let why = "incorrect encoded start resourceVersion (version meta.k8s.io/v1)";
            return Err(format!("{INVALID}: {why}"));
        }
        let start = field("start");
        if start.is_empty() {
            return Err(format!("{INVALID}: encoded start key empty (version meta.k8s.io/v1)"));
        }
        let key = start.strip_prefix('/').unwrap_or(start);
        if !is_clean(key) {
            return Err(format!("{INVALID}: {start}"));
        }
        Ok(Self { revision, start: key.to_owned() })
    }
}

/// Whether Go's `path.Clean` leaves `/KEY` as it is.
fn is_clean(key: &str) -> bool {
    key.is_empty() || key.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_the_round_trip() {
        let token = Token { revision: 357, start: "/i2\0".into() };
        let text = token.write();
        let json = URL_SAFE_NO_PAD.decode(&text).unwrap();
        assert_eq!(json, br#"{"v":"meta.k8s.io/v1","rv":357,"start":"/i2\u0000"}"#);
        assert_eq!(Token::read(&text), Ok(Token { revision: 357, start: "i2\0".into() }));
    }

    #[test]
    fn bad_tokens_are_refused() {
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for (text, wanted) in [
            ("a!".to_owned(), "illegal base64 data at input byte 1"),
            (encoded(r#"{"v":"x","rv":1,"start":"a"}"#), "does not recognize this encoded version x"),
            (encoded(r#"{"v":"meta.k8s.io/v1","start":"a"}"#), "incorrect encoded start resourceVersion"),
            (encoded(r#"{"v":"meta.k8s.io/v1","rv":1}"#), "encoded start key empty"),
            (encoded(r#"{"v":"meta.k8s.io/v1","rv":1,"start":"../a"}"#), "is not valid: ../a"),
        ] {
            let found = Token::read(&text).unwrap_err();
            assert!(found.contains(wanted), "{found}");
        }
    }
}
