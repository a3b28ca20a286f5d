//! Calls: from what is desired to what is sent.
//!
//! [`Operation`] (data) and [`Api`](crate::Api) (Rust types) both end in one function that checks every part and forms a [`Draft`]; a
//! [`Call`](crate::Call) is a draft and the type of its answer.

mod attributes;
mod body;
mod build;
mod check;
mod draft;
mod operation;
pub(crate) mod parameters;
mod rules;
pub(crate) mod selector;
mod target;
mod verb;
mod with_type;

pub use attributes::Attributes;
pub use draft::Draft;
pub(crate) use draft::Replay;
pub use operation::Operation;
pub(crate) use rules::is_label;
pub use selector::Operator;
#[cfg(feature = "std")]
pub(crate) use verb::{PROTOBUF_METADATA, PROTOBUF_METADATA_LIST};
pub use verb::{PatchType, Verb, View};
pub(crate) use with_type::with_type;
