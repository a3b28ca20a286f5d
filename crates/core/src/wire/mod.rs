//! What goes to a host, and what it says of the answer's head.

mod head;
mod wire_request;

pub use head::Head;
pub use wire_request::Wire;
#[cfg(feature = "std")]
pub(crate) use wire_request::is_secret;
