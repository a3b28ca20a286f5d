//! The types of the kinds: one table, which decoding, patches and `managedFields` read. That of the built-in kinds is generated from what a real
//! server says of them (`cargo xtask generate`).

mod custom;
#[cfg(feature = "openapi")]
mod described;
#[cfg(feature = "openapi")]
mod openapi;
mod read;
mod typed;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

pub(crate) use custom::{custom, flag};
#[cfg(feature = "openapi")]
pub(crate) use openapi::{REF, Schemas};
#[cfg(test)]
pub(crate) use read::table as read;
pub(crate) use typed::{Shape, Typed};

/// A name, which the built-in table does not copy.
pub(crate) type Text = Cow<'static, str>;

/// The types of some kinds.
#[derive(Debug, Default)]
pub(crate) struct Table {
    structs: Vec<Struct>,
    /// By `GROUP/VERSION` and kind.
    kinds: BTreeMap<(Text, Text), usize>,
}

/// A struct.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    /// Such as `DeploymentSpec`: what Go's errors call it.
    pub(crate) name: Text,
    /// Such as `apps.v1`.
    pub(crate) package: Text,
    /// Sorted by name.
    pub(crate) fields: Vec<Field>,
    /// One value as a whole, for those who apply.
    pub(crate) atomic: bool,
    /// It may have fields that nobody knows, of any type: `x-kubernetes-preserve-unknown-fields`.
    pub(crate) open: bool,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Text,
    pub(crate) kind: Type,
    pub(crate) empty: Empty,
    /// One value as a whole, for those who apply.
    pub(crate) atomic: bool,
    /// Its type is one value elsewhere, and here it is its fields.
    pub(crate) granular: bool,
    /// Whether a strategic merge patch puts a new value in the old one's place.
    pub(crate) replace: bool,
    /// What is there where nothing is said.
    pub(crate) default: Option<Value>,
}

/// What becomes of a field without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    /// It is left out, and so is the zero of its type.
    Omit,
    /// It is a pointer: it is left out, but a zero is a value.
    Keep,
    /// The zero of its type is written.
    Zero,
    /// Null is written.
    Null,
}

/// The type of a value.
#[derive(Clone, Debug)]
pub(crate) enum Type {
    /// With Go's name for it, where it has one of its own.
    Scalar(Scalar, Option<Text>),
    /// One of the table's structs.
    Struct(usize),
    List(Box<List>),
    Map(Box<Map>),
    /// Anything: what it is, its value says.
    Any,
}

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Int32,
    Int64,
    Double,
    Flag,
    /// Base64.
    Bytes,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
}

/// A list.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) items: Type,
    pub(crate) go: Option<Text>,
    /// For those who apply.
    pub(crate) order: Order,
    /// For strategic merge patches.
    pub(crate) merge: Merge,
}

/// A map from texts.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    pub(crate) values: Type,
    pub(crate) go: Option<Text>,
}

/// How those who apply tell the items of a list apart.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Not at all: the list is one value.
    Atomic,
    /// By themselves.
    Set,
    /// By these fields.
    Keyed(Vec<Text>),
}

/// How a strategic merge patch merges a list.
#[derive(Clone, Debug)]
pub(crate) enum Merge {
    /// The new one takes the old one's place.
    Replace,
    /// A set of scalars.
    Set,
    /// Objects, told apart by this field.
    Keyed(Text),
}

/// The types of the built-in kinds, read when they are first asked for.
pub(crate) fn builtin() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| read::table(include_str!("builtin.txt")).unwrap_or_default())
}

impl Table {
    /// The type of a kind.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Typed<'_>> {
        let key = (Text::Owned(api_version.to_owned()), Text::Owned(kind.to_owned()));
        self.kinds.get(&key).map(|&at| Typed::root(self, at))
    }

    /// The type of the only kind of a table that was made for it.
    pub(crate) fn only(&self) -> Typed<'_> {
        Typed::root(self, 0)
    }

    /// A struct of a package.
    #[cfg(all(test, feature = "protobuf"))]
    pub(crate) fn named(&self, package: &str, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|own| own.package == package && own.name == name)
    }

    fn at(&self, place: usize) -> Option<&Struct> {
        self.structs.get(place)
    }
}

impl Struct {
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        let at = self.fields.binary_search_by(|field| (*field.name).cmp(name)).ok()?;
        self.fields.get(at)
    }
}
