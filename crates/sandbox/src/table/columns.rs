//! What the columns of a table are called and say of themselves.
//!
//! Source: `k8s.io/kubernetes/pkg/printers/internalversion`; the descriptions are those of the API's types.

use serde_json::{Value, json};

use crate::registry::Kind;
use crate::schema::Text;

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: Text,
    pub(super) kind: Text,
    pub(super) format: Text,
    pub(super) priority: i64,
    pub(super) description: Text,
}

/// What columns of names say of themselves.
pub(super) const NAMED: &str = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

pub(super) const NAME: Column = typed("Name", "string", "name", NAMED);

pub(super) const AGE: Column = column(
    "Age",
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
);

static CONFIG_MAP: [Column; 3] = [
    NAME,
    column(
        "Data",
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
    ),
    AGE,
];

static SECRET: [Column; 4] = [
    NAME,
    column(
        "Type",
        "Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
    ),
    column(
        "Data",
        "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    ),
    AGE,
];

static NAMESPACE: [Column; 3] = [NAME, column("Status", "The status of the namespace"), AGE];

/// A column of texts that is always shown.
const fn column(name: &'static str, description: &'static str) -> Column {
    typed(name, "string", "", description)
}

/// A column of this type that is always shown.
pub(super) const fn typed(
    name: &'static str,
    kind: &'static str,
    format: &'static str,
    description: &'static str,
) -> Column {
    Column {
        name: Text::Borrowed(name),
        kind: Text::Borrowed(kind),
        format: Text::Borrowed(format),
        priority: 0,
        description: Text::Borrowed(description),
    }
}

/// The columns of the kinds that have tables in every build.
pub(super) fn of(kind: &Kind) -> Option<&'static [Column]> {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "ConfigMap") => Some(&CONFIG_MAP),
        ("", "Secret") => Some(&SECRET),
        ("", "Namespace") => Some(&NAMESPACE),
        _ => None,
    }
}

impl Column {
    pub(super) fn definition(&self) -> Value {
        json!({
            "name": self.name, "type": self.kind, "format": self.format, "description": self.description,
            "priority": self.priority,
        })
    }
}
