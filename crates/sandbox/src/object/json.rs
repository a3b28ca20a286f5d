//! JSON, read with an eye on keys that stand twice in one object: field validation tells of them.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A document, and what stood in it twice.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    /// Paths such as `data.a`, in the order of the document.
    pub(crate) duplicates: Vec<String>,
}

impl Parsed {
    /// What strict decoding tells of what stood there twice.
    pub(crate) fn told(&self) -> Vec<String> {
        self.duplicates.iter().map(|path| format!("duplicate field {}", super::quote(path))).collect()
    }
}

/// Reads a whole document. The last of several equal keys counts, as in Go.
///
/// # Errors
/// The parser's words: those of Go's parser are others.
pub(crate) fn parse(body: &[u8]) -> Result<Parsed, String> {
    let duplicates = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_slice(body);
    let seed = Seed::new(&duplicates);
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| if body.is_empty() { END.to_owned() } else { error.to_string() })?;
    Ok(Parsed { value, duplicates: duplicates.into_inner() })
}

const END: &str = "unexpected end of JSON input";

/// Reads any value.
pub(super) struct Seed<'d> {
    path: String,
    duplicates: &'d RefCell<Vec<String>>,
}

impl<'d> Seed<'d> {
    /// What stands twice is written down there.
    pub(super) fn new(duplicates: &'d RefCell<Vec<String>>) -> Self {
        Self { path: String::new(), duplicates }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = format!("{}[{}]", self.path, list.len());
            match items.next_element_seed(Seed { path, duplicates: self.duplicates })? {
                Some(item) => list.push(item),
                None => return Ok(list.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            let dot = if self.path.is_empty() { "" } else { "." };
            let path = format!("{}{dot}{key}", self.path);
            if map.contains_key(&key) {
                self.duplicates.borrow_mut().push(path.clone());
            }
            let value = entries.next_value_seed(Seed { path, duplicates: self.duplicates })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Reads a key: a text, or what YAML takes it for, as a text.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Key {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bool<E>(self, key: bool) -> Result<String, E> {
        Ok(key.to_string())
    }

    fn visit_i64<E>(self, key: i64) -> Result<String, E> {
        Ok(key.to_string())
    }

    fn visit_u64<E>(self, key: u64) -> Result<String, E> {
        Ok(key.to_string())
    }

    fn visit_f64<E>(self, key: f64) -> Result<String, E> {
        Ok(key.to_string())
    }

    fn visit_str<E>(self, key: &str) -> Result<String, E> {
        Ok(key.to_owned())
    }

    fn visit_string<E>(self, key: String) -> Result<String, E> {
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_told() {
        let parsed = parse(br#"{"a":1,"b":{"c":[{"d":1,"d":2}]},"a":[null,true,-1,1.5,"x"]}"#).unwrap();
        assert_eq!(parsed.duplicates, ["b.c[0].d", "a"]);
        assert_eq!(
            parsed.value,
            serde_json::json!({"a": [null, true, -1, 1.5, "x"], "b": {"c": [{"d": 2}]}})
        );
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bad in ["", "{", "{} x", "nul", "{\"a\":}"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!(parse(b"").unwrap_err(), "unexpected end of JSON input");
        // Too deep for the parser's own limit, and no overflow.
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }
}
