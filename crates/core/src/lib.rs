//! Kubewire is a Kubernetes API client without the IO.
//!
//! It turns the contents of a pod's service account files and a desired operation into one complete [`http::Request`], and the bytes that
//! come back into typed values. It opens no socket, reads no file, starts no thread and never asks what time it is: whoever
//! embeds it does, and tells it. Ready hosts are [kubewire-ureq](https://docs.rs/kubewire-ureq) (blocking) and the npm package `kubewire`.
//!
//! # From files to a request, and from bytes to a value
//!
//! ```
//! use kubewire::{Api, Builtin, Catalog, Config, Need, Now, Object, Prepared};
//!
//! // What is desired: checked when the call is formed, and plain data from then on.
//! let pods = Api::<Object>::dynamic(Builtin.find(None, "pods").expect("pods are built in"));
//! let call = pods.within("shop").list().labels("app=web").call()?;
//! assert_eq!(call.attributes().verb.rbac(), "list");
//!
//! // Where, and who we are. The session says which file it needs, and takes its content.
//! let env = |name: &str| match name {
//!     "KUBERNETES_SERVICE_HOST" => Some("10.0.0.1".to_string()),
//!     "KUBERNETES_SERVICE_PORT" => Some("443".to_string()),
//!     _ => None,
//! };
//! let mut session = Config::in_cluster(&env)?.session()?;
//! let now = Now::default();
//! let request = loop {
//!     match session.prepare(call.draft(), now)? {
//!         Prepared::Ready { wire, .. } => break wire.into_request()?,
//!         Prepared::Need(number, Need::File(path)) => {
//!             let content = if path.ends_with("/token") { "abc.def.ghi" } else { AUTHORITY };
//!             session.provide(number, Ok(content.into()), now);
//!         }
//!         other => unreachable!("one caller need not wait: {other:?}"),
//!     }
//! };
//! assert_eq!(request.uri(), "https://10.0.0.1:443/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb");
//! assert_eq!(request.headers()["authorization"], "Bearer abc.def.ghi");
//!
//! // What came back.
//! let answer = r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"web-1"}}]}"#;
//! let list = call.decode(http::Response::new(answer.into()))?;
//! assert_eq!(list.items[0].name(), "web-1");
//! assert_eq!(list.items[0].kind, "Pod");
//! # const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The parts
//!
//! - [`Config`] and [`Session`]: where the API server is, and who we are; the only part that knows secrets.
//! - [`Api`] (for Rust types) and [`Operation`] (as data): both end in a checked [`Call`].
//! - [`Answer`]: what a call can be read as: a [`Kind`], an [`Object`], a [`List`], [`Raw`] bytes, a [`Body`].
//! - [`machine`]: conversations as state machines, and [`Driver`], which runs one for a host: credentials, retries and
//!   deadlines are its matter. A host does what [`Task`] lists and tells what [`Heard`] lists.
//! - [`host`]: all of a host that is neither a socket, nor a file, nor a clock: for those who write one.
//! - [`Error`]: what went wrong, by stage, with what to do about it.
//!
//! # Features
//!
//! - `std`, on by default: everything beside `http::Request` and serde. Without it the core is `no_std`, and what the WebAssembly file is made of.
//! - `k8s-openapi`: [`Api`] of that crate's types.
//! - `simd`: lists and caches are walked about twice as quickly, with three small crates more.
//! - `lz4`: caches of compressed objects (`Packed`), with one crate more.
//!
//! # Limits
//!
//! A whole answer is at most 256 MiB ([`machine::Shape::WHOLE`]), a watch event 16 MiB, an error's body 1 MiB, of which 2,048 bytes are
//! kept where it is no Status. Call times are bounded by [`machine::Limits`].

#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod answer;
mod call;
mod curl;
mod date;
mod driver;
#[cfg(feature = "std")]
mod edge;
mod error;
mod json;
pub mod machine;
mod object;
mod prelude;
#[cfg(feature = "std")]
mod protobuf;
mod queue;
mod random;
mod resource;
mod session;
mod store;
mod stream;
mod text;
mod time;
mod wire;

pub use call::{Attributes, Draft, Operation, Operator, PatchType, Verb, View};
pub use driver::{Act, Driver, Heard, Task};
#[cfg(feature = "std")]
pub use edge::{
    Answer, Answered, Api, Body, Call, Column, Conflict, Deleted, FieldSelector, IntOrString, IntoCall, Item,
    Kind, LabelSelector, LabelSelectorRequirement, Labels, List, Log, Metadata, MicroTime, Object, Op,
    Quantity, QuantityFormat, Raw, Requirement, Round, Row, Selector, Subresource, Table, TableMetadata,
    Time, WatchEvent, get_path,
};
#[cfg(feature = "std")]
pub use edge::{
    CertificateSigningRequestKind, Discovery, Eviction, IssuedToken, KeepAs, Listing, MetricKind, Metrics,
    NamespaceKind, PodKind, RawMetadata, Sample, Scale, ScaleSpec, ScaleStatus, ServedGroup, ServedResource,
    ServedSubresource, ServedVersion, ServiceAccountKind, SharedStore, Success, TokenRequest,
};
#[cfg(feature = "lz4")]
pub use edge::{Packed, Packer};
#[cfg(feature = "std")]
pub use edge::{conditions, host, reading, rights};
pub use error::{
    BuildError, Cause, ConfigError, Deadline, DecodeError, Error, Failure, FailureKind, Rule, Segment, Sent,
    Status, StatusDetails,
};
pub use object::RawObject;
pub use resource::{Builtin, BuiltinRow, Catalog, Resource, Scope};
pub use session::{Config, MissingCa, Need, Prepared, ReadError, Session, Ticket, TlsId, Trust, Warm};
pub use store::Store;
pub use stream::{EventType, LogLine, RawEvent};
pub use time::Now;
pub use wire::{Head, Wire};
