//! [`Operation`] as JSON, or any format that serde has.
//!
//! Every scalar goes through [`Operation::set`], the same setter that JavaScript's fields come in by, so there is one reader. The
//! body is copied as JSON, in the order it was written.

use core::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::parameters::{self, Value};
use crate::call::{Operation, Verb};
use crate::prelude::*;

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Operation;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an operation, such as {\"verb\":\"list\",\"resource\":\"pods\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Operation, A::Error> {
        let mut operation = Operation::new(Verb::Get);
        let mut has_verb = false;
        let mut seen = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            once(&mut seen, &key)?;
            match key.as_str() {
                "body" => {
                    let body = map.next_value::<AnyJson>()?.0;
                    operation.body = (body != b"null").then(|| body.into());
                }
                "query" | "preconditions" => {
                    map.next_value_seed(Group { operation: &mut operation, name: &key })?;
                }
                _ => {
                    let given = map.next_value_seed(Scalar { operation: &mut operation, field: &key })?;
                    has_verb |= given && key == "verb";
                }
            }
        }
        if has_verb { Ok(operation) } else { Err(A::Error::missing_field("verb")) }
    }
}

/// Refuses a key that was there before: whichever of the two values counted, the other would be lost.
fn once<E: serde::de::Error>(seen: &mut Vec<String>, key: &str) -> Result<(), E> {
    if seen.iter().any(|other| other == key) {
        return Err(E::custom(format_args!("duplicate field `{key}`")));
    }
    seen.push(key.to_owned());
    Ok(())
}

/// One field: a string, a number or a boolean; for a `query` key also a list of them. Says whether it was given: `null` is as good
/// as left out, since that is how many languages write what is absent.
struct Scalar<'a> {
    operation: &'a mut Operation,
    field: &'a str,
}

impl<'de> DeserializeSeed<'de> for Scalar<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string, a whole number or a boolean for {}", self.field)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<bool, E> {
        self.operation.set(self.field, text).map_err(E::custom)?;
        Ok(true)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<bool, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<bool, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<bool, E> {
        self.visit_str(if truth { "true" } else { "false" })
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let Self { operation, field } = self;
        if !field.starts_with("query.") {
            return Err(A::Error::custom(format_args!("{field} is one value, not a list")));
        }
        while let Some(given) = seq.next_element_seed(Scalar { operation: &mut *operation, field })? {
            if !given {
                return Err(A::Error::custom(format_args!("{field} has a null in its list")));
            }
        }
        Ok(true)
    }
}

/// The members of `query` or `preconditions`.
struct Group<'a> {
    operation: &'a mut Operation,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Group<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Group<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a map of parameters for {}", self.name)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            once(&mut seen, &key)?;
            let field = [self.name, ".", &key].concat();
            map.next_value_seed(Scalar { operation: &mut *self.operation, field: &field })?;
        }
        Ok(())
    }
}

/// Any value, copied as compact JSON with its members in their order.
struct AnyJson(Vec<u8>);

impl<'de> Deserialize<'de> for AnyJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = Vec::new();
        Copy(&mut json).deserialize(deserializer)?;
        Ok(Self(json))
    }
}

struct Copy<'a>(&'a mut Vec<u8>);

impl Copy<'_> {
    fn push<E: serde::de::Error>(self, value: &impl Serialize) -> Result<(), E> {
        serde_json::to_writer(self.0, value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Copy<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Copy<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.push(&text)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.push(&number)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.push(&number)
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        self.push(&number)
    }

    fn visit_bool<E: serde::de::Error>(self, truth: bool) -> Result<(), E> {
        self.push(&truth)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.push(&())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        self.push(&())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut mark = b'[';
        loop {
            let end = self.0.len();
            self.0.push(mark);
            if seq.next_element_seed(Copy(self.0))?.is_none() {
                self.0.truncate(end + usize::from(mark == b'['));
                self.0.push(b']');
                return Ok(());
            }
            mark = b',';
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut mark = b'{';
        while let Some(key) = map.next_key::<String>()? {
            self.0.push(mark);
            Copy(self.0).push::<A::Error>(&key)?;
            self.0.push(b':');
            map.next_value_seed(Copy(self.0))?;
            mark = b',';
        }
        if mark == b'{' {
            self.0.push(mark);
        }
        self.0.push(b'}');
        Ok(())
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("verb", self.verb.name())?;
        for (name, value) in self.texts() {
            if !value.is_empty() {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(resource) = self.known.as_ref().filter(|_| self.resource.is_empty()) {
            map.serialize_entry("apiVersion", &resource.api_version())?;
            map.serialize_entry("resource", &resource.plural)?;
        }
        let mut preconditions: Vec<(&str, &str)> = Vec::new();
        for (name, value) in &self.parameters {
            if let Some(name) = name.strip_prefix("preconditions.") {
                preconditions.push((name, value));
                continue;
            }
            match parameters::find(name).map(|parameter| &parameter.value) {
                Some(Value::Integer) => {
                    map.serialize_entry(name, &value.parse::<u32>().unwrap_or_default())?;
                }
                Some(Value::Boolean) => map.serialize_entry(name, &(value == "true"))?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        if !preconditions.is_empty() {
            map.serialize_entry("preconditions", &Pairs(&preconditions))?;
        }
        if !self.query.is_empty() {
            let pairs: Vec<_> =
                self.query.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            map.serialize_entry("query", &Pairs(&pairs))?;
        }
        if let Some(body) = &self.body {
            let value: serde_json::Value = serde_json::from_slice(body).map_err(serde::ser::Error::custom)?;
            map.serialize_entry("body", &value)?;
        }
        map.end()
    }
}

/// Pairs as a map, in which a repeated key has a list.
struct Pairs<'a>(&'a [(&'a str, &'a str)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (index, (key, value)) in self.0.iter().enumerate() {
            let earlier = self.0.iter().take(index).any(|(other, _)| other == key);
            let values: Vec<&str> =
                self.0.iter().filter(|(other, _)| other == key).map(|pair| pair.1).collect();
            match values.len() {
                _ if earlier => {}
                1 => map.serialize_entry(key, value)?,
                _ => map.serialize_entry(key, &List(&values))?,
            }
        }
        map.end()
    }
}

struct List<'a>(&'a [&'a str]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|value| seq.serialize_element(value))?;
        seq.end()
    }
}
