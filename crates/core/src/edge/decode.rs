//! From JSON to the caller's own types, with errors that name the field and never its value.

use crate::error::DecodeError;
use crate::prelude::*;

impl DecodeError {
    /// Decodes `json`, from which the value may borrow.
    pub(crate) fn borrow<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Self> {
        serde_json::from_slice(json).map_err(|error| Self::new(".", reason(&error)))
    }

    /// Decodes `json` where nothing stands against it: UTF-8 is judged once for all texts.
    pub(crate) fn quick<T: serde::de::DeserializeOwned>(json: &[u8]) -> Option<T> {
        serde_json::from_str(core::str::from_utf8(json).ok()?).ok()
    }

    /// Decodes `json`, and on failure keeps the path of the field below `prefix`.
    pub(crate) fn catch<T: serde::de::DeserializeOwned>(json: &[u8], prefix: &str) -> Result<T, Self> {
        // Keeping track of the path costs time, so it is done for what fails alone.
        if let Some(value) = Self::quick(json) {
            return Ok(value);
        }
        let mut reader = serde_json::Deserializer::from_slice(json);
        let value: Result<T, _> = serde_path_to_error::deserialize(&mut reader);
        match value {
            Err(error) => {
                let inner = error.path().to_string();
                let path = match (prefix, inner.as_str()) {
                    ("", path) => path.to_owned(),
                    (prefix, ".") => prefix.to_owned(),
                    (prefix, path) if path.starts_with('[') => format!("{prefix}{path}"),
                    (prefix, path) => format!("{prefix}.{path}"),
                };
                Err(Self::new(path, reason(&error.into_inner())))
            }
            Ok(value) => {
                let path = if prefix.is_empty() { "." } else { prefix };
                reader.end().map(|()| value).map_err(|_| Self::new(path, "data after the value"))
            }
        }
    }
}

/// serde's message without the value that it quotes.
fn reason(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "the answer is cut off".into();
    }
    if error.is_syntax() {
        return "this is no JSON".into();
    }
    let message = error.to_string();
    // These name fields of the caller's type, and nothing of the answer.
    for safe in ["missing field `", "duplicate field `"] {
        if let Some(field) = message.strip_prefix(safe).and_then(|rest| rest.split('`').next()) {
            return format!("{safe}{field}`");
        }
    }
    // These quote the value first, and say last what the type expects.
    for quoting in ["invalid type", "invalid value", "invalid length", "unknown variant", "unknown field"] {
        if message.starts_with(quoting) {
            let expected = message.rsplit_once(", expected ").map(|(_, rest)| rest);
            let expected = expected.and_then(|rest| rest.rsplit_once(" at line ")).map(|(text, _)| text);
            return expected
                .map_or_else(|| quoting.to_owned(), |expected| format!("{quoting}, expected {expected}"));
        }
    }
    "the type refuses this value".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "decoded, and not looked at")]
    struct Typed {
        #[serde(default)]
        count: u8,
        #[serde(default)]
        mode: Option<Mode>,
        #[serde(default)]
        list: Vec<std::net::IpAddr>,
        name: String,
    }

    #[derive(serde::Deserialize, Debug)]
    enum Mode {
        On,
        Off,
    }

    #[test]
    fn names_the_field_and_never_its_value() {
        let cases = [
            (r#"{"name":"hunter2"#, "name", "the answer is cut off"),
            (r#"{"name":"a","count":"hunter2, expected x"}"#, "count", "invalid type, expected u8"),
            (r#"{"name":"a","count":4711}"#, "count", "invalid value, expected u8"),
            (r#"{"name":"a","mode":"hunter2"}"#, "mode", "unknown variant, expected `On` or `Off`"),
            (r#"{"name":"a","list":["::1","hunter2"]}"#, "list[1]", "the type refuses this value"),
            (r#"{"count":1}"#, ".", "missing field `name`"),
            (r#"{"name":"a","name":"b"}"#, ".", "duplicate field `name`"),
            (r#"{"name":"a"} hunter2"#, ".", "data after the value"),
        ];
        for (json, path, reason) in cases {
            let error = DecodeError::catch::<Typed>(json.as_bytes(), "").unwrap_err();
            assert_eq!((error.path(), error.reason()), (path, reason), "{json}");
        }
        let error = DecodeError::catch::<Typed>(br#"{"name":1}"#, "items[3]").unwrap_err();
        assert_eq!(error.path(), "items[3].name");
    }
}
