//! What hosts of the Rust edge share: all of a host that is neither a socket, nor a file, nor a clock.
//!
//! A host's client holds a [`SharedSession`] and, for the trust of the moment, its connections ([`ForTrust`]). Each of its methods makes a machine
//! ([`reading`](crate::reading)) and drives it by a [`Conversation`], whose
//! [`Step`]s say what to do. An async host has that [`UnderWay`].

mod conversation;
mod for_trust;
mod idle;
mod shared_session;
mod under_way;

pub use conversation::{Conversation, Step};
pub use for_trust::ForTrust;
pub use idle::Idle;
pub use shared_session::SharedSession;
pub use under_way::{Pieces, UnderWay};
