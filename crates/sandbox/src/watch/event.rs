//! One event of a watch, as a line.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::object::{meta, set_version};
use crate::registry::Kind;
use crate::verbs::metadata_of;
use crate::wire::{Form, object_bytes};

/// An object of an event.
pub(super) struct Kept<'o> {
    pub(super) object: &'o Value,
    pub(super) form: Form,
    /// The version that it is told under, where that is not its own.
    pub(super) revision: Option<u64>,
}

impl<'o> Kept<'o> {
    pub(super) fn value(&self) -> Cow<'o, Value> {
        let own = meta(self.object, "resourceVersion");
        let other = self.revision.filter(|revision| revision.to_string() != own);
        let mut object = match self.form {
            Form::Whole => Cow::Borrowed(self.object),
            Form::Metadata | Form::MetadataList => Cow::Owned(metadata_of(self.object)),
        };
        if let Some(revision) = other {
            set_version(object.to_mut(), revision);
        }
        object
    }
}

/// A line of JSON.
pub(super) fn line(kind: &str, object: &Value) -> Bytes {
    let mut out = format!("{{\"type\":\"{kind}\",\"object\":").into_bytes();
    out.extend(object_bytes(object));
    out.extend(b"}\n");
    out.into()
}

/// A bookmark: the kind, the version, and perhaps that the initial events are over.
pub(super) fn bookmark(kind: &Kind, form: Form, revision: u64, initial_end: bool) -> Value {
    let (name, api_version) = match form {
        Form::Whole => (kind.kind.as_str(), kind.api_version()),
        Form::Metadata | Form::MetadataList => ("PartialObjectMetadata", "meta.k8s.io/v1".to_owned()),
    };
    let mut metadata = json!({"resourceVersion": revision.to_string()});
    if initial_end {
        crate::object::put(&mut metadata, "annotations", json!({"k8s.io/initial-events-end": "true"}));
    }
    json!({"kind": name, "apiVersion": api_version, "metadata": metadata})
}
