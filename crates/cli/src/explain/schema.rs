//! Schemas of an OpenAPI v3 document, and what they refer to.

use serde_json::{Map, Value};

/// One schema, and the document that its references are about.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    document: &'a Value,
    value: &'a Value,
}

impl<'a> Schema<'a> {
    pub(super) fn new(document: &'a Value, value: &'a Value) -> Self {
        Self { document, value }
    }

    fn of(self, value: &'a Value) -> Self {
        Self { value, ..self }
    }

    /// What it refers to; empty where it is no reference.
    pub(super) fn reference(self) -> &'a str {
        self.text("$ref")
    }

    /// What it refers to, or itself.
    pub(super) fn resolved(self) -> Self {
        let name = self.reference().rsplit('/').next().unwrap_or_default();
        self.document["components"]["schemas"].get(name).map_or(self, |found| self.of(found))
    }

    pub(super) fn text(self, name: &str) -> &'a str {
        self.value[name].as_str().unwrap_or_default()
    }

    pub(super) fn member(self, name: &str) -> Option<Self> {
        self.value.get(name).filter(|value| value.is_object()).map(|value| self.of(value))
    }

    /// The schema of a list's items, or of a map's values.
    pub(super) fn items(self) -> Option<Self> {
        self.member("items")
    }

    pub(super) fn values(self) -> Option<Self> {
        self.member("additionalProperties")
    }

    pub(super) fn all_of(self) -> impl Iterator<Item = Self> {
        self.value["allOf"].as_array().into_iter().flatten().map(move |value| self.of(value))
    }

    /// Its fields, in the order of their names.
    pub(super) fn fields(self) -> Option<&'a Map<String, Value>> {
        self.value["properties"].as_object().filter(|fields| !fields.is_empty())
    }

    pub(super) fn field(self, name: &str) -> Option<Self> {
        self.fields()?.get(name).map(|value| self.of(value))
    }

    pub(super) fn requires(self, name: &str) -> bool {
        self.value["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
    }

    pub(super) fn choices(self) -> Option<&'a Vec<Value>> {
        self.value["enum"].as_array().filter(|choices| !choices.is_empty())
    }

    /// Its type, as a person would say it: `[]Container`, `map[string]string`.
    pub(super) fn guess(self) -> String {
        if let Some(items) = self.items() {
            return format!("[]{}", items.guess());
        }
        if let Some(values) = self.values() {
            return format!("map[string]{}", values.guess());
        }
        let mut all = self.all_of();
        if let (Some(only), None, None) = (all.next(), all.next(), self.fields()) {
            return only.guess();
        }
        let reference = self.reference();
        let kind = if reference.is_empty() { self.text("type") } else { self.resolved().text("type") };
        match kind {
            "" | "object" if !reference.is_empty() => {
                let name = reference.rsplit(['/', '.']).next().unwrap_or_default();
                if name.is_empty() { "Object".into() } else { name.into() }
            }
            "" | "object" => "Object".into(),
            kind => kind.into(),
        }
    }

    /// Its description, and those of what it is made of.
    pub(super) fn description(self) -> String {
        let own = self.resolved();
        let mut text = own.text("description").to_owned();
        if !text.is_empty() {
            text.push('\n');
        }
        let parts = own.all_of().chain(own.items()).chain(own.values());
        text.extend(parts.map(Self::description));
        text
    }
}
