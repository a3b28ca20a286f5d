//! The query of a request: `application/x-www-form-urlencoded`, as Go's `url.ParseQuery` reads it.

/// Names and values, in the order of the URL.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Pairs with a bad escape, or with a `;`, are left out, as in Go.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';'));
        Self(
            pairs
                .filter_map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    Some((unescape(name, true)?, unescape(value, true)?))
                })
                .collect(),
        )
    }

    /// The first value of a name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.first(name).unwrap_or_default()
    }

    /// Every value of a name.
    pub(crate) fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// apimachinery's `Convert_Slice_string_To_bool`: only `false` and `0` are false.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.first(name).map(|value| !value.eq_ignore_ascii_case("false") && value != "0")
    }

    /// A whole number.
    ///
    /// # Errors
    /// Go's words where it is none.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, String> {
        self.first(name).map(parse_int).transpose()
    }
}

/// `strconv.ParseInt(text, 10, 64)`, errors included.
pub(crate) fn parse_int(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("strconv.ParseInt: parsing {}: invalid syntax", crate::object::quote(text)));
    }
    text.parse()
        .map_err(|_| format!("strconv.ParseInt: parsing {}: value out of range", crate::object::quote(text)))
}

/// `strconv.ParseUint(text, 10, 64)`, errors included.
pub(crate) fn parse_uint(text: &str) -> Result<u64, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("strconv.ParseUint: parsing {}: invalid syntax", crate::object::quote(text)));
    }
    text.parse()
        .map_err(|_| format!("strconv.ParseUint: parsing {}: value out of range", crate::object::quote(text)))
}

/// Undoes percent-encoding; `None` where an escape is none. What is then not UTF-8 is replaced.
pub(crate) fn unescape(text: &str, plus: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if plus => b' ',
            other => other,
        });
    }
    Some(match String::from_utf8(out) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_as_in_go() {
        let query = Query::parse("a=1&b=x%20y+z&a=2&bad=%zz&c&;=1&&d=false&e=");
        assert_eq!(query.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.first("b"), Some("x y z"));
        assert_eq!(query.first("bad"), None);
        assert_eq!(
            (query.flag("c"), query.flag("d"), query.flag("e")),
            (Some(true), Some(false), Some(true))
        );
        assert_eq!(query.flag("f"), None);
    }

    #[test]
    fn numbers_fail_in_gos_words() {
        let query = Query::parse("limit=abc&big=99999999999999999999&ok=-3");
        assert_eq!(query.number("limit").unwrap_err(), r#"strconv.ParseInt: parsing "abc": invalid syntax"#);
        assert!(query.number("big").unwrap_err().ends_with("value out of range"));
        assert_eq!(query.number("ok"), Ok(Some(-3)));
        assert_eq!(query.number("none"), Ok(None));
        assert!(parse_uint("-1").is_err());
        assert_eq!(parse_uint("12"), Ok(12));
    }
}
