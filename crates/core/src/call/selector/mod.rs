//! Selectors, read as the API server reads them: what it would refuse is refused before it is sent, and nothing else.

mod fields;
mod labels;

pub(crate) use fields::exact_name;
#[cfg(feature = "std")]
pub(crate) use fields::terms;
pub use labels::Operator;
#[cfg(feature = "std")]
pub(crate) use labels::{is_key, is_value, requirements};

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
    let mut everything = true;
    let read = match parameter {
        "labelSelector" => labels::read(selector, &mut |_| everything = false),
        _ => fields::read(selector, &mut |_| everything = false),
    };
    read.map(|()| everything).map_err(|fault| fault.of(parameter, selector))
}
