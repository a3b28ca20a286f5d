//! Selectors, read as the API server reads them: what it would refuse is refused before it is sent, and nothing else.

mod fields;
mod labels;

pub(crate) use fields::{exact_name, terms};
pub use labels::Operator;
pub(crate) use labels::requirements;
#[cfg(feature = "std")]
pub(crate) use labels::{is_key, is_value};

use crate::error::BuildError;

/// Where in a selector it breaks which rule.
#[derive(Debug)]
pub(crate) struct Fault {
    /// In bytes.
    at: usize,
    rule: &'static str,
}

impl Fault {
    #[cold]
    #[inline(never)]
    pub(crate) fn of(self, parameter: &'static str, selector: &str) -> BuildError {
        BuildError::Selector { parameter, selector: selector.into(), at: self.at, rule: self.rule }
    }
}

/// Passes a selector that the API server can read; says whether it chooses everything.
pub(super) fn check(parameter: &'static str, selector: &str) -> Result<bool, BuildError> {
    let found = match parameter {
        "labelSelector" => requirements(selector).map(|found| found.is_empty()),
        _ => terms(selector).map(|found| found.is_empty()),
    };
    found.map_err(|fault| fault.of(parameter, selector))
}
