//! Small types of the API's own, for structs that are not `k8s-openapi`'s.

mod field_selector;
mod int_or_string;
mod label_selector;
mod quantity;
mod selector;
mod time;

pub use field_selector::FieldSelector;
pub use int_or_string::{IntOrString, Round};
pub use label_selector::{LabelSelector, LabelSelectorRequirement};
pub use quantity::{Quantity, QuantityFormat};
pub use selector::{Labels, Requirement, Selector};
pub use time::{MicroTime, Time};
