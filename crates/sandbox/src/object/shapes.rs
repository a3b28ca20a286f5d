//! The types that are known by heart: metadata, ConfigMap, Secret.

use super::shape::{Shape, Struct};

const METADATA: Shape = Shape::Struct(&Struct {
    name: "ObjectMeta",
    go: "v1.ObjectMeta",
    fields: &[
        ("name", Shape::Text),
        ("generateName", Shape::Text),
        ("namespace", Shape::Text),
        ("selfLink", Shape::Text),
        ("uid", Shape::Text),
        ("resourceVersion", Shape::Text),
        ("generation", Shape::Int64),
        ("creationTimestamp", Shape::Time),
        ("deletionTimestamp", Shape::Time),
        ("deletionGracePeriodSeconds", Shape::Int64),
        ("labels", Shape::Texts),
        ("annotations", Shape::Texts),
        ("ownerReferences", Shape::List(&OWNER)),
        ("finalizers", Shape::TextList),
        ("managedFields", Shape::List(&MANAGED)),
    ],
    open: false,
});

const OWNER: Struct = Struct {
    name: "OwnerReference",
    go: "v1.OwnerReference",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("name", Shape::Text),
        ("uid", Shape::Text),
        ("controller", Shape::Flag),
        ("blockOwnerDeletion", Shape::Flag),
    ],
    open: false,
};

const MANAGED: Struct = Struct {
    name: "ManagedFieldsEntry",
    go: "v1.ManagedFieldsEntry",
    fields: &[
        ("manager", Shape::Text),
        ("operation", Shape::Text),
        ("apiVersion", Shape::Text),
        ("time", Shape::Time),
        ("fieldsType", Shape::Text),
        ("fieldsV1", Shape::Any),
        ("subresource", Shape::Text),
    ],
    open: false,
};

const CONFIG_MAP: Struct = Struct {
    name: "ConfigMap",
    go: "v1.ConfigMap",
    fields: &[
        ("kind", Shape::Text),
        ("apiVersion", Shape::Text),
        ("metadata", METADATA),
        ("immutable", Shape::Flag),
        ("data", Shape::Texts),
        ("binaryData", Shape::Bytes),
    ],
    open: false,
};

const SECRET: Struct = Struct {
    name: "Secret",
    go: "v1.Secret",
    fields: &[
        ("kind", Shape::Text),
        ("apiVersion", Shape::Text),
        ("metadata", METADATA),
        ("immutable", Shape::Flag),
        ("data", Shape::Bytes),
        ("stringData", Shape::Texts),
        ("type", Shape::Text),
    ],
    open: false,
};

/// Of all other kinds the metadata is known, and the rest is taken as it comes.
const OTHER: Struct = Struct {
    name: "",
    go: "",
    fields: &[("kind", Shape::Text), ("apiVersion", Shape::Text), ("metadata", METADATA)],
    open: true,
};

/// The type of a kind.
pub(super) fn of(group: &str, kind: &str) -> &'static Struct {
    match (group, kind) {
        ("", "ConfigMap") => &CONFIG_MAP,
        ("", "Secret") => &SECRET,
        _ => &OTHER,
    }
}
