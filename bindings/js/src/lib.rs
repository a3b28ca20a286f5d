//! The WebAssembly side of the npm package `kubewire`: wrappers around the core, and no logic of their own.
//!
//! No object crosses the border, and no JSON but the API's own. What is desired goes in field by field, so that nothing can be slipped
//! in between two of them. What is to be done comes out as a table of numbers, some of which say where in memory a text lies: see
//! [`Run::poll`]. Functions are few, since each costs some 150 bytes of the file as it is shipped.

mod conversation;
mod core;
mod error;
mod operation;
mod parts;
mod run;
mod setup;

pub use crate::core::Core;
pub use operation::Desired;
pub use parts::{Act, Slot, Trusted};
pub use run::{Run, Sign};
pub use setup::Setup;
