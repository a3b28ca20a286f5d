//! The WebAssembly side of `kubewire/sandbox`: wrappers around the API server in memory, and no logic of their own.
//!
//! A file of its own, since whoever tests with a sandbox does not ship it: the core's file knows nothing of it. Requests and answers cross the
//! border as they are on the wire; objects, and what was asked, as JSON.

mod exchange;
mod fault;
mod server;
mod settings;

pub use exchange::Exchange;
pub use server::Server;
