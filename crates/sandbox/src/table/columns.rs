//! What the tables of each kind show.
//!
//! Source: `k8s.io/kubernetes/pkg/printers/internalversion`; the descriptions are those of the API's types.

use kubewire::Now;
use serde_json::{Value, json};

use super::age::age;
use crate::object::meta;
use crate::registry::Kind;

/// One column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    name: &'static str,
    format: &'static str,
    description: &'static str,
    cell: Cell,
}

/// What stands in it.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Name,
    Age,
    Type,
    Phase,
    /// How many entries these fields have.
    Count(&'static [&'static str]),
}

const NAME: Column = Column {
    name: "Name",
    format: "name",
    description: "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
    cell: Cell::Name,
};

const AGE: Column = Column {
    description: "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
    ..column("Age", Cell::Age)
};

const CONFIG_MAP: [Column; 3] = [
    NAME,
    Column {
        description: "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
        ..column("Data", Cell::Count(&["data", "binaryData"]))
    },
    AGE,
];

const SECRET: [Column; 4] = [
    NAME,
    Column {
        description: "Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
        ..column("Type", Cell::Type)
    },
    Column {
        description: "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
        ..column("Data", Cell::Count(&["data"]))
    },
    AGE,
];

const NAMESPACE: [Column; 3] =
    [NAME, Column { description: "The status of the namespace", ..column("Status", Cell::Phase) }, AGE];

const fn column(name: &'static str, cell: Cell) -> Column {
    Column { name, format: "", description: "", cell }
}

/// The columns of a kind, where they are known.
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
            "name": self.name, "type": "string", "format": self.format, "description": self.description, "priority": 0,
        })
    }

    pub(super) fn cell(&self, object: &Value, now: Now) -> Value {
        match self.cell {
            Cell::Name => meta(object, "name").into(),
            Cell::Age => age(meta(object, "creationTimestamp"), now).into(),
            Cell::Type => object.get("type").and_then(Value::as_str).unwrap_or_default().into(),
            Cell::Phase => {
                let phase = object.get("status").and_then(|status| status.get("phase"));
                phase.and_then(Value::as_str).unwrap_or_default().into()
            }
            Cell::Count(fields) => {
                let entries = fields.iter().filter_map(|field| object.get(field)?.as_object());
                entries.map(serde_json::Map::len).sum::<usize>().into()
            }
        }
    }
}
