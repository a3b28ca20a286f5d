//! Who owns which field: managedFields, and server-side apply.
//!
//! Source: KEP-555, and the code that the API server does it with, named in each file.

mod apply;
mod compare;
mod element;
mod last_applied;
mod managed;
mod merge;
mod scale;
mod schema;
mod set;
mod track;
mod walk;

pub(crate) use apply::{Conflict, Refused, apply};
pub(crate) use last_applied::apply_as_kubectl;
pub(crate) use scale::{Replicas, to_object, to_scale};
pub(crate) use schema::Type;
pub(crate) use track::{Writer, keep_times, track};
pub(crate) use walk::{faults, in_go};

use element::Element;
use set::Set;

/// What nobody owns: what says which object it is, and what only the server writes.
fn without_identity(set: &Set) -> Set {
    const METADATA: [&str; 8] = [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "generation",
        "managedFields",
        "resourceVersion",
    ];
    let mut nobodys = Set::default();
    for field in ["apiVersion", "kind", "metadata"] {
        nobodys.insert(&[Element::field(field)]);
    }
    for field in METADATA {
        nobodys.insert(&[Element::field("metadata"), Element::field(field)]);
    }
    set.difference(&nobodys)
}
