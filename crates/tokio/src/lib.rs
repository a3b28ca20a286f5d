//! Kubewire's async host: the Kubernetes API on [tokio](https://docs.rs/tokio), over hyper and rustls.
//!
//! ```no_run
//! use kubewire::{Api, Builtin, Catalog, Object};
//!
//! # async fn show() -> Result<(), kubewire::Error> {
//! let client = kubewire_tokio::Client::in_cluster()?;
//! let pods = Builtin.find(None, "pods").expect("pods are built in");
//! for pod in client.run(Api::dynamic(pods).within(&client.namespace()).list()).await? {
//!     println!("{}", pod.name());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A call or a stream moves on while it is polled, and dropped it ends at once, with its request. An [`Election`] runs in a task of its own,
//! whether it is polled or not. Each request has a connection of its own for as long as it takes (HTTP/1.1), so that a stream that nobody
//! reads keeps nobody else waiting; connections are used again.

mod client;
mod election;
mod events;
mod transport;

pub use client::Client;
pub use election::Election;
pub use events::{Events, FollowedLogs, Informer, Logs, Pages, Watch, Watcher};
