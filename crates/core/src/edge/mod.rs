//! The Rust edge: serde for the caller's own types, the crate `http` for requests and answers.
//!
//! The machinery below does without either, since it is also the WebAssembly file, where they would more than double the size: this folder
//! is what the feature `std` adds.

mod answer;
mod api;
mod body;
mod call;
pub mod conditions;
mod conflict;
mod convert;
mod decode;
mod discovery;
mod dynamic;
pub mod host;
mod kind;
mod listing;
mod logs;
mod meta;
mod metrics;
mod op;
mod operation_serde;
#[cfg(feature = "lz4")]
mod packed;
mod raw;
mod raw_metadata;
pub mod reading;
pub mod rights;
mod shared_store;
mod table;
mod watch_event;

pub use answer::{Answered, Deleted, Item, List};
pub use api::{
    Api, CertificateSigningRequestKind, Eviction, IssuedToken, NamespaceKind, PodKind, Scale, ScaleSpec,
    ScaleStatus, ServiceAccountKind, Subresource, Success, TokenRequest,
};
pub use body::Body;
pub use call::{Answer, Call, IntoCall, get_path};
pub use conflict::Conflict;
pub use discovery::{Discovery, ServedGroup, ServedResource, ServedSubresource, ServedVersion};
use dynamic::null_as_default;
pub use dynamic::{Metadata, Object};
pub use kind::Kind;
pub use listing::{KeepAs, Listing};
pub use logs::Log;
pub use meta::{
    FieldSelector, IntOrString, LabelSelector, LabelSelectorRequirement, Labels, MicroTime, Quantity,
    QuantityFormat, Requirement, Round, Selector, Time,
};
pub use metrics::{MetricKind, Metrics, Sample};
pub use op::Op;
#[cfg(feature = "lz4")]
pub use packed::{Packed, Packer};
pub use raw::Raw;
pub use raw_metadata::RawMetadata;
pub use shared_store::SharedStore;
pub use table::{Column, Row, Table, TableMetadata};
pub use watch_event::WatchEvent;
