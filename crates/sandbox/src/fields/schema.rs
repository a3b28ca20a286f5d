//! What merging has to know of a type: which maps and lists are one value, and by what the items of a list are told apart.

use serde_json::{Map, Value};

use super::element::{Element, Scalar};
use crate::schema::{Empty, Order, Scalar as Part, Shape, Typed};

/// A type, as structured-merge-diff sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Type<'t> {
    Text,
    Number,
    Flag,
    /// A scalar of any type, such as a time.
    Scalar,
    Map(MapType<'t>),
    List(ListType<'t>),
    /// What its value says.
    Any(Typed<'t>),
}

/// A struct, or a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MapType<'t> {
    of: Typed<'t>,
    /// One value as a whole.
    pub(crate) atomic: bool,
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListType<'t> {
    of: Typed<'t>,
    order: &'t Order,
}

impl<'t> Type<'t> {
    pub(crate) fn of(of: Typed<'t>) -> Self {
        match of.shape() {
            Shape::Scalar(Part::Text | Part::Bytes) => Self::Text,
            Shape::Scalar(Part::Int32 | Part::Int64 | Part::Double) => Self::Number,
            Shape::Scalar(Part::Flag) => Self::Flag,
            Shape::Scalar(Part::Time | Part::MicroTime | Part::Quantity | Part::IntOrString) => Self::Scalar,
            Shape::Struct(_) | Shape::Map => Self::Map(MapType { of, atomic: of.is_atomic() }),
            Shape::List(list) => Self::List(ListType { of, order: &list.order }),
            Shape::Any => Self::Any(of),
        }
    }

    /// An object of the type with nothing in it but what is always written.
    pub(crate) fn zero(self) -> Value {
        match self {
            Self::Map(map) => crate::object::zero(map.of),
            _ => Value::Null,
        }
    }

    /// The type of what can be anything, by what it is. Nothing takes the form of the other value.
    pub(crate) fn by(self, first: Option<&Value>, second: Option<&Value>) -> Self {
        let Self::Any(of) = self else { return self };
        match first.filter(|value| !value.is_null()).or(second) {
            Some(Value::Object(_)) => Self::Map(MapType { of, atomic: of.is_atomic() }),
            Some(Value::Array(_)) => Self::List(ListType { of, order: &Order::Atomic }),
            _ => Self::Scalar,
        }
    }
}

impl<'t> MapType<'t> {
    /// The type of a field, and whether it is named.
    pub(crate) fn field(&self, name: &str) -> Option<(Type<'t>, bool)> {
        let field = self.of.field(name)?;
        Some((Type::of(field), self.of.named(name).is_some()))
    }
}

impl<'t> ListType<'t> {
    /// Whether it is one value.
    pub(crate) fn is_atomic(&self) -> bool {
        matches!(self.order, Order::Atomic)
    }

    /// The type of its items.
    pub(crate) fn element(&self) -> Type<'t> {
        Type::of(self.of.items().unwrap_or_else(Typed::any))
    }

    /// How an item is told from the others.
    ///
    /// # Errors
    /// In the words of structured-merge-diff.
    pub(crate) fn element_of(&self, item: &Value) -> Result<Element, String> {
        match self.order {
            Order::Atomic => Err("invalid indexing of non-associative list".into()),
            Order::Set => match item {
                Value::Object(_) => {
                    Err("associative list without keys has an element that's a map type".into())
                }
                Value::Array(_) => Err("not supported: associative list with lists as elements".into()),
                Value::Null => {
                    Err("associative list without keys has an element that's an explicit null".into())
                }
                scalar => Ok(Element::Item(Scalar(scalar.clone()))),
            },
            Order::Keyed(keys) => match item {
                Value::Object(fields) => {
                    let keys: Vec<_> = keys.iter().map(|key| (&**key, self.otherwise(key))).collect();
                    key_of(&keys, fields)
                }
                Value::Null => Err("associative list with keys may not have a null element".into()),
                _ => Err("associative list with keys may not have non-map elements".into()),
            },
        }
    }

    /// What stands for a key that is missing: what the server would put there.
    fn otherwise(&self, key: &str) -> Option<Value> {
        let field = self.of.items()?.named(key)?;
        let zero = match field.shape() {
            Shape::Scalar(scalar) if field.empty() == Empty::Zero => Some(scalar.zero()),
            _ => None,
        };
        field.default().cloned().or(zero)
    }
}

fn key_of(keys: &[(&str, Option<Value>)], fields: &Map<String, Value>) -> Result<Element, String> {
    let mut key: Vec<(String, Scalar)> = keys
        .iter()
        .filter_map(|(name, otherwise)| {
            let value = fields.get(*name).cloned().or_else(|| otherwise.clone())?;
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

/// A made-up type with lists of each sort.
#[cfg(test)]
pub(super) mod made_up {
    use super::Type;
    use crate::schema::{Table, read};
    use std::sync::OnceLock;

    const TABLE: &str = "@made.v1
Meta
 a string
Port
 name string
 port int32?
 protocol string =\"TCP\"
Root made.up/v1
 args []string
 labels {}string
 metadata Meta!
 ports []Port keys=port,protocol
 raw any
 selector {}string atomic
 size int32?
 tags []string set
";

    /// The type.
    pub(in crate::fields) fn made_up() -> Type<'static> {
        static READ: OnceLock<Table> = OnceLock::new();
        let table = READ.get_or_init(|| read(TABLE).unwrap());
        Type::of(table.kind("made.up/v1", "Root").unwrap())
    }
}
