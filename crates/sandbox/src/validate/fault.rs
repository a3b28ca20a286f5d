//! One problem of one field: apimachinery's `field.Error`.

use std::borrow::Borrow;

use crate::object::quote;

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fault {
    /// Such as `metadata.name`.
    pub(crate) field: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum What {
    Required(String),
    /// Values that are too large to be shown are left out.
    Invalid {
        value: String,
        why: String,
    },
    NotSupported {
        value: String,
        supported: Vec<String>,
    },
    Forbidden(String),
    TooLong(usize),
    Duplicate(String),
    NotFound(String),
    TypeInvalid {
        value: String,
        why: String,
    },
    TooMany {
        count: usize,
        most: usize,
    },
}

impl Fault {
    pub(crate) fn required(field: &str, hint: &str) -> Self {
        Self { field: field.into(), what: What::Required(hint.into()) }
    }

    /// A text that is none.
    pub(crate) fn invalid(field: &str, value: &str, why: impl Into<String>) -> Self {
        Self::invalid_value(field, quote(value), why)
    }

    /// Any other value, as JSON.
    pub(crate) fn invalid_value(field: &str, value: impl Into<String>, why: impl Into<String>) -> Self {
        Self { field: field.into(), what: What::Invalid { value: value.into(), why: why.into() } }
    }

    pub(crate) fn not_supported(field: &str, value: &str, supported: &[&str]) -> Self {
        let supported = supported.iter().map(|&one| one.to_owned()).collect();
        Self { field: field.into(), what: What::NotSupported { value: value.into(), supported } }
    }

    pub(crate) fn forbidden(field: &str, why: &str) -> Self {
        Self { field: field.into(), what: What::Forbidden(why.into()) }
    }

    pub(crate) fn duplicate(field: &str, value: &str) -> Self {
        Self { field: field.into(), what: What::Duplicate(value.into()) }
    }

    pub(crate) fn not_found(field: &str, value: &str) -> Self {
        Self { field: field.into(), what: What::NotFound(value.into()) }
    }

    pub(crate) fn too_long(field: &str, limit: usize) -> Self {
        Self { field: field.into(), what: What::TooLong(limit) }
    }

    /// A value of another type, which is named in its stead.
    pub(crate) fn type_invalid(field: &str, is: &str, why: impl Into<String>) -> Self {
        Self { field: field.into(), what: What::TypeInvalid { value: quote(is), why: why.into() } }
    }

    pub(crate) fn too_many(field: &str, count: usize, most: usize) -> Self {
        Self { field: field.into(), what: What::TooMany { count, most } }
    }

    /// The first of them, as many as somebody may still read.
    pub(crate) fn readable(faults: &[Self]) -> &[Self] {
        let count = Self::bounded(faults.iter()).count();
        faults.get(..count).unwrap_or_default()
    }

    /// As many of them as somebody may still read: each shows a text that a request can make as long as it likes.
    pub(crate) fn bounded<F: Borrow<Self>>(faults: impl Iterator<Item = F>) -> impl Iterator<Item = F> {
        let mut room = 1_usize << 20;
        faults.take_while(move |fault| {
            let fits = room > 0;
            room = room.saturating_sub(fault.borrow().body().len());
            fits
        })
    }

    /// The reason of a cause.
    pub(crate) fn reason(&self) -> &'static str {
        match self.what {
            What::Required(_) => "FieldValueRequired",
            What::Invalid { .. } => "FieldValueInvalid",
            What::NotSupported { .. } => "FieldValueNotSupported",
            What::Forbidden(_) => "FieldValueForbidden",
            What::TooLong(_) => "FieldValueTooLong",
            What::Duplicate(_) => "FieldValueDuplicate",
            What::NotFound(_) => "FieldValueNotFound",
            What::TypeInvalid { .. } => "FieldValueTypeInvalid",
            What::TooMany { .. } => "FieldValueTooMany",
        }
    }

    /// The problem without the field.
    pub(crate) fn body(&self) -> String {
        match &self.what {
            What::Required(hint) if hint.is_empty() => "Required value".to_owned(),
            What::Required(hint) => format!("Required value: {hint}"),
            What::Invalid { value, why } if value.is_empty() => format!("Invalid value: {why}"),
            What::Invalid { value, why } if why.is_empty() => format!("Invalid value: {value}"),
            What::Invalid { value, why } | What::TypeInvalid { value, why } => {
                format!("Invalid value: {value}: {why}")
            }
            What::NotSupported { value, supported } => {
                let supported: Vec<_> = supported.iter().map(|one| quote(one)).collect();
                format!("Unsupported value: {value}: supported values: {}", supported.join(", "))
            }
            What::Duplicate(value) if value.is_empty() => "Duplicate value".to_owned(),
            What::Duplicate(value) => format!("Duplicate value: {value}"),
            What::NotFound(value) => format!("Not found: {value}"),
            What::TooMany { count, most } => {
                let items = if *most == 1 { "item" } else { "items" };
                format!("Too many: {count}: must have at most {most} {items}")
            }
            What::Forbidden(why) if why.is_empty() => "Forbidden".to_owned(),
            What::Forbidden(why) => format!("Forbidden: {why}"),
            What::TooLong(limit) => format!("Too long: may not be more than {limit} bytes"),
        }
    }

    /// The field. An error of the whole object has none: Go writes `<nil>` for its path.
    pub(crate) fn shown_field(&self) -> &str {
        if self.field.is_empty() { "<nil>" } else { &self.field }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> String {
        format!("{}: {}", self.shown_field(), self.body())
    }
}
