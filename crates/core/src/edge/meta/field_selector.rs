//! Field selectors as values.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use crate::call::selector::terms;
use crate::error::BuildError;
use crate::prelude::*;

/// Which objects are meant, by some of their fields: all terms must hold, and none means all objects.
///
/// It is client-go's [`fields.Selector`](https://pkg.go.dev/k8s.io/apimachinery/pkg/fields#Selector). Every kind has `metadata.name` and
/// `metadata.namespace`; which others there are
/// [depends on the kind](https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#list-of-supported-fields).
/// [`Op::fields`](crate::Op::fields) takes it as it is.
///
/// ```
/// use kubewire::FieldSelector;
///
/// let built = FieldSelector::new().equals("status.phase", "Running").not_equals("metadata.name", "a,b");
/// assert_eq!(built.to_string(), r"metadata.name!=a\,b,status.phase=Running");
/// assert_eq!(built.to_string().parse::<FieldSelector>()?, built);
/// # Ok::<(), kubewire::BuildError>(())
/// ```
///
/// Values are escaped as they need it. A field's name that is empty, has `=`, `,` or `\` in it or ends in `!` cannot be written: what is written instead is refused, here and by
/// the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use]
pub struct FieldSelector {
    /// Field, whether it must not have the value, and the value.
    terms: BTreeSet<(String, bool, String)>,
}

impl FieldSelector {
    /// Chooses all objects, until something is required.
    pub fn new() -> Self {
        Self::default()
    }

    /// The field has this value.
    pub fn equals(self, field: &str, value: &str) -> Self {
        self.with(field, true, value)
    }

    /// The field has another value.
    pub fn not_equals(self, field: &str, value: &str) -> Self {
        self.with(field, false, value)
    }

    fn with(mut self, field: &str, equal: bool, value: &str) -> Self {
        self.terms.insert((field.to_owned(), !equal, value.to_owned()));
        self
    }

    /// Each field, whether it must have the value (or must not), and the value; in the order of the fields.
    pub fn terms(&self) -> impl Iterator<Item = (&str, bool, &str)> {
        self.terms.iter().map(|(field, differs, value)| (field.as_str(), !differs, value.as_str()))
    }

    /// Whether it chooses all objects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// Reads it as the API server does.
///
/// # Errors
/// [`BuildError::Selector`] with where it is wrong, and by which rule.
impl FromStr for FieldSelector {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let read = terms(text).map_err(|fault| fault.of("fieldSelector", text))?;
        Ok(read.into_iter().fold(Self::new(), |all, one| all.with(one.field, one.equal, &one.value)))
    }
}

/// The one way to write it, in the order of the fields.
impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, equal, value)) in self.terms().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if field.contains(['=', ',', '\\']) || field.ends_with('!') || field.is_empty() {
                // A term without an operator is none.
                write!(f, "\"{}\"", field.replace(['=', ',', '\\'], "\u{fffd}"))?;
                continue;
            }
            write!(f, "{field}{}", if equal { "=" } else { "!=" })?;
            for next in value.chars() {
                if matches!(next, '\\' | ',' | '=') {
                    f.write_str("\\")?;
                }
                write!(f, "{next}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_written_are_refused() {
        for field in ["a=b", "a,b", "a!", "a\\", "", "x=y,b", "x=y,"] {
            for selector in
                [FieldSelector::new().equals(field, "c"), FieldSelector::new().not_equals(field, "c")]
            {
                assert!(selector.to_string().parse::<FieldSelector>().is_err(), "{selector}");
            }
        }
    }
}
