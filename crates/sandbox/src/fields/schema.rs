//! What merging has to know of a type: which maps and lists are one value, and by what the items of a list are told apart. By hand, for
//! the kinds that are tracked; the table generated from the OpenAPI documents will take its place.

use serde_json::{Map, Value};

use super::element::{Element, Scalar};

/// A type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Text,
    Number,
    Flag,
    /// A scalar of any type, such as a time.
    Scalar,
    Map(&'static MapType),
    List(&'static ListType),
}

/// A struct, or a map.
#[derive(Debug)]
pub(crate) struct MapType {
    pub(crate) fields: &'static [(&'static str, Type)],
    /// What all other keys hold; there are none without it.
    pub(crate) element: Option<Type>,
    /// One value as a whole.
    pub(crate) atomic: bool,
}

/// A list.
#[derive(Debug)]
pub(crate) struct ListType {
    pub(crate) element: Type,
    pub(crate) items: Items,
}

/// How the items of a list are told apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Items {
    /// Not at all: the list is one value.
    Atomic,
    /// By themselves.
    Set,
    /// By these fields; where one is missing, by the text that the server would put there.
    Keyed(&'static [(&'static str, Option<&'static str>)]),
}

impl MapType {
    /// The type of a field, and whether it is named.
    pub(crate) fn field(&self, name: &str) -> Option<(Type, bool)> {
        let named = self.fields.iter().find(|(own, _)| *own == name).map(|(_, own)| (*own, true));
        named.or_else(|| self.element.map(|element| (element, false)))
    }
}

impl ListType {
    /// How an item is told from the others.
    ///
    /// # Errors
    /// In the words of structured-merge-diff.
    pub(crate) fn element_of(&self, item: &Value) -> Result<Element, String> {
        match self.items {
            Items::Atomic => Err("invalid indexing of non-associative list".into()),
            Items::Set => match item {
                Value::Object(_) => {
                    Err("associative list without keys has an element that's a map type".into())
                }
                Value::Array(_) => Err("not supported: associative list with lists as elements".into()),
                Value::Null => {
                    Err("associative list without keys has an element that's an explicit null".into())
                }
                scalar => Ok(Element::Item(Scalar(scalar.clone()))),
            },
            Items::Keyed(keys) => match item {
                Value::Object(fields) => key_of(keys, fields),
                Value::Null => Err("associative list with keys may not have a null element".into()),
                _ => Err("associative list with keys may not have non-map elements".into()),
            },
        }
    }
}

fn key_of(keys: &[(&str, Option<&str>)], fields: &Map<String, Value>) -> Result<Element, String> {
    let mut key: Vec<(String, Scalar)> = keys
        .iter()
        .filter_map(|(name, otherwise)| {
            let value = fields.get(*name).cloned().or_else(|| otherwise.map(Value::from))?;
            Some(((*name).to_owned(), Scalar(value)))
        })
        .collect();
    if key.is_empty() {
        let names: Vec<_> = keys.iter().map(|(name, _)| crate::object::quote(name)).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] (and doesn't have default values for any key fields)",
            names.join(" ")
        ));
    }
    key.sort();
    Ok(Element::Key(key))
}

const TEXTS: Type = Type::Map(&MapType { fields: &[], element: Some(Type::Text), atomic: false });

const OWNER: Type = Type::Map(&MapType {
    fields: &[
        ("apiVersion", Type::Text),
        ("kind", Type::Text),
        ("name", Type::Text),
        ("uid", Type::Text),
        ("controller", Type::Flag),
        ("blockOwnerDeletion", Type::Flag),
    ],
    element: None,
    atomic: true,
});

const METADATA: Type = Type::Map(&MapType {
    fields: &[
        ("name", Type::Text),
        ("generateName", Type::Text),
        ("namespace", Type::Text),
        ("selfLink", Type::Text),
        ("uid", Type::Text),
        ("resourceVersion", Type::Text),
        ("generation", Type::Number),
        ("creationTimestamp", Type::Scalar),
        ("deletionTimestamp", Type::Scalar),
        ("deletionGracePeriodSeconds", Type::Number),
        ("labels", TEXTS),
        ("annotations", TEXTS),
        (
            "ownerReferences",
            Type::List(&ListType { element: OWNER, items: Items::Keyed(&[("uid", Some(""))]) }),
        ),
        ("finalizers", Type::List(&ListType { element: Type::Text, items: Items::Set })),
        ("managedFields", Type::List(&ListType { element: Type::Scalar, items: Items::Atomic })),
    ],
    element: None,
    atomic: false,
});

const CONFIG_MAP: MapType = MapType {
    fields: &[
        ("kind", Type::Text),
        ("apiVersion", Type::Text),
        ("metadata", METADATA),
        ("immutable", Type::Flag),
        ("data", TEXTS),
        ("binaryData", TEXTS),
    ],
    element: None,
    atomic: false,
};

const SECRET: MapType = MapType {
    fields: &[
        ("kind", Type::Text),
        ("apiVersion", Type::Text),
        ("metadata", METADATA),
        ("immutable", Type::Flag),
        ("data", TEXTS),
        ("stringData", TEXTS),
        ("type", Type::Text),
    ],
    element: None,
    atomic: false,
};

const FINALIZERS: Type = Type::List(&ListType { element: Type::Text, items: Items::Atomic });

const NAMESPACE: MapType = MapType {
    fields: &[
        ("kind", Type::Text),
        ("apiVersion", Type::Text),
        ("metadata", METADATA),
        ("spec", Type::Map(&MapType { fields: &[("finalizers", FINALIZERS)], element: None, atomic: false })),
        ("status", Type::Map(&MapType { fields: &[("phase", Type::Text)], element: None, atomic: false })),
    ],
    element: None,
    atomic: false,
};

/// The type of a kind, where it is known: its fields are tracked.
pub(crate) fn of(group: &str, kind: &str) -> Option<Type> {
    match (group, kind) {
        ("", "ConfigMap") => Some(Type::Map(&CONFIG_MAP)),
        ("", "Secret") => Some(Type::Map(&SECRET)),
        ("", "Namespace") => Some(Type::Map(&NAMESPACE)),
        _ => None,
    }
}

/// A made-up type with lists of each sort.
#[cfg(test)]
pub(super) mod made_up {
    use super::{Items, ListType, MapType, Type};

    const PORT: Type = Type::Map(&MapType {
        fields: &[("port", Type::Number), ("protocol", Type::Text), ("name", Type::Text)],
        element: None,
        atomic: false,
    });

    pub(in crate::fields) const TYPE: Type = Type::Map(&MapType {
        fields: &[
            (
                "ports",
                Type::List(&ListType {
                    element: PORT,
                    items: Items::Keyed(&[("port", None), ("protocol", Some("TCP"))]),
                }),
            ),
            ("tags", Type::List(&ListType { element: Type::Text, items: Items::Set })),
            ("args", Type::List(&ListType { element: Type::Text, items: Items::Atomic })),
            ("selector", Type::Map(&MapType { fields: &[], element: Some(Type::Text), atomic: true })),
            ("labels", Type::Map(&MapType { fields: &[], element: Some(Type::Text), atomic: false })),
            ("size", Type::Number),
            ("metadata", Type::Map(&MapType { fields: &[], element: Some(Type::Text), atomic: false })),
        ],
        element: None,
        atomic: false,
    });
}
