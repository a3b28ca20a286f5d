//! Label selectors as values.

use core::fmt;
use core::str::FromStr;
use std::collections::{BTreeMap, BTreeSet};

use crate::call::Operator;
use crate::call::selector::{is_key, is_value, requirements};
use crate::edge::Metadata;
use crate::error::BuildError;
use crate::prelude::*;

/// Which objects are meant, by their labels: all requirements must be met, and none means all objects.
///
/// It is client-go's [`labels.Selector`](https://pkg.go.dev/k8s.io/apimachinery/pkg/labels#Selector). It is built, or read from text;
/// [`Op::labels`](crate::Op::labels) takes it as it is.
///
/// ```
/// use kubewire::Selector;
///
/// let built = Selector::new().equals("app", "web").is_in("tier", ["b", "a"]).does_not_exist("old");
/// assert_eq!(built.to_string(), "app=web,!old,tier in (a,b)");
/// let read: Selector = "tier in (a,b), !old, app == web".parse()?;
/// assert_eq!(read, built);
/// assert!(!read.matches(&std::collections::BTreeMap::from([("app".to_string(), "web".to_string())])));
/// # Ok::<(), kubewire::BuildError>(())
/// ```
///
/// A key or value that no label can have is written in quotation marks, which no selector can be read with: so the call is refused, here or by
/// the server, and `"web,x"` as a value never becomes another requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use]
pub struct Selector {
    requirements: BTreeSet<Requirement>,
}

/// One condition of a [`Selector`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    key: String,
    operator: Operator,
    values: BTreeSet<String>,
}

impl Selector {
    /// Chooses all objects, until something is required.
    pub fn new() -> Self {
        Self::default()
    }

    /// The label is there and has this value.
    pub fn equals(self, key: &str, value: &str) -> Self {
        self.with(key, Operator::Equals, [value])
    }

    /// The label has another value, or is not there.
    pub fn not_equals(self, key: &str, value: &str) -> Self {
        self.with(key, Operator::NotEquals, [value])
    }

    /// The label is there and has one of these values. Without any the call is refused.
    pub fn is_in<I: IntoIterator<Item: AsRef<str>>>(self, key: &str, values: I) -> Self {
        self.with(key, Operator::In, values)
    }

    /// The label has none of these values, or is not there. Without any the call is refused.
    pub fn not_in<I: IntoIterator<Item: AsRef<str>>>(self, key: &str, values: I) -> Self {
        self.with(key, Operator::NotIn, values)
    }

    /// The label is there.
    pub fn exists(self, key: &str) -> Self {
        self.with(key, Operator::Exists, [""; 0])
    }

    /// The label is not there.
    pub fn does_not_exist(self, key: &str) -> Self {
        self.with(key, Operator::DoesNotExist, [""; 0])
    }

    /// The label is a whole number greater than this one.
    pub fn greater_than(self, key: &str, number: u32) -> Self {
        self.with(key, Operator::GreaterThan, [number.to_string()])
    }

    /// The label is a whole number less than this one.
    pub fn less_than(self, key: &str, number: u32) -> Self {
        self.with(key, Operator::LessThan, [number.to_string()])
    }

    pub(super) fn with<I: IntoIterator<Item: AsRef<str>>>(
        mut self,
        key: &str,
        operator: Operator,
        values: I,
    ) -> Self {
        let values = values.into_iter().map(|value| value.as_ref().to_owned()).collect();
        self.requirements.insert(Requirement { key: key.to_owned(), operator, values });
        self
    }

    /// The requirements, in the order of their keys.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter()
    }

    /// Whether it chooses all objects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether an object with these labels is chosen: a map of texts, or [`Metadata`].
    ///
    /// Source: `Requirement.Matches` in `k8s.io/apimachinery/pkg/labels`.
    #[must_use]
    pub fn matches(&self, labels: &impl Labels) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels.label(&requirement.key)))
    }
}

impl Requirement {
    /// The label's key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How its value is compared.
    #[must_use]
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// With what, in order: one value, or those of a set, or none.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(String::as_str)
    }

    fn matches(&self, label: Option<&str>) -> bool {
        let compared = |fits: fn(i64, i64) -> bool| {
            let number = |text: &str| text.parse::<i64>().ok();
            let (label, value) = (label.and_then(number), self.values().next().and_then(number));
            label.zip(value).is_some_and(|(label, value)| fits(label, value))
        };
        match self.operator {
            Operator::Equals | Operator::In => label.is_some_and(|label| self.values.contains(label)),
            Operator::NotEquals | Operator::NotIn => label.is_none_or(|label| !self.values.contains(label)),
            Operator::Exists => label.is_some(),
            Operator::DoesNotExist => label.is_none(),
            Operator::GreaterThan => compared(|label, value| label > value),
            Operator::LessThan => compared(|label, value| label < value),
        }
    }
}

/// Labels that a [`Selector`] can look at.
pub trait Labels {
    /// The label's value, where it is there.
    fn label(&self, key: &str) -> Option<&str>;
}

impl Labels for BTreeMap<String, String> {
    fn label(&self, key: &str) -> Option<&str> {
        self.get(key).map(String::as_str)
    }
}

impl Labels for Metadata {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key)?.as_str()
    }
}

/// Reads it as the API server does.
///
/// # Errors
/// [`BuildError::Selector`] with where it is wrong, and by which rule.
impl FromStr for Selector {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let read = requirements(text).map_err(|fault| fault.of("labelSelector", text))?;
        Ok(read.into_iter().fold(Self::new(), |all, one| all.with(one.key, one.operator, one.values)))
    }
}

/// The one way to write it, in the order of the keys.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.requirements.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, between, behind) = match self.operator {
            Operator::Equals => ("", "=", ""),
            Operator::NotEquals => ("", "!=", ""),
            Operator::In => ("", " in (", ")"),
            Operator::NotIn => ("", " notin (", ")"),
            Operator::Exists => ("", "", ""),
            Operator::DoesNotExist => ("!", "", ""),
            Operator::GreaterThan => ("", ">", ""),
            Operator::LessThan => ("", "<", ""),
        };
        f.write_str(before)?;
        write(f, &self.key, is_key(&self.key))?;
        f.write_str(between)?;
        let is_set = matches!(self.operator, Operator::In | Operator::NotIn);
        if is_set && self.values.is_empty() {
            // `()` would be the set of the empty value.
            write(f, "", false)?;
        }
        for (index, value) in self.values.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write(f, value, is_value(value))?;
        }
        f.write_str(behind)
    }
}

/// A quotation mark can stand in no key and no value.
fn write(f: &mut fmt::Formatter<'_>, word: &str, good: bool) -> fmt::Result {
    if good { f.write_str(word) } else { write!(f, "\"{word}\"") }
}
