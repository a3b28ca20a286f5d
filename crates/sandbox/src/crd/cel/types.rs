//! The types that expressions have before they are evaluated, and which of them stands for which.
//!
//! Source: the section on gradual type checking in <https://github.com/google/cel-spec/blob/master/doc/langdef.md>.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// Anything, until it is evaluated.
    Dyn,
    /// What is wrong already, and told.
    Error,
    /// One that is not known yet.
    Open(usize),
    /// An object of a schema, with a name for its place there.
    Object(Rc<Object>),
    /// Any other, with its parameters: `int`, `list(string)`.
    Named(Rc<str>, Rc<[Self]>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Object {
    pub(super) name: String,
    /// By their names as expressions write them.
    pub(super) fields: BTreeMap<String, Type>,
}

impl Type {
    pub(super) fn simple(name: &str) -> Self {
        Self::Named(name.into(), Rc::new([]))
    }

    pub(super) fn list(item: Self) -> Self {
        Self::Named("list".into(), Rc::new([item]))
    }

    pub(super) fn map(key: Self, value: Self) -> Self {
        Self::Named("map".into(), Rc::new([key, value]))
    }

    pub(super) fn optional(inner: Self) -> Self {
        Self::Named("optional_type".into(), Rc::new([inner]))
    }

    /// The parameters, where it has this name.
    pub(super) fn named(&self, wanted: &str) -> Option<&[Self]> {
        match self {
            Self::Named(name, inner) if **name == *wanted => Some(inner),
            _ => None,
        }
    }

    /// What an optional holds.
    pub(super) fn unwrapped(&self) -> Option<&Self> {
        self.named("optional_type").and_then(<[Self]>::first)
    }

    /// Whether nothing of it is checked.
    pub(super) fn is_free(&self) -> bool {
        matches!(self, Self::Dyn | Self::Error)
    }

    /// Whether null may stand for it.
    fn takes_null(&self) -> bool {
        match self {
            Self::Object(_) => true,
            Self::Named(name, _) => !matches!(
                &**name,
                "bool" | "int" | "uint" | "double" | "string" | "bytes" | "list" | "map" | "type"
            ),
            _ => false,
        }
    }

    /// Whether it says less than another that it goes with.
    fn says_less(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dyn | Self::Error | Self::Open(_), _) => true,
            (_, Self::Dyn | Self::Error | Self::Open(_)) => false,
            (Self::Named(own, ours), Self::Named(name, theirs)) => {
                own == name
                    && ours.len() == theirs.len()
                    && ours.iter().zip(theirs.iter()).all(|(one, other)| one.says_less(other))
            }
            _ => self == other,
        }
    }

    /// The same with other types for those that are not known.
    pub(super) fn renamed(&self, name: &dyn Fn(usize) -> Self) -> Self {
        match self {
            Self::Open(id) => name(*id),
            Self::Named(own, inner) if !inner.is_empty() => {
                Self::Named(Rc::clone(own), inner.iter().map(|one| one.renamed(name)).collect())
            }
            _ => self.clone(),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn | Self::Open(_) => out.write_str("dyn"),
            Self::Error => out.write_str("!error!"),
            Self::Object(object) => out.write_str(&object.name),
            Self::Named(name, inner) => {
                out.write_str(match &**name {
                    "null_type" => "null",
                    name => name,
                })?;
                if inner.is_empty() {
                    return Ok(());
                }
                let inner: Vec<String> = inner.iter().map(ToString::to_string).collect();
                write!(out, "({})", inner.join(", "))
            }
        }
    }
}

/// What has been found out about the types that were not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(BTreeMap<usize, Type>);

impl Known {
    /// Whether values of one type may stand where the other is wanted. What this says of open types is kept, if they may.
    pub(super) fn take(&mut self, given: &[Type], wanted: &[Type]) -> bool {
        let mut tried = self.clone();
        let all = given.len() == wanted.len()
            && given.iter().zip(wanted).all(|(given, wanted)| tried.fits(given, wanted));
        if all {
            *self = tried;
        }
        all
    }

    fn fits(&mut self, given: &Type, wanted: &Type) -> bool {
        if let Type::Open(id) = wanted {
            match self.learn(*id, given) {
                (true, _) => return true,
                (false, true) => return false,
                (false, false) => {}
            }
        }
        match (given, wanted) {
            (Type::Open(id), _) => self.learn(*id, wanted).0,
            (Type::Dyn | Type::Error, _) | (_, Type::Dyn | Type::Error) => true,
            (Type::Named(own, ours), Type::Named(name, theirs)) if own == name => {
                let alike = &**own == "type" || ours.len() == theirs.len();
                // Types of types are never told apart.
                alike
                    && (&**own == "type"
                        || ours.iter().zip(theirs.iter()).all(|(given, wanted)| self.fits(given, wanted)))
            }
            (Type::Named(own, _), other) | (other, Type::Named(own, _)) if &**own == "null_type" => {
                other.takes_null()
            }
            _ => given == wanted,
        }
    }

    /// Whether an open type may be this one, and whether anything was known of it.
    fn learn(&mut self, id: usize, found: &Type) -> (bool, bool) {
        if *found == Type::Open(id) {
            return (true, true);
        }
        if let Some(known) = self.0.get(&id).cloned() {
            if known == *found {
                return (true, true);
            }
            if !self.fits(found, &known) {
                return (false, true);
            }
            let general = if found.says_less(&known) { found.clone() } else { known };
            if !self.holds(&general, id) {
                self.0.insert(id, general);
            }
            return (true, true);
        }
        if self.holds(found, id) {
            return (false, false);
        }
        self.0.insert(id, found.clone());
        (true, false)
    }

    /// Whether an open type is within another type, which would never end.
    fn holds(&self, within: &Type, id: usize) -> bool {
        match within {
            Type::Open(own) => *own == id || self.0.get(own).is_some_and(|known| self.holds(known, id)),
            Type::Named(_, inner) => inner.iter().any(|one| self.holds(one, id)),
            _ => false,
        }
    }

    /// A type with all that is known of it.
    pub(super) fn of(&self, found: &Type) -> Type {
        found.renamed(&|id| self.0.get(&id).map_or(Type::Open(id), |known| self.of(known)))
    }

    /// The more general one of two types that go together.
    pub(super) fn join(&mut self, one: &Type, other: &Type) -> Option<Type> {
        let fits = self.take(std::slice::from_ref(one), std::slice::from_ref(other));
        fits.then(|| if one.says_less(other) { one.clone() } else { other.clone() })
    }
}
