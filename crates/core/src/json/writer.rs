//! Writes JSON strings.

use crate::prelude::*;

/// Appends `text` as a JSON string, quoted and escaped.
pub(crate) fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for next in text.chars() {
        match next {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            control if u32::from(control) < 0x20 => {
                json.push_str("\\u00");
                for shift in [4, 0] {
                    json.push(char::from_digit(u32::from(control) >> shift & 0xF, 16).unwrap_or('0'));
                }
            }
            plain => json.push(plain),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn escapes_what_json_forbids() {
        let mut json = String::new();
        super::push_string(&mut json, "a\"\\\n\u{1f}é");
        assert_eq!(json, r#""a\"\\\n\u001fé""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a\"\\\n\u{1f}é");
    }
}
