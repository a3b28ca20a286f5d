//! Small types of the API's own, for structs that are not `k8s-openapi`'s.

mod date;
mod int_or_string;
mod quantity;
mod time;

pub use int_or_string::{IntOrString, Round};
pub use quantity::{Quantity, QuantityFormat};
pub use time::{MicroTime, Time};
