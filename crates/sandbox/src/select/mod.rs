//! Which objects are meant: label selectors and field selectors, read and refused as the server does.

mod fields;
mod labels;
mod query;

use serde_json::Value;

pub(crate) use fields::Fields;
pub(crate) use labels::Labels;
pub(crate) use query::query;

/// Both kinds of selectors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    pub(crate) labels: Labels,
    pub(crate) fields: Fields,
}

impl Selector {
    /// Whether it chooses everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.labels.matches(object) && self.fields.matches(object)
    }
}
