//! One object in several versions: what the schema of each does not know is dropped. Defaults are those of the version that is stored.
//!
//! Source: `nopConverter` in `k8s.io/apiextensions-apiserver/pkg/apiserver/conversion`, and the decoder of its storage.

use serde_json::Value;

use super::decode::{fill, fit, lacks};
use super::{Custom, Version};
use crate::object::{put, text};
use crate::registry::Kind;
use crate::store::Stored;

/// A stored object, as a version shows it, with the defaults that came after it was written.
pub(crate) fn shown(kind: &Kind, custom: &Custom, stored: &Stored) -> Stored {
    let own = text(stored, "/apiVersion").rsplit('/').next().and_then(|name| custom.version(name));
    let mut stored = Stored::clone(stored);
    if let Some(version) = own.filter(|version| lacks(&stored, &version.schema)) {
        fill(Stored::make_mut(&mut stored), &version.schema);
    }
    match custom.version(&kind.version) {
        Some(version) if text(&stored, "/apiVersion") != kind.api_version() => {
            convert(kind, version, (*stored).clone()).into()
        }
        _ => stored,
    }
}

/// An object of a version, as it is stored.
pub(crate) fn kept(kind: &Kind, custom: &Custom, object: Value) -> Value {
    match custom.versions.iter().find(|version| version.storage) {
        Some(version) if version.name != kind.version => convert(kind, version, object),
        _ => object,
    }
}

fn convert(kind: &Kind, version: &Version, mut object: Value) -> Value {
    let metadata = object.as_object_mut().and_then(|fields| fields.remove("metadata"));
    fit(&mut object, Some(&version.schema), &mut Vec::new());
    put(&mut object, "apiVersion", format!("{}/{}", kind.group, version.name));
    if let Some(metadata) = metadata {
        put(&mut object, "metadata", metadata);
    }
    object
}
