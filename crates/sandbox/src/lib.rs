#![doc = include_str!("../README.md")]

mod admission;
mod auth;
mod client;
mod crd;
mod defaults;
mod discovery;
mod fault;
mod fields;
mod hash;
mod life;
#[cfg(feature = "listener")]
mod listener;
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod mount;
mod object;
mod patch;
#[cfg(feature = "protobuf")]
mod proto;
mod quota;
mod random;
mod registry;
mod reply;
mod sandbox;
mod schema;
mod select;
mod server;
mod store;
mod table;
mod validate;
mod verbs;
mod watch;
mod wire;

pub use client::{Client, Conversation};
pub use fault::Fault;
pub use life::Life;
#[cfg(feature = "listener")]
pub use listener::{Listener, Options};
pub use log::Logged;
pub use mount::Mount;
pub use reply::{Parked, Reply};
pub use sandbox::{Builder, Sandbox, SeedError};
pub use watch::Watch;
