//! A type in its table: what walks along a value.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Empty, Field, List, Merge, Scalar, Struct, Table, Type};

/// A type, with the table that knows its parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Typed<'t> {
    table: &'t Table,
    kind: &'t Type,
    shape: Shape<'t>,
    /// The field that it is the type of.
    field: Option<&'t Field>,
}

/// What a type is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape<'t> {
    Scalar(Scalar),
    Struct(&'t Struct),
    List(&'t List),
    Map,
    Any,
}

static ANY: Type = Type::Any;
static NONE: Table = Table { structs: Vec::new(), kinds: BTreeMap::new() };

impl<'t> Typed<'t> {
    pub(super) fn root(table: &'t Table, place: usize) -> Self {
        let shape = table.at(place).map_or(Shape::Any, Shape::Struct);
        Self { table, kind: &ANY, shape, field: None }
    }

    /// The type of what nobody knows.
    pub(crate) fn any() -> Self {
        Self { table: &NONE, kind: &ANY, shape: Shape::Any, field: None }
    }

    fn below(&self, kind: &'t Type, field: Option<&'t Field>) -> Self {
        let shape = match kind {
            Type::Scalar(scalar, _) => Shape::Scalar(*scalar),
            Type::Struct(place) => self.table.at(*place).map_or(Shape::Any, Shape::Struct),
            Type::List(list) => Shape::List(list),
            Type::Map(_) => Shape::Map,
            Type::Any => Shape::Any,
        };
        Self { table: self.table, kind, shape, field }
    }

    pub(crate) fn shape(&self) -> Shape<'t> {
        self.shape
    }

    /// The type of a field of a struct.
    pub(crate) fn named(&self, name: &str) -> Option<Self> {
        let Shape::Struct(own) = self.shape else { return None };
        own.field(name).map(|field| self.below(&field.kind, Some(field)))
    }

    /// The fields of a struct.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'t Field, Self)> + use<'t> {
        let fields = match self.shape {
            Shape::Struct(own) => own.fields.as_slice(),
            _ => &[],
        };
        let this = *self;
        fields.iter().map(move |field| (field, this.below(&field.kind, Some(field))))
    }

    /// The type of what a list or a map holds.
    pub(crate) fn items(&self) -> Option<Self> {
        match self.kind {
            Type::List(list) => Some(self.below(&list.items, None)),
            Type::Map(map) => Some(self.below(&map.values, None)),
            Type::Any => Some(*self).filter(|_| matches!(self.shape, Shape::Any)),
            _ => None,
        }
    }

    /// The type under a name: of a struct's field, or of what a map holds.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        match self.shape {
            Shape::Struct(own) => self.named(name).or_else(|| own.open.then(Typed::any)),
            Shape::Map | Shape::Any => self.items(),
            _ => None,
        }
    }

    /// What becomes of it where it is empty. In lists and maps everything is a value.
    pub(crate) fn empty(&self) -> Empty {
        self.field.map_or(Empty::Keep, |field| field.empty)
    }

    /// What is there where nothing is said.
    pub(crate) fn default(&self) -> Option<&'t Value> {
        self.field.and_then(|field| field.default.as_ref())
    }

    /// Whether it is one value as a whole, for those who apply.
    pub(crate) fn is_atomic(&self) -> bool {
        let own = matches!(self.shape, Shape::Struct(own) if own.atomic);
        let granular = self.field.is_some_and(|field| field.granular);
        own && !granular || self.field.is_some_and(|field| field.atomic)
    }

    /// Whether a strategic merge patch puts a new value in the old one's place.
    pub(crate) fn is_replaced(&self) -> bool {
        self.field.is_some_and(|field| field.replace)
    }

    /// How a strategic merge patch merges a list.
    pub(crate) fn merge(&self) -> &'t Merge {
        match self.shape {
            Shape::List(list) => &list.merge,
            _ => &Merge::Replace,
        }
    }

    /// Whether it is a list of resources, each with its quantity.
    pub(crate) fn is_resource_list(&self) -> bool {
        matches!(self.kind, Type::Map(map) if map.go.as_deref() == Some("v1.ResourceList"))
    }

    /// What Go calls it.
    pub(crate) fn go(&self) -> String {
        let inner = || self.items().map_or_else(|| "interface {}".to_owned(), |items| items.go());
        match (self.kind, self.shape) {
            (Type::Scalar(_, Some(go)), _) => go.clone().into_owned(),
            (Type::Scalar(scalar, None), _) => scalar.go().to_owned(),
            (_, Shape::Struct(own)) => {
                let version = own.package.rsplit('.').next().unwrap_or_default();
                format!("{version}.{}", own.name)
            }
            (Type::List(list), _) => list.go.clone().map_or_else(|| format!("[]{}", inner()), String::from),
            (Type::Map(map), _) => {
                map.go.clone().map_or_else(|| format!("map[string]{}", inner()), String::from)
            }
            _ => "interface {}".to_owned(),
        }
    }
}

impl Scalar {
    /// Whether Go's type has a reader of its own.
    pub(crate) fn reads_itself(self) -> bool {
        matches!(self, Self::Time | Self::MicroTime | Self::IntOrString | Self::Quantity)
    }

    /// What Go reads it as.
    pub(crate) fn go(self) -> &'static str {
        match self {
            Self::Text | Self::Time | Self::MicroTime => "string",
            Self::Int32 | Self::IntOrString => "int32",
            Self::Int64 => "int64",
            Self::Double => "float64",
            Self::Flag => "bool",
            Self::Bytes => "[]uint8",
            Self::Quantity => "resource.Quantity",
        }
    }

    /// The zero of the type.
    pub(crate) fn zero(self) -> Value {
        match self {
            Self::Text | Self::Bytes => "".into(),
            Self::Quantity => "0".into(),
            Self::Int32 | Self::Int64 | Self::Double | Self::IntOrString => 0.into(),
            Self::Flag => false.into(),
            Self::Time | Self::MicroTime => Value::Null,
        }
    }
}
