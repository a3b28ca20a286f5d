//! Kubewire: the Kubernetes API client without the IO.

mod answer;
mod call;
mod curl;
mod driver;
mod error;
mod json;
pub mod machine;
mod object;
mod resource;
mod session;
mod stream;
mod time;
mod wire;

pub use answer::{Answered, Deleted, Item, List};
pub use call::{
    Answer, Api, Attributes, Call, Draft, IntoCall, Op, Operation, PatchType, Subresource, Verb, get_path,
};
pub use driver::{Act, Driver, Heard, Task};
pub use error::{
    BuildError, Cause, ConfigError, Deadline, DecodeError, Error, Failure, FailureKind, Rule, Segment, Sent,
    Status, StatusDetails,
};
pub use object::{Body, EventType, Metadata, Object, Raw, RawEvent, WatchEvent};
pub use resource::{Builtin, Catalog, Kind, Resource, Scope};
pub use session::{Config, MissingCa, Need, Prepared, ReadError, Session, Ticket, TlsId, Trust, Warm};
pub use time::Now;
pub use wire::{Head, Wire};
