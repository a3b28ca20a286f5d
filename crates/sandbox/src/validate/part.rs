//! A part of an object, with where it stands: what rules look at, and what they find fault with.

use serde_json::{Map, Value};

use super::fault::Fault;
use crate::object::quote;

static NOTHING: Value = Value::Null;

/// A value and its path, such as `spec.ports[0]`.
#[derive(Clone, Debug)]
pub(super) struct Part<'v> {
    pub(super) path: String,
    pub(super) value: &'v Value,
}

impl<'v> Part<'v> {
    /// A field of an object.
    pub(super) fn of(object: &'v Value, name: &str) -> Self {
        Self { path: name.to_owned(), value: object.get(name).unwrap_or(&NOTHING) }
    }

    pub(super) fn field(&self, name: &str) -> Self {
        Self { path: format!("{}.{name}", self.path), value: self.value.get(name).unwrap_or(&NOTHING) }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(|(index, value)| Self { path: format!("{}[{index}]", self.path), value }).collect()
    }

    /// What a map holds, by key.
    pub(super) fn entries(&self) -> Vec<(&'v str, Self)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries
            .map(|(key, value)| (key.as_str(), Self { path: format!("{}[{key}]", self.path), value }))
            .collect()
    }

    pub(super) fn is_there(&self) -> bool {
        !self.value.is_null()
    }

    /// Whether it is missing, or has nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        match self.value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        }
    }

    pub(super) fn text(&self) -> &'v str {
        self.value.as_str().unwrap_or_default()
    }

    /// A number; 0 where there is none.
    pub(super) fn number(&self) -> i64 {
        self.value.as_i64().unwrap_or_default()
    }

    pub(super) fn flag(&self) -> bool {
        self.value.as_bool().unwrap_or_default()
    }

    pub(super) fn map(&self) -> Option<&'v Map<String, Value>> {
        self.value.as_object()
    }

    pub(super) fn required(&self, hint: &str) -> Fault {
        Fault::required(&self.path, hint)
    }

    pub(super) fn forbidden(&self, why: &str) -> Fault {
        Fault::forbidden(&self.path, why)
    }

    pub(super) fn invalid(&self, why: impl Into<String>) -> Fault {
        Fault::invalid_value(&self.path, self.shown(), why)
    }

    pub(super) fn not_supported(&self, supported: &[&str]) -> Fault {
        let shown = if self.value.is_null() { quote("") } else { self.shown() };
        Fault::not_supported(&self.path, &shown, supported)
    }

    pub(super) fn duplicate(&self) -> Fault {
        Fault::duplicate(&self.path, &self.shown())
    }

    /// One fault for each reason.
    pub(super) fn all_invalid(&self, whys: Vec<String>) -> impl Iterator<Item = Fault> {
        whys.into_iter().map(|why| self.invalid(why))
    }

    /// As faults show it.
    pub(super) fn shown(&self) -> String {
        match self.value {
            Value::String(text) => quote(text),
            other => other.to_string(),
        }
    }

    /// A number that may not be less than nothing.
    pub(super) fn not_negative(&self) -> Option<Fault> {
        (self.number() < 0).then(|| self.invalid("must be greater than or equal to 0"))
    }

    /// A text that is one of these.
    pub(super) fn one_of(&self, supported: &[&str]) -> Option<Fault> {
        (!supported.contains(&self.text())).then(|| self.not_supported(supported))
    }

    /// What may not change.
    pub(super) fn unchanged(&self, old: &Self) -> Option<Fault> {
        (self.value != old.value).then(|| self.invalid("field is immutable"))
    }
}
