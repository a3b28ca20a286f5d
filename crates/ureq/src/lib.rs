//! Kubewire's blocking host: the Kubernetes API from a thread, over [ureq](https://docs.rs/ureq) and rustls.
//!
//! ```no_run
//! use kubewire::{Api, Builtin, Catalog, Object};
//!
//! let client = kubewire_ureq::Client::in_cluster()?;
//! let pods = Builtin.find(None, "pods").expect("pods are built in");
//! for pod in client.run(Api::dynamic(pods).within(&client.namespace()).list())? {
//!     println!("{}", pod.name());
//! }
//! # Ok::<(), kubewire::Error>(())
//! ```
//!
//! What a blocking host cannot do: a name look-up, a connect or a write that hangs is only ended by its time-out, and so
//! is a read. Each conversation blocks the thread that pulls it; a [`Watch`] moves on only while it is pulled. An [`Informer`] reads each of
//! its lists in a thread of its own, which outlives it until its next piece comes, or the server ends the watch after five minutes.

mod client;
mod election;
mod events;
mod transport;
mod under_way;

pub use client::Client;
pub use election::Election;
pub use events::{Events, FollowedLogs, Informer, Logs, Pages, Watch, Watcher};
