//! The real Kubernetes API server, for tests.
//!
//! [`Binaries`] builds `etcd`, `kube-apiserver`, `kube-controller-manager` and `kubectl` from the Go module that stands beside this
//! crate, once for each user. [`Cluster`] starts them on loopback and writes `cluster.json`, a [`State`], from which
//! any test, in whatever language, learns where the server is and how to be its admin. [`Front`] is one more API server
//! in front of the same data, for tests that restart it or rotate its certificates while others run.
//!
//! ```no_run
//! # fn main() -> Result<(), kubewire_apiserver::Error> {
//! use kubewire_apiserver::{Binaries, Cluster, Front};
//!
//! let binaries = Binaries::build(&mut |line| eprintln!("{line}"))?;
//! let cluster = Cluster::start("target/cluster".as_ref(), &binaries)?;
//! println!("{} trusts {}", cluster.state().server, cluster.state().ca.display());
//!
//! let mut front = Front::start(cluster.state(), "target/front".as_ref())?;
//! front.rotate()?;
//! # Ok(())
//! # }
//! ```
//!
//! Dropping a [`Cluster`] or a [`Front`] stops its processes, and so does the end of the process that started them,
//! however it ends. [`Cluster::detach`] lets them run on, until [`stop`].

mod admin;
mod binaries;
mod certificates;
mod cluster;
mod error;
mod flags;
mod front;
mod home;
mod kubelet;
mod ports;
mod process;
mod state;

pub use admin::Admin;
pub use binaries::{Binaries, Progress};
pub use cluster::{Cluster, stop};
pub use error::{Error, Result};
pub use front::Front;
pub use home::{cache_home, on_path};
pub use kubelet::{Kubelet, LogRequest};
pub use state::State;

/// The environment variable that gives tests the path of a running cluster's `cluster.json`.
pub const STATE_VARIABLE: &str = "KUBEWIRE_APISERVER";
