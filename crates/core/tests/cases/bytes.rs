//! Bytes as the cases write them.

use serde::Deserialize;

/// A text, hexadecimal digits, a repeated text, or a list of such.
#[derive(Clone, Deserialize, Debug)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Bytes {
    Text(String),
    Hex { hex: String },
    Repeat { repeat: String, times: usize },
    Parts(Vec<Self>),
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Bytes {
    pub(crate) fn read(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex { hex } => hex
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect(),
            Self::Repeat { repeat, times } => repeat.repeat(*times).into_bytes(),
            Self::Parts(parts) => parts.iter().flat_map(Self::read).collect(),
        }
    }
}

/// How bytes are shown where they differ.
pub(crate) fn shown(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}
