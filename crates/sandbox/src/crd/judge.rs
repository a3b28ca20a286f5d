//! What the rules of a schema (`x-kubernetes-validations`) find in an object.

use serde_json::Value;

use super::Custom;
use crate::registry::Kind;
use crate::validate::Fault;

/// What is wrong with an object whose other faults are known. Rules are not looked at where some of these would mislead them.
#[cfg(feature = "cel")]
pub(crate) fn judge(
    kind: &Kind,
    custom: &Custom,
    object: &Value,
    old: Option<&Value>,
    known: &[Fault],
) -> Vec<Fault> {
    let Some(rules) = custom.version(&kind.version).and_then(|version| version.rules.as_ref()) else {
        return Vec::new();
    };
    let blocks = ["NotSupported", "Required", "TooLong", "TooMany", "TypeInvalid"];
    let blocks =
        |fault: &Fault| fault.reason().strip_prefix("FieldValue").is_some_and(|what| blocks.contains(&what));
    if known.iter().any(blocks) {
        let why = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
        return vec![Fault::invalid_value("", "null", why)];
    }
    rules.judge(object, old).faults
}

/// What is told of an object that is stored: where a part of it is as it was, a rule that it does not keep is no fault.
#[cfg(feature = "cel")]
pub(crate) fn warned(kind: &Kind, object: &Value, old: Option<&Value>) -> Vec<String> {
    let rules = kind.custom.as_ref().and_then(|custom| custom.version(&kind.version)?.rules.as_ref());
    let found = rules.filter(|_| old.is_some()).map(|rules| rules.judge(object, old));
    found.into_iter().flat_map(|found| found.warned).map(|fault| fault.text()).collect()
}

/// Nothing: definitions that have rules are refused.
#[cfg(not(feature = "cel"))]
pub(crate) fn judge(_: &Kind, _: &Custom, _: &Value, _: Option<&Value>, _: &[Fault]) -> Vec<Fault> {
    Vec::new()
}

/// Nothing: definitions that have rules are refused.
#[cfg(not(feature = "cel"))]
pub(crate) fn warned(_: &Kind, _: &Value, _: Option<&Value>) -> Vec<String> {
    Vec::new()
}
