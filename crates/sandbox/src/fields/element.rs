//! One step of a path to a field.
//!
//! Source: `PathElement` in `sigs.k8s.io/structured-merge-diff/fieldpath`.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Value};

use crate::object::quote;

/// What leads from a map or a list to what is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    /// A field of a struct, or a key of a map.
    Field(String),
    /// The item of a list whose fields have these values, sorted by name.
    Key(Vec<(String, Scalar)>),
    /// The item of a set.
    Item(Scalar),
    /// The item at a place.
    Index(i64),
}

/// A value that is no map and no list, with an order: numbers, texts, booleans, null.
#[derive(Clone, Debug)]
pub(crate) struct Scalar(pub(crate) Value);

impl Scalar {
    fn rank(&self) -> u8 {
        match self.0 {
            Value::Number(_) => 0,
            Value::String(_) => 1,
            Value::Bool(_) => 2,
            Value::Null => 3,
            Value::Array(_) | Value::Object(_) => 4,
        }
    }
}

impl Ord for Scalar {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Number(one), Value::Number(two)) => {
                one.as_f64().unwrap_or_default().total_cmp(&two.as_f64().unwrap_or_default())
            }
            (Value::String(one), Value::String(two)) => one.cmp(two),
            (Value::Bool(one), Value::Bool(two)) => one.cmp(two),
            _ => self.rank().cmp(&other.rank()).then_with(|| self.0.to_string().cmp(&other.0.to_string())),
        }
    }
}

impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scalar {}

impl Element {
    pub(crate) fn field(name: &str) -> Self {
        Self::Field(name.to_owned())
    }

    /// As FieldsV1 writes it: `f:data`, `k:{"name":"c"}`, `v:"a.b/c"`, `i:0`.
    pub(crate) fn write(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(fields) => {
                let fields: Map<_, _> =
                    fields.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect();
                format!("k:{}", Value::Object(fields))
            }
            Self::Item(value) => format!("v:{}", value.0),
            Self::Index(at) => format!("i:{at}"),
        }
    }

    /// Reads one; `Ok(None)` for a kind that is not known, which is passed over.
    ///
    /// # Errors
    /// Nothing, where it is none.
    pub(crate) fn read(text: &str) -> Result<Option<Self>, ()> {
        let mut characters = text.chars();
        let (kind, colon) = (characters.next().ok_or(())?, characters.next().ok_or(())?);
        if colon != ':' {
            return Err(());
        }
        let rest = characters.as_str();
        Ok(Some(match kind {
            'f' => Self::field(rest),
            'k' => match serde_json::from_str(rest) {
                Ok(Value::Object(fields)) => {
                    let mut fields: Vec<_> =
                        fields.into_iter().map(|(name, value)| (name, Scalar(value))).collect();
                    fields.sort();
                    Self::Key(fields)
                }
                _ => return Err(()),
            },
            'v' => Self::Item(Scalar(serde_json::from_str(rest).map_err(|_| ())?)),
            'i' => Self::Index(rest.parse().map_err(|_| ())?),
            _ => return Ok(None),
        }))
    }
}

/// As errors write it: `.data`, `[name="c"]`, `[="a.b/c"]`, `[0]`.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| format!("{name}={}", plain(&value.0))).collect();
                write!(f, "[{}]", fields.join(","))
            }
            Self::Item(value) => write!(f, "[={}]", plain(&value.0)),
            Self::Index(at) => write!(f, "[{at}]"),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_as_they_are_written() {
        for (text, path) in [
            ("f:data", ".data"),
            ("k:{\"port\":80,\"protocol\":\"TCP\"}", "[port=80,protocol=\"TCP\"]"),
            ("v:\"a.b/c\"", "[=\"a.b/c\"]"),
            ("i:3", "[3]"),
        ] {
            let element = Element::read(text).unwrap().unwrap();
            assert_eq!((element.write(), element.to_string()), (text.to_owned(), path.to_owned()));
        }
        for bad in ["", "f", "fx", "k:[]", "k:", "v:{", "i:x"] {
            assert!(Element::read(bad).is_err(), "{bad}");
        }
        assert_eq!(Element::read("z:new"), Ok(None));
    }
}
